package app

import (
	"fmt"

	"botnetdetect/lab/internal/recording"
)

func aria2() Application {
	return Application{
		Name: "aria2", What: "BitTorrent by aria2c, with DHT and PEX, without µTP",
		Packages: []string{"aria2"}, Accelerated: "tracker interval 10 min",
		Scene: func(r *recording.Recording) {
			s := bitTorrent(r)
			first := r.Host(recording.Host{Name: "first", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "two torrents, 60 kB/s"})
			second := r.Host(recording.Host{Name: "second", Reach: recording.Forwarded, Vantage: recording.AtGateway, Up: 5, Down: 20, Settings: "one torrent by magnet link, 25 kB/s, 20 peers"})
			if r.Err() != nil {
				return
			}
			runAria2(first, s, 60, 55, s.torrents[0].Path, s.torrents[1].Path)
			runAria2(second, s, 25, 20, s.torrents[0].Magnet)
		},
	}
}

func runAria2(p *recording.Place, s swarm, rate, peers int, torrents ...string) {
	port := fmt.Sprint(p.Port("aria2"))
	p.Start("aria2c", append([]string{
		"--enable-dht", "--dht-entry-point", s.routers[0].String(), "--dht-file-path", p.Home() + "/dht.dat",
		"--listen-port", port, "--dht-listen-port", port, "--seed-ratio=0.0", "--file-allocation=none", "--summary-interval=0",
		"--bt-max-peers", fmt.Sprint(peers), "--max-overall-download-limit", fmt.Sprintf("%dK", rate), "--max-overall-upload-limit", fmt.Sprintf("%dK", rate/2),
		"-d", p.Home(), "-j", "5",
	}, torrents...)...)
}
