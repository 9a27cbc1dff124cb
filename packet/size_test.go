package packet

import (
	"testing"
	"unsafe"
)

// TestSize checks what the comment on Packet promises.
func TestSize(t *testing.T) {
	if n := unsafe.Sizeof(Packet{}); n != 128 {
		t.Errorf("a packet takes %d bytes, want two cache lines of 64", n)
	}
}
