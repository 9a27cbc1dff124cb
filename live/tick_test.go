package live

import (
	"fmt"
	"testing"

	"botnetdetect/flow"
	"botnetdetect/internal/pcaptest"
	"botnetdetect/packet"
)

// A tick that a flood filled lets new flows in once it is used again.
func TestTickAfterAFlood(t *testing.T) {
	tick := newTick(flow.Options{}, 1<<20)
	add := func(i int) {
		var p packet.Packet
		f := pcaptest.UDPFlow(fmt.Sprintf("11.%d.%d.1:7", i/250, i%250), "12.0.0.1:7").Send(0, 60)
		packet.Decode(&pcaptest.Merge(f)[0], &p)
		tick.add(&p)
	}
	for i := range 20_000 {
		add(i)
	}
	if tick.counts.shed == 0 || tick.flows.Bytes() > 4<<20 {
		t.Fatalf("%d bytes within 1 MiB, %d packets shed", tick.flows.Bytes(), tick.counts.shed)
	}
	tick.reset()
	add(0)
	if tick.flows.Len() != 1 || tick.counts.shed != 0 {
		t.Errorf("%d flows, %d shed", tick.flows.Len(), tick.counts.shed)
	}
}
