package app

import (
	"fmt"
	"time"

	"botnetdetect/lab/internal/recording"
)

func transmission() Application {
	return Application{
		Name: "transmission", What: "BitTorrent by transmission-daemon, with DHT, µTP and PEX",
		Packages: []string{"transmission-daemon", "transmission-cli"}, Accelerated: "tracker interval 10 min",
		Scene: func(r *recording.Recording) {
			web(r)
			s := bitTorrent(r)
			home := r.Host(recording.Host{Name: "home", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "two torrents, 80 kB/s; browsing"})
			box := r.Host(recording.Host{Name: "box", Reach: recording.Public, Vantage: recording.AtHost, Up: 20, Down: 20, Settings: "one torrent by magnet link, 40 kB/s; encryption preferred"})
			if r.Err() != nil {
				return
			}
			runTransmission(home, 80, []string{s.torrents[0].Path, s.torrents[1].Path})
			runTransmission(box, 40, []string{s.torrents[1].Magnet}, "--encryption-required")
			browse(home, r, 2*time.Minute)
		},
	}
}

// runTransmission downloads torrents at so many kB/s.
func runTransmission(p *recording.Place, rate int, torrents []string, flags ...string) {
	p.Start("transmission-daemon", append([]string{
		"-f", "-g", p.Home() + "/config", "-w", p.Home(), "-P", fmt.Sprint(p.Port("transmission")), "--dht", "--utp", "-m", "-T", "-L", "80", "-l", "40",
	}, flags...)...)
	p.WhenReady(func() bool {
		return p.Do("transmission-remote", "-d", fmt.Sprint(rate), "-u", fmt.Sprint(rate/2), "-a", torrents[0])
	})
	for _, t := range torrents[1:] {
		p.Do("transmission-remote", "-a", t)
	}
}
