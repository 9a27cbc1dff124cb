package craft

import "fmt"

// MAC is an Ethernet address.
type MAC [6]byte

// String writes it as captures are read: 00:1b:21:0a:0b:0c.
func (m MAC) String() string {
	return fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5])
}
