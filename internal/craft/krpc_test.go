package craft

import (
	"strings"
	"testing"
)

// TestKRPC: messages of BitTorrent's DHT are as BEP 5 has its examples, but for what is random in them.
func TestKRPC(t *testing.T) {
	plain := Dialect{Transaction: 2, Token: 8}
	full := Dialect{Transaction: 4, Token: 20, Version: true, Address: true}
	f := func(got []byte, begins, ends string, length int) {
		t.Helper()
		if s := string(got); !strings.HasPrefix(s, begins) || !strings.HasSuffix(s, ends) || len(s) != length {
			t.Errorf("%q has %d bytes, not %d, or begins or ends otherwise", s, len(s), length)
		}
	}
	noise := new(Noise)
	f(plain.Query(nil, noise, Ping, 0), "d1:ad2:id20:", "1:y1:qe", len("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe"))
	f(plain.Query(nil, noise, FindNode, 0), "d1:ad2:id20:", "1:y1:qe", len("d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:y1:qe"))
	f(plain.Query(nil, noise, GetPeers, 0), "d1:ad2:id20:", "1:y1:qe", len("d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:qe"))
	f(plain.Query(nil, noise, Announce, 8), "d1:ad2:id20:", "1:y1:qe", len("d1:ad2:id20:abcdefghij012345678912:implied_porti1e9:info_hash20:mnopqrstuvwxyz1234564:porti6881e5:token8:aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe"))
	f(plain.Answer(nil, noise, Ping, 0, 0), "d1:rd2:id20:", "1:y1:re", len("d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re"))
	f(plain.Answer(nil, noise, GetPeers, 0, 2), "d1:rd2:id20:", "1:y1:re", len("d1:rd2:id20:abcdefghij01234567895:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:y1:re"))
	f(full.Answer(nil, noise, FindNode, 8, 0), "d2:ip6:", "1:y1:re", len("d2:ip6:abcdef1:rd2:id20:abcdefghij01234567895:nodes208:")+208+len("e1:t4:aaaa1:v4:LT011:y1:re"))
}
