//go:build !linux

package main

// confine bounds what this process may take, where the system is known to do so.
func confine(_, _ int64) error { return nil }
