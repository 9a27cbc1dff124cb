package app

import (
	"fmt"
	"time"

	"botnetdetect/lab/internal/recording"
)

func qbittorrent() Application {
	return Application{
		Name: "qbittorrent", What: "BitTorrent by qbittorrent-nox (libtorrent), with DHT, µTP, PEX and LSD",
		Packages: []string{"qbittorrent-nox"}, Accelerated: "tracker interval 10 min",
		Scene: func(r *recording.Recording) {
			web(r)
			s := bitTorrent(r)
			desk := r.Host(recording.Host{Name: "desk", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "two torrents, 70 kB/s; browsing"})
			seed := r.Host(recording.Host{Name: "server", Reach: recording.Public, Vantage: recording.AtHost, Up: 20, Down: 20, Settings: "one torrent by magnet link, 30 kB/s"})
			if r.Err() != nil {
				return
			}
			runQBittorrent(r, desk, 70, s.torrents[0].Path, s.torrents[1].Path)
			runQBittorrent(r, seed, 30, s.torrents[0].Magnet)
			browse(desk, r, 90*time.Second)
		},
	}
}

const qbittorrentConfig = `[LegalNotice]
Accepted=true

[BitTorrent]
Session\DefaultSavePath=%[1]s
Session\Port=%[2]d
Session\GlobalDLSpeedLimit=%[3]d
Session\GlobalUPSpeedLimit=%[4]d
Session\DHTEnabled=true
Session\LSDEnabled=true

[Preferences]
WebUI\Enabled=true
WebUI\Address=127.0.0.1
`

func runQBittorrent(r *recording.Recording, p *recording.Place, rate int, torrents ...string) {
	r.File(p.Name+"/profile/qBittorrent/config/qBittorrent.conf", fmt.Sprintf(qbittorrentConfig, p.Home(), p.Port("qbittorrent"), rate, rate/2))
	p.Start("qbittorrent-nox", append([]string{"--profile=" + p.Home() + "/profile", "--skip-dialog=true"}, torrents...)...)
}
