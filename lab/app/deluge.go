package app

import (
	"fmt"

	"botnetdetect/lab/internal/recording"
)

func deluge() Application {
	return Application{
		Name: "deluge", What: "BitTorrent by deluged (libtorrent), with DHT, µTP and PEX",
		Packages: []string{"deluged", "deluge-console"}, Accelerated: "tracker interval 10 min",
		Scene: func(r *recording.Recording) {
			s := bitTorrent(r)
			first := r.Host(recording.Host{Name: "first", Reach: recording.Forwarded, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "two torrents, 50 kB/s"})
			second := r.Host(recording.Host{Name: "second", Reach: recording.Natted, Vantage: recording.AtGateway, Up: 5, Down: 20, Settings: "one torrent, 30 kB/s"})
			if r.Err() != nil {
				return
			}
			runDeluge(r, first, 50, s.torrents[1].Path, s.torrents[2].Path)
			runDeluge(r, second, 30, s.torrents[0].Path)
		},
	}
}

const delugeConfig = `{"file": 1, "format": 1}{
  "download_location": "%[1]s", "random_port": false, "listen_ports": [%[2]d, %[2]d], "max_download_speed": %[3]d.0, "max_upload_speed": %[4]d.0,
  "dht": true, "upnp": false, "natpmp": false, "lsd": true, "utpex": true
}`

func runDeluge(r *recording.Recording, p *recording.Place, rate int, torrents ...string) {
	config := p.Home() + "/config"
	r.File(p.Name+"/config/core.conf", fmt.Sprintf(delugeConfig, p.Home(), p.Port("deluge"), rate, rate/2))
	p.Start("deluged", "-d", "-c", config)
	for _, t := range torrents {
		p.WhenReady(func() bool { return p.Do("deluge-console", "-c", config, "add "+t) })
	}
}
