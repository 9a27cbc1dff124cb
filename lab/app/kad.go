package app

import (
	"context"
	"crypto/md5"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
)

// kadParameters describe nodes of eDonkey's Kademlia.
type kadParameters struct {
	Alive []netip.AddrPort // nodes run here
	Dead  []netip.AddrPort // that the others still know
}

// kadContact is a node as others know it: in messages its ID, address, ports and version.
type kadContact [25]byte

// Messages of Kad version 2; an answer's number follows from the request's.
const (
	kadHeader       = 0xe4
	kadVersion      = 5 // the last without encryption
	kadBootstrap    = 0x01
	kadHello        = 0x11
	kadFind         = 0x21
	kadFindAnswer   = 0x29
	kadPublishKey   = 0x43
	kadPublishNotes = 0x45
	kadPublished    = 0x4b
	kadFirewalled   = 0x50
	kadFirewalled2  = 0x53
	kadYourAddress  = 0x58
	kadPing         = 0x60
	kadID           = 16
	kadAnswer       = 8 // what is added to a request's number for bootstrap and hello
)

func kadContactOf(a netip.AddrPort) (c kadContact) {
	id := md5.Sum([]byte(a.String())) //nolint:gosec // spreads the IDs, protects nothing
	copy(c[:], id[:])
	copy(c[kadID:], kadAddress(a.Addr()))
	binary.LittleEndian.PutUint16(c[20:], a.Port())
	binary.LittleEndian.PutUint16(c[22:], 4662)
	c[24] = kadVersion
	return c
}

// kadAddress writes an address as Kad does, last byte first.
func kadAddress(a netip.Addr) []byte {
	b := a.As4()
	slices.Reverse(b[:])
	return b[:]
}

// kadContacts is a nodes.dat file of version 2.
func kadContacts(nodes []netip.AddrPort) string {
	b := []byte{0, 0, 0, 0, 2, 0, 0, 0}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(nodes)))
	for _, n := range nodes {
		c := kadContactOf(n)
		b = append(b, c[:]...)
		b = append(b, 0, 0, 0, 0, 0, 0, 0, 0, 1) // no key for its datagrams; verified
	}
	return string(b)
}

// kadNodes runs the nodes until ctx ends. What each knows is drawn once.
func kadNodes(ctx context.Context, p kadParameters) error {
	var all []kadContact
	of := make(map[netip.Addr]netip.AddrPort)
	addresses := make([]netip.Addr, len(p.Alive))
	for i, a := range p.Alive {
		addresses[i], of[a.Addr()] = a.Addr(), a
	}
	for _, a := range slices.Concat(p.Alive, p.Dead) {
		all = append(all, kadContactOf(a))
	}
	return eachAddress(ctx, addresses, func(ctx context.Context, a netip.Addr) error {
		c, err := net.ListenPacket("udp4", of[a].String())
		if err != nil {
			return err
		}
		defer closeAtEnd(ctx, c)()
		draw := rand.New(rand.NewPCG(uint64(binary.BigEndian.Uint32(a.AsSlice())), 1)) //nolint:gosec // not a secret
		self, known := kadContactOf(of[a]), some(draw, all, 150)
		b := make([]byte, 2048)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return ended(ctx, err)
			}
			sender, ok := from.(*net.UDPAddr)
			if !ok || n < 2 || b[0] != kadHeader {
				continue
			}
			if reply := kadReply(self, known, b[1], b[2:n], sender.AddrPort()); reply != nil {
				_, _ = c.WriteTo(append([]byte{kadHeader}, reply...), from)
			}
		}
	})
}

// kadReply is the answer to one request, without the header; nil to what needs none.
func kadReply(self kadContact, known []kadContact, kind byte, body []byte, from netip.AddrPort) []byte {
	hello := slices.Concat(self[:kadID], self[22:24], self[24:25])
	switch {
	case kind == kadBootstrap:
		b := append([]byte{kind + kadAnswer}, hello...)
		b = binary.LittleEndian.AppendUint16(b, 20)
		return append(b, kadJoin(some(rand.New(rand.NewPCG(rand.Uint64(), 1)), known, 20))...) //nolint:gosec // not a secret
	case kind == kadHello:
		return append(append([]byte{kind + kadAnswer}, hello...), 0)
	case kind == kadFind && len(body) >= 1+kadID:
		target := body[1 : 1+kadID]
		near := kadClosest(known, target, int(body[0]&0x1f))
		return slices.Concat([]byte{kadFindAnswer}, target, []byte{byte(len(near))}, kadJoin(near))
	case kind >= kadPublishKey && kind <= kadPublishNotes && len(body) >= kadID:
		return slices.Concat([]byte{kadPublished}, body[:kadID], []byte{20})
	case kind == kadFirewalled || kind == kadFirewalled2:
		return append([]byte{kadYourAddress}, kadAddress(from.Addr())...)
	case kind == kadPing:
		return binary.LittleEndian.AppendUint16([]byte{kind + 1}, from.Port())
	}
	return nil
}

func kadJoin(contacts []kadContact) (b []byte) {
	for _, c := range contacts {
		b = append(b, c[:]...)
	}
	return b
}

// kadClosest draws the n nearest of known. IDs are four words, each last byte first.
func kadClosest(known []kadContact, target []byte, n int) []kadContact {
	near := slices.Clone(known)
	slices.SortFunc(near, func(a, b kadContact) int {
		for i := range kadID {
			j := i&^3 + 3 - i&3
			if x, y := a[j]^target[j], b[j]^target[j]; x != y {
				return int(x) - int(y)
			}
		}
		return 0
	})
	return near[:min(n, len(near), 20)]
}
