// Package nic reads frames from a network interface.
//
//	in, err := nic.Open("eth0", nic.Options{Promiscuous: true})
//	...
//	defer in.Close()
//	err = nic.DropPrivileges() // once all that needs them is open
//	for { err := in.Lanes()[0].Next(&frame) ... }
//
// On Linux it maps rings that the kernel fills (AF_PACKET, TPACKET_V3), one a lane; the
// kernel spreads packets over lanes such that all of a connection come by one, in order.
// Elsewhere, Open says that only captures and streams can be read.
//
// An interface may go away and come back: its lanes are idle in between, and Counts says
// so.
package nic

import "errors"

// Options say how to read an interface. The zero Options read it on one lane, without
// promiscuity, through rings of 64 MiB.
type Options struct {
	Lanes       int    // rings, each for a goroutine; 0 is 1
	Promiscuous bool   // also frames to other stations
	Filter      string // frames that the kernel passes on, as package filter understands it; "" is all
	RingBytes   int    // of all rings together; 0 is 64 MiB
}

// Counts is what the kernel counted on all lanes.
type Counts struct {
	Received int64 // packets that passed the filter, dropped ones included
	Dropped  int64 // of them, those for which there was no room
	Outages  int64 // times that the interface went away
	Down     bool  // it is away now
}

// What keeps an interface from being read; errors.Is tells which.
var (
	// ErrPermission: the process may not open packet sockets.
	ErrPermission = errors.New("permission denied")
	// ErrUnsupported: this system's interfaces cannot be read here.
	ErrUnsupported = errors.New("interfaces can be read on Linux only; elsewhere, pipe a capture in: tcpdump -w - -i en0 | botnetdetect live -")
)

const (
	defaultRing = 64 << 20
	maxRing     = 4 << 30 // the kernel's memory, which no other program can use then
	maxLanes    = 64
)
