package craft

import (
	"encoding/binary"
	"net/netip"
	"strings"
)

// Types of DNS records.
const (
	DNSA    = 1
	DNSAAAA = 28
)

// DNS is a message with one question, and the answers to it (RFC 1035).
type DNS struct {
	ID       uint16
	Name     string // labels of 1 to 63 bytes with dots between them
	Kind     uint16 // DNSA or DNSAAAA
	Response bool
	Answers  []netip.Addr // of the kind asked for
}

// Append appends the message.
func (m DNS) Append(b []byte) []byte {
	be := binary.BigEndian
	b = be.AppendUint16(b, m.ID)
	if m.Response {
		b = append(b, 0x81, 0x80, 0, 1)
	} else {
		b = append(b, 1, 0, 0, 1)
	}
	b = be.AppendUint16(b, uint16(len(m.Answers)))
	b = append(b, 0, 0, 0, 0)
	for label := range strings.SplitSeq(m.Name, ".") {
		b = append(append(b, byte(len(label))), label...)
	}
	b = be.AppendUint16(append(b, 0), m.Kind)
	b = be.AppendUint16(b, 1)
	for _, a := range m.Answers {
		b = be.AppendUint16(append(b, 0xc0, 12), m.Kind)
		b = be.AppendUint32(append(b, 0, 1), 300)
		b = be.AppendUint16(b, uint16(a.BitLen()/8))
		b = append(b, a.AsSlice()...)
	}
	return b
}
