package app

import (
	"context"
	"crypto/tls"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"
)

// torFetchParameters tell a user of Tor's proxy their habits.
type torFetchParameters struct {
	Think time.Duration // between two pages, the mean
	Seed  uint64
}

const torProxy = "127.0.0.1:9050"

// torFetch surfs the web through the tor of the place; names are looked up by the exit.
func torFetch(ctx context.Context, p torFetchParameters) error {
	r := rand.New(rand.NewPCG(p.Seed, 3)) //nolint:gosec // habits, not secrets
	proxy := &url.URL{Scheme: "socks5h", Host: torProxy}
	client := &http.Client{Timeout: 90 * time.Second, Transport: &http.Transport{
		Proxy:           http.ProxyURL(proxy),
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // the lab's own servers sign for themselves
		IdleConnTimeout: time.Minute,
	}}
	for pause(ctx, exponential(r, p.Think)) {
		site := siteName(favourite(r, webSites))
		fetch(ctx, client, r, site, 60_000)
		for range r.IntN(12) {
			fetch(ctx, client, r, site, 12_000)
		}
	}
	return nil
}
