package app

import (
	"crypto/sha1"
	"fmt"
	"time"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// opendht is the network that Jami finds its contacts with.
func opendht() Application {
	return Application{
		Name: "opendht", What: "OpenDHT, the network under Jami, by dhtnode", Packages: []string{"dhtnode"},
		Scene: func(r *recording.Recording) {
			crowd := r.Crowd("node", 36, internet.Sleep{Share: 0.5, On: 15 * time.Minute, Off: 12 * time.Minute})
			chatty := r.Host(recording.Host{Name: "chatty", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "a put or a get each 15 s"})
			idle := r.Host(recording.Host{Name: "idle", Reach: recording.Public, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "a get each 5 min"})
			if r.Err() != nil {
				return
			}
			r.Name("bootstrap.jami.net", crowd[0].Addresses[0])
			for i, p := range crowd {
				runDHTNode(p, "bootstrap.jami.net:4222", i, 4*time.Minute)
			}
			runDHTNode(chatty, "bootstrap.jami.net:4222", 100, 15*time.Second)
			runDHTNode(idle, "bootstrap.jami.net:4222", 101, 5*time.Minute)
		},
	}
}

// runDHTNode starts a node that stores and looks up values, one each so often.
func runDHTNode(p *recording.Place, bootstrap string, n int, every time.Duration) {
	port := 4222
	if n > 0 {
		port = int(p.Port("opendht"))
	}
	loop := ""
	for i := range 3 {
		key := sha1.Sum(fmt.Append(nil, n, i)) //nolint:gosec // a key of the network, no secret
		other := sha1.Sum(fmt.Append(nil, n*7%36, i))
		loop += fmt.Sprintf("echo p %x lab%d; sleep %.0f; echo g %x; sleep %.0f; ", key, n, every.Seconds(), other, every.Seconds())
	}
	p.Start("sh", "-c", fmt.Sprintf("(sleep %d; while :; do %s done) | dhtnode -p %d -b %s", 3+n%20, loop, port, bootstrap))
}
