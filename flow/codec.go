package flow

import (
	"errors"
	"hash/crc32"

	"botnetdetect/packet"
)

// The format of flows, for spilling to disk and for sending between machines.
// docs/format/flows.md describes it; encoder and decoder share what is here.

// ErrFormat says that bytes are not flows as Batches writes them, or were damaged.
var ErrFormat = errors.New("not well-formed flows")

// magic begins every stream of flows; its last byte is the version.
const magic = "bndflow\x03"

// A block is a kind, the payload's length, a checksum over kind and payload, and the payload.
const blockHead = 1 + 4 + 4

// The kinds of block, in the order in which they come.
const (
	blockNames     = 'N' // protocol names, by ID
	blockAddresses = 'A' // resolved addresses
	blockFlows     = 'F'
	blockEnd       = 'Z' // how many addresses and flow records came
)

const (
	blockTarget = 64 << 10  // a block is closed when its payload has reached this size
	blockMax    = 128 << 10 // no payload is larger
	maxSums     = 128       // in one record; a flow of more protocols takes several
	maxName     = 255       // bytes of a protocol name
)

// How an entry's packets are written, in the low bits of its protocol.
const (
	shapeMany   = 0 // all fields follow
	shapeThere  = 1 // one packet, first endpoint to second
	shapeBack   = 2 // one packet, second endpoint to first
	shapeBits   = 2
	shapeMask   = 1<<shapeBits - 1
	maxProtocol = 1<<16 - 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum covers a block's kind and payload.
func checksum(kind byte, payload []byte) uint32 {
	return crc32.Update(crc32.Update(0, castagnoli, []byte{kind}), castagnoli, payload)
}

// imageMax is the size of the largest image: two kinds and two IPv6 addresses.
const imageMax = 2 * (1 + 16)

// appendImage appends an endpoint as bytes that order as Endpoint.Compare does among
// endpoints of one kind: the kind, then the address.
func appendImage(b []byte, e *packet.Endpoint) []byte {
	return append(append(b, byte(e.Kind())), e.Bytes()...)
}

// shared returns how many bytes x and y have in common at their beginnings.
func shared(x, y []byte) int {
	n := min(len(x), len(y))
	for i := range n {
		if x[i] != y[i] {
			return i
		}
	}
	return n
}

// addressSize returns the length of the address of a kind; 0 if there is no such kind.
func addressSize(kind byte) int {
	switch packet.Kind(kind) {
	case packet.IPv4:
		return 4
	case packet.IPv6:
		return 16
	case packet.MAC:
		return 6
	}
	return 0
}

func makeEndpoint(image []byte) packet.Endpoint {
	address := image[1:]
	switch packet.Kind(image[0]) {
	case packet.IPv4:
		return packet.MakeIPv4([4]byte(address))
	case packet.IPv6:
		return packet.MakeIPv6([16]byte(address))
	}
	return packet.MakeMAC([6]byte(address))
}
