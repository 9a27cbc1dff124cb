package app

import (
	"context"
	"net/netip"
	"os"

	"github.com/anacrolix/torrent"
	"github.com/anacrolix/torrent/metainfo"
	"golang.org/x/time/rate"

	"botnetdetect/lab/internal/recording"
)

func anacrolix() Application {
	return Application{
		Name: "anacrolix", What: "BitTorrent by anacrolix/torrent, with DHT, µTP and PEX",
		Module: "github.com/anacrolix/torrent", Accelerated: "tracker interval 10 min",
		Scene: func(r *recording.Recording) {
			s := bitTorrent(r)
			first := r.Host(recording.Host{Name: "first", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "two torrents, 50 kB/s"})
			second := r.Host(recording.Host{Name: "second", Reach: recording.Forwarded, Vantage: recording.AtGateway, Up: 5, Down: 20, Settings: "one torrent, 20 kB/s"})
			if r.Err() != nil {
				return
			}
			first.Role("anacrolix", anacrolixParameters{Torrents: []string{s.torrents[0].Path, s.torrents[1].Path}, Public: first.Addresses[0], Port: first.Port("anacrolix"), Dir: first.Home() + "/data", Rate: 50_000})
			second.Role("anacrolix", anacrolixParameters{Torrents: []string{s.torrents[1].Path}, Public: second.Addresses[0], Port: second.Port("anacrolix"), Dir: second.Home() + "/data", Rate: 20_000})
		},
	}
}

// anacrolixParameters describe one client.
type anacrolixParameters struct {
	Torrents []string
	Public   netip.Addr
	Port     uint16
	Dir      string
	Rate     int // bytes a second down; half of it up
}

func runAnacrolix(ctx context.Context, p anacrolixParameters) error {
	if err := os.MkdirAll(p.Dir, 0o755); err != nil {
		return err
	}
	config := torrent.NewDefaultClientConfig()
	config.DataDir, config.ListenPort, config.PublicIp4 = p.Dir, int(p.Port), p.Public.AsSlice()
	config.DisableIPv6, config.Seed = true, true
	config.DownloadRateLimiter = rate.NewLimiter(rate.Limit(p.Rate), 64<<10)
	config.UploadRateLimiter = rate.NewLimiter(rate.Limit(p.Rate/2), 64<<10)
	c, err := torrent.NewClient(config)
	if err != nil {
		return err
	}
	defer c.Close()
	for _, path := range p.Torrents {
		mi, err := metainfo.LoadFromFile(path)
		if err != nil {
			return err
		}
		t, err := c.AddTorrent(mi)
		if err != nil {
			return err
		}
		t.DownloadAll()
	}
	<-ctx.Done()
	return nil
}
