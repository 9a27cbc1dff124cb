package gnutella

import (
	"bufio"
	"bytes"
	"net"
	"net/netip"
	"slices"
	"testing"
)

var hosts = []netip.AddrPort{netip.MustParseAddrPort("81.2.3.4:6346"), netip.MustParseAddrPort("62.4.7.1:31000")}

func TestMessagesReadBackAsWritten(t *testing.T) {
	m := New(Query, 3, QueryPayload("sea shanty"))
	read, err := Read(bytes.NewReader(m.Bytes()))
	if err != nil || read.ID != m.ID || read.Kind != Query || read.TTL != 3 || Words(read.Payload) != "sea shanty" {
		t.Errorf("read %+v, %v", read, err)
	}
	if _, err := Parse(m.Bytes()[:30]); err == nil {
		t.Error("half a datagram was taken for a whole")
	}
}

func TestPongCarriesItsCache(t *testing.T) {
	many := slices.Repeat(hosts, 20) // longer than one length byte can say
	for _, cache := range [][]netip.AddrPort{nil, hosts, many} {
		got := CachedHosts(PongPayload(hosts[0], 4, cache))
		want := append(hosts[:1:1], cache[:min(len(cache), 30)]...)
		if !slices.Equal(got, want) {
			t.Errorf("cache of %d: got %v", len(cache), got)
		}
	}
}

func TestHitNamesItsSource(t *testing.T) {
	if from, ok := HitSource(HitPayload(hosts[1], "x", 3, [16]byte{})); !ok || from != hosts[1] {
		t.Errorf("source %s, %v", from, ok)
	}
}

func TestHandshake(t *testing.T) {
	for _, busy := range []bool{false, true} {
		a, b := net.Pipe()
		accepted := make(chan error, 1)
		go func() {
			r := bufio.NewReader(b)
			_, _ = r.ReadString('\n')
			accepted <- Accept(b, r, Greeting{Agent: "b", Try: hosts}, busy)
		}()
		ok, try, err := Connect(a, bufio.NewReader(a), Greeting{Agent: "a", Listen: hosts[0]})
		if err != nil || ok == busy || !slices.Equal(try, hosts) {
			t.Errorf("busy %v: accepted %v, hosts %v, %v", busy, ok, try, err)
		}
		if err := <-accepted; err != nil {
			t.Errorf("busy %v: %v", busy, err)
		}
	}
}

func FuzzPayloads(f *testing.F) {
	f.Add(PongPayload(hosts[0], 4, hosts))
	f.Add(HitPayload(hosts[0], "x", 2, [16]byte{}))
	f.Add(New(Query, 3, QueryPayload("x")).Bytes())
	f.Fuzz(func(_ *testing.T, b []byte) {
		CachedHosts(b)
		HitSource(b)
		Words(b)
		if m, err := Parse(b); err == nil {
			CachedHosts(m.Payload)
		}
	})
}
