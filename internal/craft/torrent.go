package craft

import "encoding/binary"

// Handshake appends BitTorrent's (BEP 3), with reserved bits for its DHT and extensions.
func Handshake(b []byte, noise *Noise) []byte {
	b = append(b, "\x13BitTorrent protocol\x00\x00\x00\x00\x00\x10\x00\x05"...)
	b = noise.Append(b, 20)
	return noise.Append(append(b, "-GN0001-"...), 12)
}

// Request appends the request for a random block of a torrent.
func Request(b []byte, noise *Noise) []byte {
	b = append(b, 0, 0, 0, 13, 6)
	return binary.BigEndian.AppendUint32(noise.Append(b, 8), 1<<14)
}

// Piece appends the header of a block of n bytes.
func Piece(b []byte, noise *Noise, n int) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(9+n))
	return noise.Append(append(b, 7), 8)
}

// DHTQuery appends a query for peers of BitTorrent's DHT (BEP 5).
func DHTQuery(b []byte, noise *Noise) []byte {
	b = noise.Append(append(b, "d1:ad2:id20:"...), 20)
	b = noise.Append(append(b, "9:info_hash20:"...), 20)
	b = append(b, "e1:q9:get_peers1:t2:"...)
	return append(noise.Append(b, 2), "1:y1:qe"...)
}

// DHTAnswer appends the answer to such a query, with eight nodes.
func DHTAnswer(b []byte, noise *Noise) []byte {
	b = noise.Append(append(b, "d1:rd2:id20:"...), 20)
	b = noise.Append(append(b, "5:nodes208:"...), 208)
	b = noise.Append(append(b, "5:token8:"...), 8)
	b = noise.Append(append(b, "e1:t2:"...), 2)
	return append(b, "1:y1:re"...)
}

// Types of packets of the micro transport protocol, with its version.
const (
	UTPData  = 0x01
	UTPState = 0x21
	UTPOpen  = 0x41
)

// UTP is the header of a packet of the micro transport protocol (BEP 29).
type UTP struct {
	Type       byte
	Connection uint16
	Micros     uint32 // of the sender's clock
	Seq, Ack   uint16
}

// Append appends the header.
func (h UTP) Append(b []byte) []byte {
	be := binary.BigEndian
	b = append(b, h.Type, 0)
	b = be.AppendUint16(b, h.Connection)
	b = be.AppendUint32(b, h.Micros)
	b = be.AppendUint32(b, 20_000)
	b = be.AppendUint32(b, 1<<20)
	b = be.AppendUint16(b, h.Seq)
	return be.AppendUint16(b, h.Ack)
}
