package app

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/anacrolix/torrent/bencode"
	"github.com/anacrolix/torrent/metainfo"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// swarm is the BitTorrent world of one recording: torrents, peers that have them, trackers,
// and a DHT.
type swarm struct {
	torrents []torrentFile
	routers  []netip.AddrPort // DHT nodes to begin with
}

// torrentFile is one torrent, as a file and as a magnet link.
type torrentFile struct{ Path, Magnet, Hash string }

// Numbers of a swarm.
const (
	btPeerCount = 36  // that have or want the content
	btNodes     = 240 // of the DHT that live
	btDeadNodes = 500 // that others still know
	btDeadPeers = 160 // that trackers still know
)

// wellKnownRouters are the names that clients enter the DHT by, with their ports.
func wellKnownRouters() map[string]uint16 {
	return map[string]uint16{
		"router.bittorrent.com": 6881, "router.utorrent.com": 6881, "dht.libtorrent.org": 25401,
		"dht.transmissionbt.com": 6881, "dht.aelitis.com": 6881,
	}
}

// bitTorrent adds a swarm to a scene.
func bitTorrent(r *recording.Recording) (s swarm) {
	draw := r.Rand("bittorrent")
	nodes := r.Peers("dht", btNodes, internet.Sleep{Share: 0.35, On: 25 * time.Minute, Off: 20 * time.Minute})
	peers := r.Peers("peers", btPeerCount, internet.Sleep{Share: 0.3, On: 30 * time.Minute, Off: 10 * time.Minute})
	trackers := r.Peers("trackers", 3, internet.Sleep{})
	if r.Err() != nil {
		return s
	}
	alive := withPorts(draw, nodes.Addresses, 6881, 0.2)
	i := 0
	for name, port := range wellKnownRouters() {
		alive[i] = netip.AddrPortFrom(alive[i].Addr(), port)
		s.routers = append(s.routers, alive[i])
		r.Name(name, alive[i].Addr())
		i++
	}
	nodes.Role("krpc", krpcParameters{Alive: alive, Dead: withPorts(draw, r.Dead("nodes", btDeadNodes), 6881, 0.2), Peers: withPorts(draw, peers.Addresses, 51413, 0)})
	r.Name("tracker.one.example", trackers.Addresses[0])
	r.Name("tracker.two.example", trackers.Addresses[1])
	r.Name("tracker.gone.example", r.Dead("tracker", 1)[0])
	for n, size := range []int64{90 << 20, 140 << 20, 20 << 20} {
		t, err := makeTorrent(r, fmt.Sprintf("release-%d", n+1), size, draw)
		if err != nil {
			r.Fail(err)
			return s
		}
		s.torrents = append(s.torrents, t)
	}
	listening := withPorts(draw, peers.Addresses, 51413, 0)
	trackers.Role("tracker", trackerParameters{Peers: append(listening, withPorts(draw, r.Dead("peers", btDeadPeers), 51413, 0.1)...)})
	peers.Role("btpeers", btPeersParameters{Listen: listening, Content: filepath.Join(r.Dir, "content"), Torrents: s.paths(), Seed: draw.Uint64()})
	return s
}

func (s swarm) paths() (all []string) {
	for _, t := range s.torrents {
		all = append(all, t.Path)
	}
	return all
}

// makeTorrent writes content of that size and its torrent.
func makeTorrent(r *recording.Recording, name string, size int64, draw *rand.Rand) (torrentFile, error) {
	content := filepath.Join(r.Dir, "content", name)
	if err := os.MkdirAll(filepath.Dir(content), 0o755); err != nil {
		return torrentFile{}, err
	}
	f, err := os.Create(content)
	if err != nil {
		return torrentFile{}, err
	}
	var key [32]byte
	for i := range key {
		key[i] = byte(draw.Uint32())
	}
	if _, err := io.CopyN(f, rand.NewChaCha8(key), size); err != nil {
		return torrentFile{}, err
	}
	if err := f.Close(); err != nil {
		return torrentFile{}, err
	}
	return describeTorrent(r, content)
}

func describeTorrent(r *recording.Recording, content string) (torrentFile, error) {
	info := metainfo.Info{PieceLength: 256 << 10}
	if err := info.BuildFromFilePath(content); err != nil {
		return torrentFile{}, err
	}
	b, err := bencode.Marshal(info)
	if err != nil {
		return torrentFile{}, err
	}
	mi := metainfo.MetaInfo{InfoBytes: b, AnnounceList: metainfo.AnnounceList{
		{"http://tracker.one.example:6969/announce"}, {"udp://tracker.two.example:1337/announce"}, {"udp://tracker.gone.example:1337/announce"},
	}}
	mi.Announce = mi.AnnounceList[0][0]
	magnet, err := mi.MagnetV2()
	if err != nil {
		return torrentFile{}, err
	}
	path := r.File("torrents/"+info.Name+".torrent", "")
	f, err := os.Create(path)
	if err != nil {
		return torrentFile{}, err
	}
	defer func() { _ = f.Close() }()
	return torrentFile{Path: path, Magnet: magnet.String(), Hash: mi.HashInfoBytes().HexString()}, mi.Write(f)
}
