package app

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/ipfs/go-cid"
	golibp2p "github.com/libp2p/go-libp2p"
	dht "github.com/libp2p/go-libp2p-kad-dht"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multiaddr"
	"github.com/multiformats/go-multihash"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// libp2p is the network under IPFS and others: a Kademlia table over QUIC and TCP.
func libp2p() Application {
	return Application{
		Name: "libp2p", What: "go-libp2p with its Kademlia DHT, over QUIC and TCP, as IPFS uses it",
		Module: "github.com/libp2p/go-libp2p",
		Scene: func(r *recording.Recording) {
			nodes := r.Peers("nodes", 70, internet.Sleep{Share: 0.6, On: 15 * time.Minute, Off: 12 * time.Minute})
			server := r.Host(recording.Host{Name: "server", Reach: recording.Public, Vantage: recording.AtHost, Up: 20, Down: 50, Settings: "DHT server, a lookup each 20 s, 60 of 75 nodes known at first dead"})
			client := r.Host(recording.Host{Name: "client", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "DHT client, a lookup each 60 s, 30 of 38 nodes known at first dead"})
			if r.Err() != nil {
				return
			}
			draw := r.Rand("libp2p")
			living := withPorts(draw, nodes.Addresses, 4001, 0.8)
			nodes.Role("libp2p", libp2pParameters{Listen: living, Boot: append(some(draw, living, 8), withPorts(draw, r.Dead("nodes", 6), 4001, 0.8)...), Server: true, Look: 3 * time.Minute})
			server.Role("libp2p", libp2pParameters{Listen: anywhere(4001), Boot: append(some(draw, living, 15), withPorts(draw, r.Dead("server", 60), 4001, 0.8)...), Server: true, Look: 20 * time.Second})
			client.Role("libp2p", libp2pParameters{Listen: anywhere(4001), Boot: append(some(draw, living, 8), withPorts(draw, r.Dead("client", 30), 4001, 0.8)...), Look: time.Minute})
		},
	}
}

// libp2pParameters describe nodes, one for each address to listen at.
type libp2pParameters struct {
	Listen []netip.AddrPort
	Boot   []netip.AddrPort
	Server bool
	Look   time.Duration // between two lookups, the mean
}

// seeded reads bytes that follow from a seed; the keys of the lab are no secrets.
type seeded struct{ *rand.ChaCha8 }

// libp2pKey is the key of the node at an address; everybody can tell it.
func libp2pKey(a netip.AddrPort) (crypto.PrivKey, error) {
	key, _, err := crypto.GenerateEd25519Key(seeded{rand.NewChaCha8(sha256.Sum256([]byte(a.String())))})
	return key, err
}

func libp2pNodes(ctx context.Context, p libp2pParameters) error {
	var boot []peer.AddrInfo
	for _, a := range p.Boot {
		key, err := libp2pKey(a)
		if err != nil {
			return err
		}
		id, err := peer.IDFromPrivateKey(key)
		if err != nil {
			return err
		}
		info := peer.AddrInfo{ID: id}
		for _, format := range libp2pTransports() {
			info.Addrs = append(info.Addrs, multiaddr.StringCast(fmt.Sprintf(format, a.Addr(), a.Port())))
		}
		boot = append(boot, info)
	}
	for _, a := range p.Listen {
		if err := p.node(ctx, a, boot); err != nil {
			return fmt.Errorf("%s: %w", a, err)
		}
	}
	<-ctx.Done()
	return nil
}

func libp2pTransports() []string { return []string{"/ip4/%s/udp/%d/quic-v1", "/ip4/%s/tcp/%d"} }

// node starts one, which looks things up until ctx ends.
func (p libp2pParameters) node(ctx context.Context, a netip.AddrPort, boot []peer.AddrInfo) error {
	key, err := libp2pKey(a)
	if err != nil {
		return err
	}
	var listen []string
	for _, format := range libp2pTransports() {
		listen = append(listen, fmt.Sprintf(format, a.Addr(), a.Port()))
	}
	h, err := golibp2p.New(golibp2p.Identity(key), golibp2p.ListenAddrStrings(listen...), golibp2p.DisableRelay(), golibp2p.DisableMetrics())
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = h.Close() })
	mode := dht.ModeClient
	if p.Server {
		mode = dht.ModeServer
	}
	table, err := dht.New(h, dht.Mode(mode), dht.BootstrapPeers(boot...), dht.ProtocolPrefix("/ipfs"))
	if err != nil {
		return err
	}
	go p.look(ctx, table)
	return table.Bootstrap(ctx)
}

// look finds who has some content, of a thousand pieces, or says that it has it itself.
func (p libp2pParameters) look(ctx context.Context, table *dht.IpfsDHT) {
	for pause(ctx, time.Duration(float64(p.Look)*(0.2+0.8*rand.ExpFloat64()))) {
		hash, err := multihash.Sum(fmt.Append(nil, "piece", rand.IntN(1000)), multihash.SHA2_256, -1)
		if err != nil {
			return
		}
		lookup, cancel := context.WithTimeout(ctx, time.Minute)
		if piece := cid.NewCidV1(cid.Raw, hash); rand.Float64() < 0.2 {
			_ = table.Provide(lookup, piece, true)
		} else {
			_, _ = table.FindProviders(lookup, piece)
		}
		cancel()
	}
}
