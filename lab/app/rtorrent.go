package app

import (
	"fmt"

	"botnetdetect/lab/internal/recording"
)

func rtorrent() Application {
	return Application{
		Name: "rtorrent", What: "BitTorrent by rtorrent, with DHT and PEX, without µTP",
		Packages: []string{"rtorrent"}, Accelerated: "tracker interval 10 min",
		Scene: func(r *recording.Recording) {
			s := bitTorrent(r)
			first := r.Host(recording.Host{Name: "first", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "two torrents, 40 kB/s"})
			second := r.Host(recording.Host{Name: "second", Reach: recording.Public, Vantage: recording.AtHost, Up: 20, Down: 20, Settings: "one torrent, 60 kB/s, encryption"})
			if r.Err() != nil {
				return
			}
			runRtorrent(r, first, s, 40, "", s.torrents[0].Path, s.torrents[1].Path)
			runRtorrent(r, second, s, 60, "protocol.encryption.set = allow_incoming,try_outgoing,enable_retry,prefer_plaintext", s.torrents[1].Path)
		},
	}
}

const rtorrentConfig = `directory.default.set = %[1]s
session.path.set = %[1]s/session
network.port_range.set = %[2]d-%[2]d
system.daemon.set = true
dht.mode.set = auto
dht.port.set = %[3]d
protocol.pex.set = yes
trackers.use_udp.set = yes
throttle.global_down.max_rate.set_kb = %[4]d
throttle.global_up.max_rate.set_kb = %[5]d
%[6]s
schedule2 = dht_node, 5, 0, "dht.add_node=%[7]s"
`

func runRtorrent(r *recording.Recording, p *recording.Place, s swarm, rate int, more string, torrents ...string) {
	port := p.Port("rtorrent")
	r.File(p.Name+"/session/.keep", "")
	rc := r.File(p.Name+"/rtorrent.rc", fmt.Sprintf(rtorrentConfig, p.Home(), port, port+1, rate, rate/2, more, s.routers[0]))
	p.Start("rtorrent", append([]string{"-n", "-o", "import=" + rc}, torrents...)...)
}
