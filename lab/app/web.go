package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	crand "crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// A web has sites, each with a name and an address of its own, and third parties (content
// networks, advertising, measurement) with several addresses each, which many sites use.
const (
	webSites        = 60
	webThirdParties = 25
	thirdPartyPool  = 3 // addresses each
)

func siteName(i int) string  { return fmt.Sprintf("www.site%02d.example", i) }
func thirdName(i int) string { return fmt.Sprintf("cdn%02d.thirdparty.example", i) }

// web adds web servers to a scene.
func web(r *recording.Recording) {
	servers := r.Peers("web", webSites+webThirdParties*thirdPartyPool, internet.Sleep{})
	if r.Err() != nil {
		return
	}
	rest := servers.Addresses
	for i := range webSites {
		r.Name(siteName(i), rest[0])
		rest = rest[1:]
	}
	for i := range webThirdParties {
		r.Name(thirdName(i), rest[:thirdPartyPool]...)
		rest = rest[thirdPartyPool:]
	}
	servers.Role("web", struct{}{})
}

// browseParameters tell a browser its user's habits.
type browseParameters struct {
	Think time.Duration // between two pages, the mean
	Seed  uint64
}

// browse makes a user of a host surf the web, besides whatever else the host does.
func browse(p *recording.Place, r *recording.Recording, think time.Duration) {
	p.Role("browse", browseParameters{think, r.Rand("browse " + p.Name).Uint64()})
}

// serveWeb serves objects of the size that the path asks for: /object/BYTES.
func serveWeb(ctx context.Context, _ struct{}) error {
	certificate, err := selfSigned("*.example")
	if err != nil {
		return err
	}
	plain := &http.Server{Addr: ":80", Handler: http.HandlerFunc(serveObject), ReadHeaderTimeout: time.Minute, IdleTimeout: 2 * time.Minute}
	secure := &http.Server{
		Addr: ":443", Handler: plain.Handler, ReadHeaderTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		ErrorLog:  nil,
	}
	defer closeAtEnd(ctx, plain)()
	defer closeAtEnd(ctx, secure)()
	errs := make(chan error, 2)
	go func() { errs <- plain.ListenAndServe() }()
	go func() { errs <- secure.ListenAndServeTLS("", "") }()
	return ended(ctx, <-errs)
}

const maxObject = 4 << 20

func serveObject(w http.ResponseWriter, q *http.Request) {
	n, err := strconv.Atoi(strings.TrimPrefix(q.URL.Path, "/object/"))
	if err != nil || n < 0 || n > maxObject {
		http.NotFound(w, q)
		return
	}
	time.Sleep(time.Duration(5+rand.IntN(60)) * time.Millisecond)
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(n))
	_, _ = io.CopyN(w, noise{}, int64(n))
}

// noise is random bytes without end, as compressed content looks.
type noise struct{}

func (noise) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return len(b), nil
}

// surf visits pages: a site's own document, then what it embeds from the site and from
// third parties, a few at a time; then the user reads.
func surf(ctx context.Context, p browseParameters) error {
	r := rand.New(rand.NewPCG(p.Seed, 1)) //nolint:gosec // habits, not secrets
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	client := &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // the lab's own servers sign for themselves
		ForceAttemptHTTP2:   true,
		MaxConnsPerHost:     6,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 20 * time.Second,
	}}
	for pause(ctx, exponential(r, p.Think)) {
		site := siteName(favourite(r, webSites))
		fetch(ctx, client, r, site, 60_000)
		visit(ctx, client, r, site)
	}
	return nil
}

// visit fetches what a page embeds.
func visit(ctx context.Context, client *http.Client, r *rand.Rand, site string) {
	parties := []string{site}
	for range 1 + r.IntN(7) {
		parties = append(parties, thirdName(favourite(r, webThirdParties)))
	}
	var wait sync.WaitGroup
	for range 6 {
		work := rand.New(rand.NewPCG(r.Uint64(), 2)) //nolint:gosec // habits, not secrets
		wait.Go(func() {
			for range 1 + work.IntN(6) {
				fetch(ctx, client, work, parties[work.IntN(len(parties))], 12_000)
			}
		})
	}
	wait.Wait()
}

// fetch gets an object, of the median size given, now and then without encryption.
func fetch(ctx context.Context, client *http.Client, r *rand.Rand, host string, median float64) {
	scheme := "https"
	if r.Float64() < 0.04 {
		scheme = "http"
	}
	size := min(int(median*math.Exp(1.3*r.NormFloat64())), maxObject/8)
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s://%s/object/%d", scheme, host, size), nil)
	if err != nil {
		return
	}
	q.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
	answer, err := client.Do(q)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
}

// favourite draws one of n, the first most often.
func favourite(r *rand.Rand, n int) int {
	u := r.Float64()
	return int(u * u * float64(n))
}

func exponential(r *rand.Rand, mean time.Duration) time.Duration {
	return time.Duration(r.ExpFloat64() * float64(mean))
}

// selfSigned makes a certificate for a name.
func selfSigned(name string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), crand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{name}, NotAfter: time.Now().AddDate(1, 0, 0)}
	der, err := x509.CreateCertificate(crand.Reader, &template, &template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// eachAddress runs serve for every address side by side until ctx ends.
func eachAddress(ctx context.Context, addresses []netip.Addr, serve func(context.Context, netip.Addr) error) error {
	errs := make([]error, len(addresses))
	var wait sync.WaitGroup
	for i, a := range addresses {
		wait.Go(func() {
			if err := serve(ctx, a); err != nil && !errors.Is(err, net.ErrClosed) {
				errs[i] = fmt.Errorf("%s: %w", a, err)
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}
