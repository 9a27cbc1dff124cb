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

// game is a client that asks every server of a list for its state, many of them dead, and
// then plays on one.
func game() Application {
	return Application{
		Name: "game", What: "a game client: asks a server list over UDP, many dead, then plays",
		Accelerated: "the player looks at the list each few minutes",
		Scene: func(r *recording.Recording) {
			servers := r.Peers("servers", 220, internet.Sleep{Share: 0.3, On: 15 * time.Minute, Off: 10 * time.Minute})
			player := r.Host(recording.Host{Name: "player", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 30, Settings: "300 servers, 40 % dead; matches of 8 min"})
			browser := r.Host(recording.Host{Name: "browser", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 30, Settings: "an old game: 250 servers, 80 % dead; matches of 2 min"})
			if r.Err() != nil {
				return
			}
			draw := r.Rand("game")
			at := withPorts(draw, servers.Addresses, 27015, 0.7)
			servers.Role("gameserve", gameServeParameters{at})
			player.Role("play", playParameters{Servers: mixed(draw, at[:180], withPorts(draw, r.Dead("player", 120), 27015, 0.7)), Match: 8 * time.Minute, Look: 2 * time.Minute})
			browser.Role("play", playParameters{Servers: mixed(draw, at[:50], withPorts(draw, r.Dead("browser", 200), 27015, 0.7)), Match: 2 * time.Minute, Look: 4 * time.Minute})
		},
	}
}

type gameServeParameters struct{ At []netip.AddrPort }

// gameServe answers A2S_INFO, and any other datagram with a snapshot of the game.
func gameServe(ctx context.Context, p gameServeParameters) error {
	of := make(map[netip.Addr]uint16)
	addresses := make([]netip.Addr, len(p.At))
	for i, a := range p.At {
		addresses[i], of[a.Addr()] = a.Addr(), a.Port()
	}
	return eachAddress(ctx, addresses, func(ctx context.Context, a netip.Addr) error {
		info := append([]byte("\xff\xff\xff\xffI\x11lab server\x00de_dust2\x00cstrike\x00Counter-Strike\x00"), make([]byte, 20+rand.IntN(60))...)
		return serveUDP(ctx, []netip.Addr{a}, int(of[a]), func(q []byte) []byte {
			if len(q) > 4 && q[4] == 'T' {
				return info
			}
			return make([]byte, 80+rand.IntN(200))
		})
	})
}

type playParameters struct {
	Servers []netip.AddrPort
	Match   time.Duration
	Look    time.Duration // between two looks at the list, the mean
}

func play(ctx context.Context, p playParameters) error {
	for {
		var alive []netip.AddrPort
		gap := func() time.Duration { return time.Duration(10+rand.IntN(40)) * time.Millisecond }
		found := make(chan netip.AddrPort, len(p.Servers))
		looking, stop := context.WithTimeout(ctx, time.Duration(len(p.Servers))*30*time.Millisecond)
		forEach(looking, p.Servers, len(p.Servers), gap, func(a netip.AddrPort) {
			if err := ask(ctx, a, []byte("\xff\xff\xff\xffTSource Engine Query\x00"), time.Second, 2); err == nil {
				select {
				case found <- a:
				default:
				}
			}
		})
		stop()
		if !pause(ctx, 3*time.Second) {
			return nil
		}
		for len(found) > 0 {
			alive = append(alive, <-found)
		}
		if len(alive) > 0 {
			match(ctx, alive[rand.IntN(len(alive))], time.Duration(float64(p.Match)*(0.5+rand.Float64())))
		}
		if !pause(ctx, time.Duration(float64(p.Look)*rand.ExpFloat64())) {
			return nil
		}
	}
}

// match sends 20 commands a second and takes the snapshots that come back.
func match(ctx context.Context, server netip.AddrPort, length time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	var d net.Dialer
	c, err := d.DialContext(ctx, "udp4", server.String())
	if err != nil {
		return
	}
	defer closeAtEnd(ctx, c)()
	go func() {
		b := make([]byte, 2048)
		for ctx.Err() == nil {
			if _, err := c.Read(b); err != nil && !pause(ctx, 100*time.Millisecond) {
				return
			}
		}
	}()
	for n := uint32(1); pause(ctx, 50*time.Millisecond); n++ {
		_, _ = c.Write(append(binary.LittleEndian.AppendUint32(nil, n), make([]byte, 24+rand.IntN(30))...))
	}
}
