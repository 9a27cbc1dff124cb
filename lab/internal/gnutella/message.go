// Package gnutella speaks as much of the Gnutella protocol 0.6 as a client and its peers
// need to keep each other company: the handshake, pings and pongs with host caches, queries
// and hits. It follows the published drafts (RFC-Gnutella 0.6; GGEP; UDP host cache), and
// compresses nothing.
package gnutella

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
)

// Kind is the payload descriptor of a message.
type Kind byte

// Kinds of message.
const (
	Ping     Kind = 0x00
	Pong     Kind = 0x01
	Bye      Kind = 0x02
	Vendor   Kind = 0x31
	Query    Kind = 0x80
	QueryHit Kind = 0x81
)

// Message is one descriptor with its payload.
type Message struct {
	ID        [16]byte
	Kind      Kind
	TTL, Hops byte
	Payload   []byte
}

const (
	headerLength = 23
	maxPayload   = 64 << 10
)

// New makes a message with a fresh ID.
func New(kind Kind, ttl byte, payload []byte) Message {
	m := Message{Kind: kind, TTL: ttl, Payload: payload}
	binary.LittleEndian.PutUint64(m.ID[:], rand.Uint64())
	binary.LittleEndian.PutUint64(m.ID[8:], rand.Uint64())
	m.ID[8], m.ID[15] = 0xff, 0 // marks modern servents
	return m
}

// Bytes is the message as sent.
func (m Message) Bytes() []byte {
	b := append(make([]byte, 0, headerLength+len(m.Payload)), m.ID[:]...)
	b = append(b, byte(m.Kind), m.TTL, m.Hops)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(m.Payload)))
	return append(b, m.Payload...)
}

// Read reads one message of a stream; io.EOF at its end.
func Read(r io.Reader) (Message, error) {
	var header [headerLength]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return Message{}, err
	}
	length := binary.LittleEndian.Uint32(header[19:])
	if length > maxPayload {
		return Message{}, fmt.Errorf("gnutella message of %d bytes, more than %d", length, maxPayload)
	}
	m := Message{ID: [16]byte(header[:16]), Kind: Kind(header[16]), TTL: header[17], Hops: header[18], Payload: make([]byte, length)}
	_, err := io.ReadFull(r, m.Payload)
	return m, err
}

// Parse takes a datagram apart.
func Parse(datagram []byte) (Message, error) {
	if len(datagram) < headerLength {
		return Message{}, errShort
	}
	length := binary.LittleEndian.Uint32(datagram[19:])
	if int64(length) > int64(len(datagram)-headerLength) {
		return Message{}, errShort
	}
	return Message{
		ID: [16]byte(datagram[:16]), Kind: Kind(datagram[16]), TTL: datagram[17], Hops: datagram[18],
		Payload: datagram[headerLength : headerLength+int(length)],
	}, nil
}

var errShort = errors.New("gnutella message cut short")

// AppendAddress appends an address as all of Gnutella writes it: IPv4, then port, little endian.
func AppendAddress(b []byte, a netip.AddrPort) []byte {
	ip := a.Addr().As4()
	return binary.LittleEndian.AppendUint16(append(b, ip[:]...), a.Port())
}

// Addresses reads addresses as AppendAddress writes them; a rest of fewer than 6 bytes is left out.
func Addresses(b []byte) (all []netip.AddrPort) {
	for ; len(b) >= 6; b = b[6:] {
		all = append(all, netip.AddrPortFrom(netip.AddrFrom4([4]byte(b)), binary.LittleEndian.Uint16(b[4:])))
	}
	return all
}
