package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"time"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// voip is SIP telephony: an exchange that keeps many trunks and phones alive by address,
// and calls with their media streams; some trunks are dead.
func voip() Application {
	return Application{
		Name: "voip", What: "SIP telephony: OPTIONS to trunks by address, some dead, and calls with RTP",
		Scene: func(r *recording.Recording) {
			trunks := r.Peers("trunks", 90, internet.Sleep{Share: 0.15, On: 15 * time.Minute, Off: 5 * time.Minute})
			exchange := r.Host(recording.Host{Name: "exchange", Reach: recording.Public, Vantage: recording.AtHost, Up: 20, Down: 20, Settings: "100 trunks, 20 % dead, OPTIONS each 60 s; a call each 50 s"})
			phone := r.Host(recording.Host{Name: "phone", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "12 accounts, 3 dead, OPTIONS each 30 s; a call each 6 min"})
			if r.Err() != nil {
				return
			}
			trunks.Role("sipserve", sipServeParameters{trunks.Addresses})
			exchange.Role("phone", phoneParameters{Trunks: append(trunks.Addresses[:80:80], r.Dead("exchange", 20)...), Options: time.Minute, Call: 50 * time.Second})
			phone.Role("phone", phoneParameters{Trunks: append(trunks.Addresses[80:89:89], r.Dead("phone", 3)...), Options: 30 * time.Second, Call: 6 * time.Minute})
		},
	}
}

const (
	sipPort = 5060
	rtpPort = 20000
)

type sipServeParameters struct{ At []netip.Addr }

// sipServe agrees to everything, and sends media back as it comes.
func sipServe(ctx context.Context, p sipServeParameters) error {
	return together(
		func() error {
			return serveUDP(ctx, p.At, sipPort, func(q []byte) []byte {
				_, headers, ok := strings.Cut(string(q), "\r\n")
				if !ok {
					return nil
				}
				head, _, _ := strings.Cut(headers, "\r\n\r\n")
				return []byte("SIP/2.0 200 OK\r\n" + head + "\r\nAllow: INVITE, ACK, CANCEL, OPTIONS, BYE\r\nServer: lab\r\n\r\n")
			})
		},
		func() error {
			return serveUDP(ctx, p.At, rtpPort, func(q []byte) []byte { return append([]byte(nil), q...) })
		},
	)
}

type phoneParameters struct {
	Trunks  []netip.Addr
	Options time.Duration // between two keep-alives to a trunk
	Call    time.Duration // between two calls, the mean
}

func phone(ctx context.Context, p phoneParameters) error {
	go forEach(ctx, p.Trunks, len(p.Trunks), func() time.Duration { return p.Options / time.Duration(len(p.Trunks)) }, func(a netip.Addr) {
		_ = ask(ctx, netip.AddrPortFrom(a, sipPort), sipRequest("OPTIONS", a), 2*time.Second, 4)
	})
	forEach(ctx, p.Trunks, 8, func() time.Duration { return time.Duration(float64(p.Call) * rand.ExpFloat64()) }, func(a netip.Addr) {
		if err := ask(ctx, netip.AddrPortFrom(a, sipPort), sipRequest("INVITE", a), time.Second, 6); err != nil {
			return
		}
		talk(ctx, netip.AddrPortFrom(a, rtpPort), time.Duration(float64(70*time.Second)*rand.ExpFloat64()))
		_ = ask(ctx, netip.AddrPortFrom(a, sipPort), sipRequest("BYE", a), time.Second, 4)
	})
	return nil
}

func sipRequest(method string, to netip.Addr) []byte {
	id := rand.Uint64()
	return fmt.Appendf(nil, "%[1]s sip:100@%[2]s SIP/2.0\r\nVia: SIP/2.0/UDP pbx.example:5060;branch=z9hG4bK%[3]x;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:pbx@pbx.example>;tag=%[3]x\r\nTo: <sip:100@%[2]s>\r\nContact: <sip:pbx@pbx.example>\r\nCall-ID: %[3]x@pbx.example\r\n"+
		"CSeq: 102 %[1]s\r\nUser-Agent: lab\r\nContent-Length: 0\r\n\r\n", method, to, id)
}

// talk sends 20 ms of G.711 in each packet, 50 a second.
func talk(ctx context.Context, to netip.AddrPort, length time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, "udp4", to.String())
	if err != nil {
		return
	}
	defer closeAtEnd(ctx, c)()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	b := make([]byte, 12+160)
	b[0] = 0x80
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, _ = c.Write(b)
		}
	}
}
