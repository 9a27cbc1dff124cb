package serve

import (
	"testing"
	"time"

	"botnetdetect/detect"
	"botnetdetect/history"
	"botnetdetect/live"
	"botnetdetect/packet"
	"botnetdetect/reason"
)

func endpoint(text string) packet.Endpoint {
	e, err := packet.Parse(text)
	if err != nil {
		panic(err)
	}
	return e
}

func state(host string, peers, botnet int) live.HostState {
	h := live.HostState{
		Host: endpoint(host), State: live.Benign, Score: 0.2, Flows: peers, Peers: peers, BotnetFlows: botnet, BotnetPeers: botnet,
		First: noon, Last: noon.Add(time.Minute),
	}
	if botnet > 0 {
		h.State, h.Score, h.Evidence = live.Botnet, 0.9, 0.9*float64(botnet)
	}
	return h
}

func TestFeed(t *testing.T) {
	s := newServer(t, nil)
	h := NewFeed(s, "eth0", live.DefaultHome()).Handler()
	slide := &live.Slide{Window: live.Window{End: noon.Add(time.Minute)}, Hosts: []live.HostState{
		state("10.0.0.1", 5, 4), state("10.0.0.2", 1, 0), state("198.51.100.1", 1, 1), state("198.51.100.2", 2, 0),
	}}
	h.Slide(slide)
	hosts := s.config.Store.Hosts()
	var names []string
	for i := range hosts {
		names = append(names, hosts[i].Host)
	}
	if len(names) != 3 || names[0] != "10.0.0.1" || hosts[0].Latest.Verdict != history.Botnet {
		t.Fatalf("the hosts are %v: a peer of one host is not to be listed", names)
	}
	h.Slide(slide)
	if again, _ := s.config.Store.Host(hosts[0].Key); again.Seen != 1 {
		t.Errorf("what did not change was told %d times", again.Seen)
	}
	slide.Hosts[0] = state("10.0.0.1", 6, 0)
	slide.Window.End = noon.Add(2 * time.Minute)
	h.Slide(slide)
	if again, _ := s.config.Store.Host(hosts[0].Key); again.Latest.Verdict != history.Benign || again.Worst.Verdict != history.Botnet {
		t.Errorf("after a better window the host is %+v", again)
	}
}

// An alert brings the reasons and the peers.
func TestFeedAlert(t *testing.T) {
	s := newServer(t, nil)
	h := NewFeed(s, "eth0", live.DefaultHome()).Handler()
	a := &live.Alert{HostState: state("10.0.0.1", 5, 4), Window: live.Window{End: noon.Add(time.Minute)}}
	for _, peer := range []string{"198.51.100.1", "198.51.100.2"} {
		a.Flows = append(a.Flows, live.Evidence{
			Verdict: detect.Verdict{Botnet: true, Score: 0.9, Packets: 3, Bytes: 180, Protocols: []string{"UDP", "DNS"}, First: noon, Last: noon},
			Peer:    endpoint(peer), Summary: "few packets", Reasons: []reason.Reason{{Text: "UDP: 3 packets", Push: 2}},
		})
	}
	h.Alert(a)
	d, err := s.config.Store.Detail(history.Key{Source: "eth0", Host: "10.0.0.1"})
	if err != nil || len(d.Peers) != 2 || d.Peers[0].Protocols != "UDP DNS" || d.Summary != "few packets" || len(d.Reasons) != 1 {
		t.Errorf("the host is %+v, %v", d, err)
	}
	a.Change, a.Flows = live.Expired, nil
	h.Alert(a)
	if host, _ := s.config.Store.Host(history.Key{Source: "eth0", Host: "10.0.0.1"}); host.Seen != 1 {
		t.Errorf("an alert that ended was counted: %d", host.Seen)
	}
}

// A bot whose flows have left the window, or are judged no more, is told of once: nothing speaks
// against it now.
func TestFeedOfWhatIsGone(t *testing.T) {
	s := newServer(t, nil)
	h := NewFeed(s, "eth0", live.DefaultHome()).Handler()
	at := func(minute int, hosts ...live.HostState) {
		h.Slide(&live.Slide{Window: live.Window{End: noon.Add(time.Duration(minute) * time.Minute)}, Hosts: hosts})
	}
	f := func(host string, want history.Verdict, wantSeen int) {
		t.Helper()
		got, _ := s.config.Store.Host(history.Key{Source: "eth0", Host: host})
		if got.Latest.Verdict != want || got.Seen != wantSeen || !got.Last.Equal(noon.Add(time.Minute)) {
			t.Errorf("%s: %v, seen %d times, last %v; want %v, %d", host, got.Latest.Verdict, got.Seen, got.Last, want, wantSeen)
		}
	}
	at(1, state("10.0.0.1", 5, 4), state("10.0.0.2", 5, 0))
	h.Alert(&live.Alert{HostState: state("10.0.0.3", 5, 4), Window: live.Window{End: noon.Add(90 * time.Second)}})
	for minute := range 3 {
		at(2 + minute)
	}
	f("10.0.0.1", history.Unsure, 2)
	f("10.0.0.2", history.Benign, 1)
	f("10.0.0.3", history.Unsure, 2)
	at(5, state("10.0.0.1", 5, 4))
	f("10.0.0.1", history.Botnet, 3)
}
