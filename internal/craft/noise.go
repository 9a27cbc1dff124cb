package craft

import "encoding/binary"

// Noise is a source of random bytes: encrypted and compressed payload has no pattern, so
// a capture must not be easier to compress than a real one. Its value is the seed. The
// generator is SplitMix64.
type Noise uint64

// Append appends n random bytes.
func (g *Noise) Append(b []byte, n int) []byte {
	end := len(b) + n
	for len(b) < end {
		*g += 0x9e3779b97f4a7c15
		z := uint64(*g)
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		b = binary.LittleEndian.AppendUint64(b, z^z>>31)
	}
	return b[:end]
}
