package app

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

const (
	dcCrowd = 22
	dcHub   = 1511
	dcRPC   = 3121
)

// directconnect is a hub, by uhub, and clients that search one another's shares over it and
// fetch files from each other.
func directconnect() Application {
	return Application{
		Name: "directconnect", What: "Direct Connect (ADC): eiskaltdcpp-daemon at a hub by uhub, searches over UDP, files over TCP",
		Packages: []string{"eiskaltdcpp-daemon", "uhub"},
		Scene: func(r *recording.Recording) {
			hub := r.Peers("hub", 1, internet.Sleep{})
			crowd := r.Crowd("user", dcCrowd, internet.Sleep{Share: 0.35, On: 12 * time.Minute, Off: 6 * time.Minute})
			active := r.Host(recording.Host{Name: "active", Reach: recording.Forwarded, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "active, a search each 40 s"})
			lazy := r.Host(recording.Host{Name: "lazy", Reach: recording.Public, Vantage: recording.AtHost, Up: 20, Down: 20, Settings: "active, a search each 5 min, shares much"})
			if r.Err() != nil {
				return
			}
			r.Name("hub.dc.example", hub.Addresses[0])
			runHub(r, hub)
			for _, p := range crowd {
				runDC(r, p, 12, 2*time.Minute)
			}
			runDC(r, active, 4, 40*time.Second)
			runDC(r, lazy, 40, 5*time.Minute)
		},
	}
}

func runHub(r *recording.Recording, p *recording.Place) {
	acl := r.File(p.Name+"/users.conf", "")
	path := r.File(p.Name+"/uhub.conf", fmt.Sprintf("file_acl=%s\nserver_bind_addr=any\nserver_port=%d\nmax_users=200\nhub_name=lab\n", acl, dcHub))
	p.Start("uhub", "-c", path)
}

// runDC starts a client that shares so many files, and a user who searches so often.
func runDC(r *recording.Recording, p *recording.Place, files int, every time.Duration) {
	share := filepath.Join(p.Home(), "share")
	r.Fail(os.MkdirAll(share, 0o755))
	draw := r.Rand("dc " + p.Name)
	for range files {
		// Everybody has some of the same sixty files, so that a search has several answers.
		if err := dcFile(share, draw.IntN(dcFiles)); err != nil {
			r.Fail(err)
			return
		}
	}
	port := p.Port("directconnect")
	r.File(p.Name+"/dc/DCPlusPlus.xml", fmt.Sprintf(`<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<DCPlusPlus><Settings><CID type="string">%[7]s</CID><Nick type="string">%[1]s</Nick><UploadSpeed type="string">5</UploadSpeed><ExternalIp type="string">%[2]s</ExternalIp><DownloadDirectory type="string">%[3]s/got/</DownloadDirectory>
<IncomingConnections type="int">0</IncomingConnections><InPort type="int">%[4]d</InPort><UDPPort type="int">%[4]d</UDPPort><TLSPort type="int">%[5]d</TLSPort><Slots type="int">6</Slots><AutoSearch type="int">1</AutoSearch><AutoSearchTime type="int">2</AutoSearchTime>
<NoIpOverride type="int">1</NoIpOverride><UseDHT type="int">0</UseDHT></Settings><Share><Directory Virtual="share">%[6]s/</Directory></Share></DCPlusPlus>
`, "lab"+p.Name, p.Addresses[0], p.Home(), port, port+1, share, dcIdentity(draw)))
	r.File(p.Name+"/dc/Favorites.xml", fmt.Sprintf(`<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<Favorites><Hubs><Hub Name="lab" Connect="1" Description="" Password="" Server="adc://hub.dc.example:%d" Encoding="utf-8"/></Hubs></Favorites>
`, dcHub))
	p.Start("eiskaltdcpp-daemon", "-c", p.Home()+"/dc", "-l", p.Home()+"/dc", "-P", fmt.Sprint(dcRPC))
	p.Role("dcuser", dcUserParameters{Folder: p.Home() + "/got", Every: every, Seed: draw.Uint64()})
}

// dcIdentity draws what a client is known by. Clients that start at one moment would draw the same themselves.
func dcIdentity(draw *rand.Rand) string {
	var id [24]byte
	for i := range id {
		id[i] = byte(draw.Uint32())
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(id[:])
}

const dcFiles = 60

// dcFile writes one of the files that are shared: what is in it follows from its number.
func dcFile(folder string, n int) error {
	r := rand.New(rand.NewPCG(uint64(n), 5)) //nolint:gosec // content, not a secret
	b := make([]byte, 100_000+r.IntN(1_500_000))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return os.WriteFile(filepath.Join(folder, dcName(n)), b, 0o600)
}

func dcName(n int) string { return fmt.Sprintf("recording number %02d.flac", n) }

type dcUserParameters struct {
	Folder string        // for downloads
	Every  time.Duration // between two searches, the mean
	Seed   uint64
}

// dcUser tells the client of the place, over its JSON-RPC, to search and to fetch what was found.
func dcUser(ctx context.Context, p dcUserParameters) error {
	r := rand.New(rand.NewPCG(p.Seed, 6)) //nolint:gosec // habits, not secrets
	if err := os.MkdirAll(p.Folder, 0o755); err != nil {
		return err
	}
	for pause(ctx, exponential(r, p.Every)) {
		words := dcName(r.IntN(dcFiles))[:len("recording number 00")]
		dcCall(ctx, "search.send", map[string]any{"searchstring": words, "searchtype": 0, "sizemode": 0, "sizetype": 0, "size": 0.0, "huburls": ""})
		if !pause(ctx, 15*time.Second) {
			break
		}
		found, _ := dcCall(ctx, "search.getresults", map[string]any{"huburl": ""}).([]any)
		if len(found) == 0 {
			continue
		}
		hit, _ := found[r.IntN(len(found))].(map[string]any)
		var size int64
		_, _ = fmt.Sscan(fmt.Sprint(hit["Real Size"]), &size)
		dcCall(ctx, "queue.add", map[string]any{"filename": hit["Filename"], "size": size, "tth": hit["TTH"], "directory": p.Folder + "/"})
		dcCall(ctx, "search.clear", map[string]any{"huburl": ""})
	}
	return nil
}

// dcCall returns the result of a call, or nil.
func dcCall(ctx context.Context, method string, parameters map[string]any) any {
	b, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": "1", "method": method, "params": parameters})
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, fmt.Sprintf("http://127.0.0.1:%d/", dcRPC), bytes.NewReader(b))
	if err != nil {
		return nil
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		return nil
	}
	defer func() { _ = answer.Body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	var reply struct{ Result any }
	if json.Unmarshal(text, &reply) != nil {
		return nil
	}
	return reply.Result
}
