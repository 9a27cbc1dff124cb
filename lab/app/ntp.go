package app

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// ntp is time service: a client with many servers by address, and a server of a pool that
// hundreds of strangers ask.
func ntp() Application {
	return Application{
		Name: "ntp", What: "time service: a client of a long server list, and a pool server with hundreds of clients",
		Scene: func(r *recording.Recording) {
			draw := r.Rand("ntp")
			servers := r.Peers("servers", 90, internet.Sleep{Share: 0.2, On: 20 * time.Minute, Off: 10 * time.Minute})
			clients := r.Peers("clients", 300, internet.Sleep{Share: 0.2, On: 20 * time.Minute, Off: 20 * time.Minute})
			client := r.Host(recording.Host{Name: "client", Reach: recording.Natted, Vantage: recording.AtHost, Up: 10, Down: 50, Settings: "60 servers by address, a third dead, polls of 64 to 512 s"})
			server := r.Host(recording.Host{Name: "server", Reach: recording.Public, Vantage: recording.AtHost, Up: 10, Down: 50, Settings: "pool server, 300 clients, polls of 64 to 1024 s; itself asks 12"})
			if r.Err() != nil {
				return
			}
			servers.Role("ntpserve", ntpServeParameters{servers.Addresses})
			server.Role("ntpserve", ntpServeParameters{server.Addresses})
			clients.Role("ntppoll", ntpPollParameters{From: clients.Addresses, Servers: server.Addresses, Least: 64 * time.Second, Doublings: 4})
			client.Role("ntppoll", ntpPollParameters{Servers: append(some(draw, servers.Addresses, 40), r.Dead("ntp", 20)...), Least: 64 * time.Second, Doublings: 3})
			server.Role("ntppoll", ntpPollParameters{Servers: some(draw, servers.Addresses, 12), Least: 64 * time.Second, Doublings: 2})
		},
	}
}

type ntpServeParameters struct{ At []netip.Addr }

// ntpServe answers requests of NTP version 4 (RFC 5905).
func ntpServe(ctx context.Context, p ntpServeParameters) error {
	const modeClient = 3
	return serveUDP(ctx, p.At, 123, func(q []byte) []byte {
		if len(q) < 48 || q[0]&7 != modeClient {
			return nil
		}
		a := make([]byte, 48)
		a[0], a[1], a[2], a[3] = 0x24, 2, q[2], 0xe8
		copy(a[24:], q[40:48])
		for _, at := range []int{16, 32, 40} {
			binary.BigEndian.PutUint64(a[at:], ntpTime(time.Now()))
		}
		return a
	})
}

func ntpTime(t time.Time) uint64 {
	const epoch = 2_208_988_800 // 1970 in seconds since 1900
	return uint64(t.Unix()+epoch)<<32 | uint64(t.Nanosecond())<<32/1e9
}

// ntpPollParameters describe clients, one for each address of From, or one that sends from
// anywhere. Each server has a poll interval: Least, doubled up to so many times.
type ntpPollParameters struct {
	From      []netip.Addr
	Servers   []netip.Addr
	Least     time.Duration
	Doublings int
}

func ntpPoll(ctx context.Context, p ntpPollParameters) error {
	if len(p.From) == 0 {
		p.From = []netip.Addr{netip.IPv4Unspecified()}
	}
	for _, from := range p.From {
		for _, server := range p.Servers {
			every := p.Least << rand.IntN(p.Doublings+1)
			go func() {
				for wait := time.Duration(rand.Int64N(int64(every))); pause(ctx, wait); wait = every + time.Duration(rand.Int64N(int64(every/16))) {
					ntpAsk(from, server)
				}
			}()
		}
	}
	<-ctx.Done()
	return nil
}

func ntpAsk(from, server netip.Addr) {
	c, err := net.DialUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(from, 0)), net.UDPAddrFromAddrPort(netip.AddrPortFrom(server, 123)))
	if err != nil {
		return
	}
	defer func() { _ = c.Close() }()
	q := make([]byte, 48)
	q[0], q[2] = 0x23, 6
	binary.BigEndian.PutUint64(q[40:], ntpTime(time.Now()))
	if _, err := c.Write(q); err == nil {
		_ = c.SetReadDeadline(time.Now().Add(3 * time.Second))
		_, _ = c.Read(q)
	}
}
