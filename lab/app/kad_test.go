package app

import (
	"net/netip"
	"slices"
	"testing"
)

func TestKadAnswersWithTheNearest(t *testing.T) {
	var known []kadContact
	for i := range 40 {
		known = append(known, kadContactOf(netip.AddrPortFrom(netip.AddrFrom4([4]byte{81, 2, 3, byte(1 + i)}), 4672)))
	}
	target := known[17][:kadID]
	reply := kadReply(known[0], known, kadFind, slices.Concat([]byte{2}, target, known[0][:kadID]), addrPort(t, "62.4.7.1:4672"))
	if len(reply) != 1+kadID+1+2*25 || reply[0] != kadFindAnswer || !slices.Equal(reply[18:18+25], known[17][:]) {
		t.Errorf("answer % x", reply)
	}
}

func FuzzKadReply(f *testing.F) {
	self := kadContactOf(netip.MustParseAddrPort("81.2.3.4:4672"))
	for _, kind := range []byte{kadBootstrap, kadHello, kadFind, kadPublishKey, kadFirewalled, kadPing} {
		f.Add(kind, make([]byte, 40))
	}
	f.Fuzz(func(_ *testing.T, kind byte, body []byte) {
		kadReply(self, []kadContact{self}, kind, body, netip.MustParseAddrPort("62.4.7.1:4672"))
	})
}

func TestED2KLinkOfOneChunk(t *testing.T) {
	const want = "ed2k://|file|a|3|A448017AAF21D8525FC10AE87AA6729D|/" // MD4 test suite of RFC 1320: "abc"
	if got := ed2kLink("a", "abc"); got != want {
		t.Errorf("link %s, not %s", got, want)
	}
}
