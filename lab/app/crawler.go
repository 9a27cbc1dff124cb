package app

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"time"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// crawler fetches pages from servers by address, as crawlers do that resolved the names
// long ago; some servers are gone.
func crawler() Application {
	return Application{
		Name: "crawler", What: "HTTP to many servers by address, some of them gone",
		Scene: func(r *recording.Recording) {
			servers := r.Peers("servers", 250, internet.Sleep{Share: 0.1, On: 20 * time.Minute, Off: 10 * time.Minute})
			wide := r.Host(recording.Host{Name: "wide", Reach: recording.Public, Vantage: recording.AtHost, Up: 20, Down: 50, Settings: "400 servers, 40 % dead, a page each second"})
			deep := r.Host(recording.Host{Name: "deep", Reach: recording.Natted, Vantage: recording.AtGateway, Up: 20, Down: 50, Settings: "100 servers, 10 % dead, 8 pages of each in a row"})
			if r.Err() != nil {
				return
			}
			draw := r.Rand("crawler")
			servers.Role("web", struct{}{})
			wide.Role("crawl", crawlParameters{Servers: mixed(draw, servers.Addresses[:240], r.Dead("wide", 160)), Pages: 1, Every: time.Second})
			deep.Role("crawl", crawlParameters{Servers: mixed(draw, servers.Addresses[:90], r.Dead("deep", 10)), Pages: 8, Every: 6 * time.Second})
		},
	}
}

type crawlParameters struct {
	Servers []netip.Addr
	Pages   int // of a server, one after the other
	Every   time.Duration
}

func crawl(ctx context.Context, p crawlParameters) error {
	client := &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{IdleConnTimeout: 5 * time.Second}}
	gap := func() time.Duration { return time.Duration(float64(p.Every) * rand.ExpFloat64()) }
	forEach(ctx, p.Servers, 24, gap, func(a netip.Addr) {
		for range p.Pages {
			size := int(8000 * math.Exp(rand.NormFloat64()))
			q, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s/object/%d", a, min(size, maxObject)), nil)
			if err != nil {
				return
			}
			q.Header.Set("User-Agent", "labcrawler/1.0 (+http://www.site01.example/bot)")
			answer, err := client.Do(q)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			if !pause(ctx, time.Second) {
				return
			}
		}
	})
	return nil
}
