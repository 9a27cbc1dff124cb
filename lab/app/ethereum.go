package app

import (
	"context"
	"crypto/ecdsa"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"

	gethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/p2p/enode"
	"github.com/ethereum/go-ethereum/p2p/nat"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// ethereum is the peer-to-peer layer of go-ethereum: discovery versions 4 and 5 over UDP,
// encrypted connections over TCP, with a protocol that announces as much as "eth" does.
func ethereum() Application {
	return Application{
		Name: "ethereum", What: "go-ethereum's discovery v4 and v5, and its encrypted connections",
		Module: "github.com/ethereum/go-ethereum",
		Scene: func(r *recording.Recording) {
			nodes := r.Peers("nodes", 60, internet.Sleep{Share: 0.6, On: 15 * time.Minute, Off: 12 * time.Minute})
			full := r.Host(recording.Host{Name: "full", Reach: recording.Forwarded, Vantage: recording.AtHost, Up: 20, Down: 50, Settings: "25 connections, v4 and v5, 60 of 80 nodes known at first dead"})
			light := r.Host(recording.Host{Name: "light", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "6 connections, v4, 25 of 30 nodes known at first dead"})
			if r.Err() != nil {
				return
			}
			draw := r.Rand("ethereum")
			living := withPorts(draw, nodes.Addresses, 30303, 0.8)
			nodes.Role("ethereum", ethereumParameters{Listen: living, Boot: some(draw, living, 12), Connections: 12, V5: true})
			full.Role("ethereum", ethereumParameters{
				Listen: anywhere(30303), Public: full.Addresses[0], Connections: 25, V5: true,
				Boot: append(some(draw, living, 20), withPorts(draw, r.Dead("full", 60), 30303, 0.8)...),
			})
			light.Role("ethereum", ethereumParameters{
				Listen: anywhere(light.Port("ethereum")), Public: light.Addresses[0], Connections: 6,
				Boot: append(some(draw, living, 5), withPorts(draw, r.Dead("light", 25), 30303, 0.8)...),
			})
		},
	}
}

// anywhere listens on all of a host's addresses.
func anywhere(port uint16) []netip.AddrPort {
	return []netip.AddrPort{netip.AddrPortFrom(netip.IPv4Unspecified(), port)}
}

// ethereumParameters describe nodes, one for each address to listen at.
type ethereumParameters struct {
	Listen      []netip.AddrPort
	Public      netip.Addr // where it says it is, if not where it listens
	Boot        []netip.AddrPort
	Connections int
	V5          bool
}

// ethereumKey is the key of the node at an address; everybody can tell it.
func ethereumKey(a netip.AddrPort) *ecdsa.PrivateKey {
	key, err := gethcrypto.ToECDSA(gethcrypto.Keccak256([]byte(a.String())))
	if err != nil {
		return nil // one hash in 2^128 is no key
	}
	return key
}

func ethereumNodes(ctx context.Context, p ethereumParameters) error {
	var boot []*enode.Node
	for _, a := range p.Boot {
		boot = append(boot, enode.NewV4(&ethereumKey(a).PublicKey, a.Addr().AsSlice(), int(a.Port()), int(a.Port())))
	}
	for _, a := range p.Listen {
		public := a
		if p.Public.IsValid() {
			public = netip.AddrPortFrom(p.Public, a.Port())
		}
		server := &p2p.Server{Config: p2p.Config{
			PrivateKey: ethereumKey(public), MaxPeers: p.Connections, DialRatio: 2, ListenAddr: a.String(), Name: "Geth/lab",
			DiscoveryV4: true, DiscoveryV5: p.V5, BootstrapNodes: boot, BootstrapNodesV5: boot,
			NAT: nat.ExtIP(public.Addr().AsSlice()), Protocols: []p2p.Protocol{gossip()}, Dialer: dialer{a.Addr()},
		}}
		if err := server.Start(); err != nil {
			return err
		}
		defer server.Stop()
	}
	<-ctx.Done()
	return nil
}

// dialer connects from a node's own address.
type dialer struct{ from netip.Addr }

func (d dialer) Dial(ctx context.Context, n *enode.Node) (net.Conn, error) {
	to, _ := n.TCPEndpoint()
	own := net.Dialer{Timeout: 15 * time.Second, LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(d.from, 0))}
	return own.DialContext(ctx, "tcp4", to.String())
}

// gossip sends what "eth" sends in number and size: many announcements of transactions, a
// block each 12 s to some.
func gossip() p2p.Protocol {
	const announcement, block = 0, 1
	return p2p.Protocol{Name: "eth", Version: 68, Length: 17, Run: func(_ *p2p.Peer, rw p2p.MsgReadWriter) error {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		go func() {
			for pause(ctx, time.Duration(float64(4*time.Second)*rand.ExpFloat64())) {
				if p2p.Send(rw, announcement, noiseBytes(34*(1+rand.IntN(20)))) != nil {
					return
				}
				if rand.Float64() < 0.05 && p2p.Send(rw, block, noiseBytes(20_000+rand.IntN(60_000))) != nil {
					return
				}
			}
		}()
		for {
			m, err := rw.ReadMsg()
			if err == nil {
				err = m.Discard()
			}
			if err != nil {
				return err
			}
		}
	}}
}

func noiseBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = noise{}.Read(b)
	return b
}
