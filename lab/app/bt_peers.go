package app

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"

	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/metainfo"
	"github.com/anacrolix/torrent/storage"
	"golang.org/x/time/rate"
)

// btPeersParameters describe the peers of a swarm, a client each.
type btPeersParameters struct {
	Listen   []netip.AddrPort
	Content  string   // folder with all of it
	Torrents []string // files
	Seed     uint64
}

const (
	leechShare = 0.25  // of the peers that begin with nothing
	btSlowest  = 4_000 // bytes a second that a peer gives, and the spread above
	btSpread   = 26_000
)

// btPeers runs the clients until ctx ends.
func btPeers(ctx context.Context, p btPeersParameters) error {
	draw := rand.New(rand.NewPCG(p.Seed, 1)) //nolint:gosec // not a secret
	for i, a := range p.Listen {
		dir := p.Content
		leech := draw.Float64() < leechShare
		if leech {
			dir = filepath.Join(filepath.Dir(p.Content), "leech", a.Addr().String())
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
		}
		has := storage.NewMapPieceCompletion()
		c, err := btClient(a, dir, has, btSlowest+draw.IntN(btSpread))
		if err != nil {
			return err
		}
		defer c.Close()
		for _, j := range draw.Perm(len(p.Torrents))[:1+i%len(p.Torrents)] {
			mi, err := metainfo.LoadFromFile(p.Torrents[j])
			if err == nil && !leech {
				err = complete(mi, has)
			}
			if err == nil {
				err = addTorrent(c, mi, some(draw, p.Listen, 6))
			}
			if err != nil {
				return err
			}
		}
	}
	<-ctx.Done()
	return nil
}

func btClient(a netip.AddrPort, dir string, has storage.PieceCompletion, bytesPerSecond int) (*torrent.Client, error) {
	config := torrent.NewDefaultClientConfig()
	config.ListenHost = func(string) string { return a.Addr().String() }
	config.ListenPort = int(a.Port())
	config.DisableIPv6 = true
	config.NoDHT = true
	config.NoDefaultPortForwarding = true
	config.DialForPeerConns = false // would call from the namespace's first address
	config.Seed = true
	config.EstablishedConnsPerTorrent = 12
	config.UploadRateLimiter = rate.NewLimiter(rate.Limit(bytesPerSecond), 64<<10)
	config.DownloadRateLimiter = rate.NewLimiter(rate.Limit(bytesPerSecond), 64<<10)
	config.DefaultStorage = storage.NewFileOpts(storage.NewFileClientOpts{ClientBaseDir: dir, PieceCompletion: has})
	c, err := torrent.NewClient(config)
	if err != nil {
		return nil, err
	}
	c.AddDialer(torrent.NetworkDialer{Network: "tcp4", Dialer: &net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(a.Addr(), 0))}})
	return c, nil
}

// complete notes that every piece is there, which saves hashing them.
func complete(mi *metainfo.MetaInfo, has storage.PieceCompletion) error {
	info, err := mi.UnmarshalInfo()
	if err != nil {
		return err
	}
	for i := range info.NumPieces() {
		if err := has.Set(metainfo.PieceKey{InfoHash: mi.HashInfoBytes(), Index: i}, true); err != nil {
			return err
		}
	}
	return nil
}

// addTorrent adds one with a few peers to begin with.
func addTorrent(c *torrent.Client, mi *metainfo.MetaInfo, peers []netip.AddrPort) error {
	t, err := c.AddTorrent(mi)
	if err != nil {
		return err
	}
	for _, a := range peers {
		t.AddPeers([]torrent.PeerInfo{{Addr: net.TCPAddrFromAddrPort(a), Trusted: true}})
	}
	t.DownloadAll()
	return nil
}
