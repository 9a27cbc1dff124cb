//go:build !linux

package nic

import "botnetdetect/capture"

// Interface is an open network interface; there is none on this system.
type Interface struct{}

// Lane is one way that its frames come in.
type Lane struct{}

// Open returns ErrUnsupported.
func Open(string, Options) (*Interface, error) { return nil, ErrUnsupported }

// Lanes returns none.
func (*Interface) Lanes() []*Lane { return nil }

// Counts returns zeros.
func (*Interface) Counts() Counts { return Counts{} }

// Close does nothing.
func (*Interface) Close() {}

// Next returns ErrUnsupported.
func (*Lane) Next(*capture.Frame) error { return ErrUnsupported }

// DropPrivileges does nothing.
func DropPrivileges() error { return nil }
