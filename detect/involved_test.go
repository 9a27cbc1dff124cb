package detect

import (
	"testing"

	"botnetdetect/packet"
)

func address(i int) packet.Endpoint {
	return packet.MakeIPv4([4]byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)})
}

// A flood of botnet flows names no more than MaxInvolved endpoints, the most involved
// among them.
func TestInvolvedIsBounded(t *testing.T) {
	const bots, flowsEach = 20, MaxInvolved / 10
	var s Summary
	for i := range bots * flowsEach {
		s.add(&Verdict{Botnet: true, Src: address(i % bots), Dst: address(1<<24 + i)})
	}
	if !s.Crowded || len(s.Involved) > MaxInvolved {
		t.Fatalf("%d endpoints involved, crowded: %v", len(s.Involved), s.Crowded)
	}
	for i := range bots {
		if n := s.Involved[address(i)]; n > flowsEach || n < flowsEach-2*s.Botnet/MaxInvolved {
			t.Errorf("bot %d has %d flows, in truth %d", i, n, flowsEach)
		}
	}
}

func TestInvolvedIsExactWhereThereIsRoom(t *testing.T) {
	var s Summary
	for i := range 1000 {
		s.add(&Verdict{Botnet: i%2 == 0, Src: address(1), Dst: address(10 + i%10)})
	}
	if s.Crowded || len(s.Involved) != 6 || s.Involved[address(1)] != 500 || s.Involved[address(10)] != 100 {
		t.Errorf("%v, crowded: %v", s.Involved, s.Crowded)
	}
	if s.P2P != 1000 || s.Botnet != 500 {
		t.Errorf("%d flows, %d botnet", s.P2P, s.Botnet)
	}
	s.add(&Verdict{Botnet: true, Src: address(2), Dst: address(2)})
	if s.Involved[address(2)] != 1 {
		t.Errorf("who speaks to itself is in %d flows, of one", s.Involved[address(2)])
	}
}
