package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// resolver asks hundreds of authoritative name servers by address, some of them lame.
func resolver() Application {
	return Application{
		Name: "resolver", What: "a recursive resolver's questions to hundreds of name servers, some of them dead",
		Scene: func(r *recording.Recording) {
			servers := r.Peers("authorities", 280, internet.Sleep{Share: 0.1, On: 15 * time.Minute, Off: 10 * time.Minute})
			office := r.Host(recording.Host{Name: "office", Reach: recording.Public, Vantage: recording.AtHost, Up: 10, Down: 50, Settings: "320 servers, 15 % dead, 3 questions a second"})
			home := r.Host(recording.Host{Name: "home", Reach: recording.Natted, Vantage: recording.AtGateway, Up: 5, Down: 20, Settings: "90 servers, 8 % dead, a question each 4 s"})
			if r.Err() != nil {
				return
			}
			draw := r.Rand("resolver")
			servers.Role("authority", authorityParameters{servers.Addresses})
			office.Role("resolve", resolveParameters{Servers: mixed(draw, servers.Addresses[:272], r.Dead("office", 48)), Every: 330 * time.Millisecond})
			home.Role("resolve", resolveParameters{Servers: mixed(draw, servers.Addresses[:83], r.Dead("home", 7)), Every: 4 * time.Second})
		},
	}
}

type authorityParameters struct{ At []netip.Addr }

// authorities refer to further servers without glue, or answer that there is no such name;
// no answer holds an address.
func authorities(ctx context.Context, p authorityParameters) error {
	return serveUDP(ctx, p.At, 53, func(q []byte) []byte {
		var parser dnsmessage.Parser
		header, err := parser.Start(q)
		if err != nil {
			return nil
		}
		question, err := parser.Question()
		if err != nil {
			return nil
		}
		header.Response, header.Authoritative = true, true
		if rand.Float64() < 0.2 {
			header.RCode = dnsmessage.RCodeNameError
		}
		m := dnsmessage.Message{Header: header, Questions: []dnsmessage.Question{question}}
		for i := range 2 + rand.IntN(4) {
			m.Authorities = append(m.Authorities, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: question.Name, Type: dnsmessage.TypeNS, Class: dnsmessage.ClassINET, TTL: 3600},
				Body:   &dnsmessage.NSResource{NS: dnsmessage.MustNewName(fmt.Sprintf("ns%d.net%d.example.", i, rand.IntN(900)))},
			})
		}
		b, err := m.Pack()
		if err != nil {
			return nil
		}
		return b
	})
}

type resolveParameters struct {
	Servers []netip.Addr
	Every   time.Duration
}

// resolve asks servers, the first ones most often, and asks again where none answers.
func resolve(ctx context.Context, p resolveParameters) error {
	gap := func() time.Duration { return time.Duration(float64(p.Every) * rand.ExpFloat64()) }
	forEach(ctx, make([]struct{}, 1), 100, gap, func(struct{}) {
		u := rand.Float64()
		server := p.Servers[int(u*u*float64(len(p.Servers)))]
		name, err := dnsmessage.NewName(fmt.Sprintf("host%d.zone%d.example.", rand.IntN(5000), rand.IntN(400)))
		if err != nil {
			return
		}
		kind := []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA, dnsmessage.TypeMX, dnsmessage.TypeNS}[rand.IntN(4)]
		q := dnsmessage.Message{Header: dnsmessage.Header{ID: uint16(rand.Uint32())}, Questions: []dnsmessage.Question{{Name: name, Type: kind, Class: dnsmessage.ClassINET}}}
		if b, err := q.Pack(); err == nil {
			_ = ask(ctx, netip.AddrPortFrom(server, 53), b, 800*time.Millisecond, 3)
		}
	})
	return nil
}
