package detect

import (
	"fmt"
	"testing"
	"time"

	"botnetdetect/internal/pcaptest"
)

// asking is a host that asks so many name servers for names, over and over; their answers name nothing that it
// speaks with.
func asking(host string, servers int) (flows []*pcaptest.Flow) {
	for i := range servers {
		f := pcaptest.UDPFlow(host+":5353", fmt.Sprintf("9.9.%d.9:53", i))
		for n := range 5 {
			at := time.Duration(n) * time.Minute
			f.SendData(at, pcaptest.DNSQuery(uint16(n), "a.example."))
			f.ReplyData(at+time.Millisecond, pcaptest.DNSResponse(uint16(n), "a.example.", "10.9.9.9"))
		}
		flows = append(flows, f)
	}
	return flows
}

// TestNameServersAreNotCalledWithPeers: a bot's few name servers are Benign, and no peers of the host verdict; whoever has
// more of them speaks with peers in DNS.
func TestNameServersAreNotCalledWithPeers(t *testing.T) {
	f := func(peers, servers int, want string) {
		t.Helper()
		called := make(map[string]int)
		var host string
		seen := watched(append(gossip("10.0.0.1", peers), asking("10.0.0.1", servers)...)...)
		err := behavioural(t).JudgeAll(seen, new(Summary), Yield{
			Flow: func(v *Verdict) error {
				if v.Botnet {
					called[v.Protocols[0]]++
				}
				return nil
			},
			Host: func(v *HostVerdict) error { host = fmt.Sprint(v.Class, " ", v.Peers); return nil },
		})
		got := fmt.Sprintf("%d peers, %d name servers, host %s", called["UDP"], called["DNS"], host)
		if err != nil || got != want {
			t.Errorf("%d peers, %d name servers: called botnet traffic: %s, not %s (%v)", peers, servers, got, want, err)
		}
	}
	f(60, 1, "60 peers, 0 name servers, host Botnet 60")
	f(60, 3, "60 peers, 0 name servers, host Botnet 60")
	f(60, 4, "60 peers, 4 name servers, host Botnet 64")
	f(MinPeers-1, 2, "0 peers, 0 name servers, host too little evidence 7")
	f(0, 3, "0 peers, 0 name servers, host too little evidence 0")
}

// TestNameServersWithin: who judges flows one by one sets the same aside.
func TestNameServersWithin(t *testing.T) {
	seen := watched(append(gossip("10.0.0.1", 60), asking("10.0.0.1", 1)...)...)
	d := behavioural(t)
	judge, err := d.Scene(seen, nil, Yield{})
	if err != nil {
		t.Fatal(err)
	}
	for f := range seen.Table.P2P() {
		v, err := judge.Verdict(f)
		if dns := v.Protocols[0] == "DNS"; err != nil || v.Botnet == dns || dns && v.Score != 0 {
			t.Errorf("%v and %v: %s %v (%v)", v.Src, v.Dst, v.Text(), v.Score, err)
		}
	}
}
