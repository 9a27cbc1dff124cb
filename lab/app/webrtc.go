package app

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/pion/stun/v3"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

const (
	rtcMeetPort = 8443
	rtcSTUNPort = 3478
	rtcMeetName = "meet.rtc.example"
	rtcSTUNName = "stun.rtc.example"
)

// webRTC is what browsers and apps talk and stream with directly: calls of a few people,
// and viewers who hand parts of a film on to one another.
func webRTC() Application {
	return Application{
		Name: "webrtc", What: "pion: calls in which each sends to all, and viewers that pass parts of a film on over data channels",
		Module: "github.com/pion/webrtc/v4",
		Scene: func(r *recording.Recording) {
			servers := r.Peers("servers", 2, internet.Sleep{})
			callers := r.Peers("callers", 26, internet.Sleep{Share: 0.2, On: 15 * time.Minute, Off: 5 * time.Minute})
			viewers := r.Peers("viewers", 30, internet.Sleep{Share: 0.4, On: 10 * time.Minute, Off: 5 * time.Minute})
			caller := r.Host(recording.Host{Name: "caller", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "a call of some 2 min after the other, voice, with 2 to 5 others"})
			viewer := r.Host(recording.Host{Name: "viewer", Reach: recording.Natted, Vantage: recording.AtGateway, Up: 10, Down: 50, Settings: "a film, parts from up to 8 viewers"})
			if r.Err() != nil {
				return
			}
			r.Name(rtcMeetName, servers.Addresses[0])
			r.Name(rtcSTUNName, servers.Addresses[1])
			servers.Role("rtcmeet", struct{}{})
			servers.Role("stun", stunParameters{servers.Addresses[1]})
			calls := rtcParameters{Rooms: 7, Stay: 2 * time.Minute, Most: 5, Voice: true, Gone: r.Dead("callers", 30)}
			film := rtcParameters{Stay: 6 * time.Minute, Most: 8, Gone: r.Dead("viewers", 60)}
			meet := servers.Addresses[0].String()
			callers.Role("rtcnodes", calls.at(callers.Addresses, meet, ""))
			viewers.Role("rtcnodes", film.at(viewers.Addresses, meet, ""))
			caller.Role("rtcnodes", calls.at([]netip.Addr{{}}, rtcMeetName, rtcSTUNName))
			viewer.Role("rtcnodes", film.at([]netip.Addr{{}}, rtcMeetName, rtcSTUNName))
		},
	}
}

type stunParameters struct{ At netip.Addr }

// serveSTUN tells whoever asks which address the question came from.
func serveSTUN(ctx context.Context, p stunParameters) error {
	c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(p.At, rtcSTUNPort)))
	if err != nil {
		return err
	}
	defer closeAtEnd(ctx, c)()
	b := make([]byte, 1500)
	for {
		n, from, err := c.ReadFromUDP(b)
		if err != nil {
			return ended(ctx, err)
		}
		var q stun.Message
		if stun.Decode(b[:n], &q) != nil || q.Type != stun.BindingRequest {
			continue
		}
		reply, err := stun.Build(stun.NewTransactionIDSetter(q.TransactionID), stun.BindingSuccess, &stun.XORMappedAddress{IP: from.IP, Port: from.Port}, stun.Fingerprint)
		if err != nil {
			return fmt.Errorf("answer a STUN question: %w", err)
		}
		_, _ = c.WriteToUDP(reply.Raw, from)
	}
}
