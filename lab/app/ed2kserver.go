package app

import (
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"
)

// ed2kServerParameters tell eDonkey servers the sources that they know, for every file.
type ed2kServerParameters struct {
	At      []netip.Addr
	Sources []netip.AddrPort
}

// Messages of the server protocol, over TCP.
const (
	ed2kPort         = 4661
	ed2kHeader       = 0xe3
	ed2kLogin        = 0x01
	ed2kGetSources   = 0x19
	ed2kStatus       = 0x34
	ed2kMessage      = 0x38
	ed2kYourID       = 0x40
	ed2kFoundSources = 0x42
	ed2kMaxMessage   = 1 << 20
)

func serveED2K(ctx context.Context, p ed2kServerParameters) error {
	return serveTCP(ctx, p.At, ed2kPort, func(_ context.Context, c net.Conn) {
		for {
			_ = c.SetReadDeadline(time.Now().Add(30 * time.Minute))
			kind, body, err := ed2kRead(c)
			if err != nil {
				return
			}
			switch kind {
			case ed2kLogin:
				p.welcome(c, body)
			case ed2kGetSources:
				if len(body) >= 16 {
					ed2kWrite(c, ed2kFoundSources, p.sources(body[:16]))
				}
			}
		}
	})
}

func ed2kRead(r io.Reader) (kind byte, body []byte, err error) {
	var head [6]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	length := binary.LittleEndian.Uint32(head[1:])
	if length == 0 || length > ed2kMaxMessage {
		return 0, nil, io.ErrUnexpectedEOF
	}
	body = make([]byte, length-1)
	_, err = io.ReadFull(r, body)
	return head[5], body, err
}

func ed2kWrite(w io.Writer, kind byte, body []byte) {
	b := binary.LittleEndian.AppendUint32([]byte{ed2kHeader}, uint32(1+len(body)))
	_, _ = w.Write(append(append(b, kind), body...))
}

// welcome gives a client its ID: its address if the server can connect to it, else a low number.
func (p ed2kServerParameters) welcome(c net.Conn, login []byte) {
	const text = "welcome to the lab"
	id := 1 + rand.Uint32N(1<<24-1)
	if from, ok := c.RemoteAddr().(*net.TCPAddr); ok && len(login) >= 22 {
		back, err := net.DialTimeout("tcp4", netip.AddrPortFrom(from.AddrPort().Addr(), binary.LittleEndian.Uint16(login[20:])).String(), 5*time.Second)
		if err == nil {
			id = binary.LittleEndian.Uint32(from.AddrPort().Addr().AsSlice())
			_ = back.Close()
		}
	}
	ed2kWrite(c, ed2kMessage, append(binary.LittleEndian.AppendUint16(nil, uint16(len(text))), text...))
	ed2kWrite(c, ed2kYourID, binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, id), 0))
	ed2kWrite(c, ed2kStatus, binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, 90_000), 4_000_000))
}

func (p ed2kServerParameters) sources(hash []byte) []byte {
	b := append(append([]byte(nil), hash...), byte(len(p.Sources)))
	for _, s := range p.Sources {
		b = append(b, s.Addr().AsSlice()...)
		b = binary.LittleEndian.AppendUint16(b, s.Port())
	}
	return b
}
