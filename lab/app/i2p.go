package app

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

const (
	i2pRouters = 34
	i2pDead    = 40 // routers that once were, and are still in the network database
)

// i2p is an anonymity network: every router carries tunnels of the others.
func i2p() Application {
	return Application{
		Name: "i2p", What: "routers of the I2P network, by i2pd; half of the routers known at first are gone", Packages: []string{"i2pd"},
		Scene: func(r *recording.Recording) {
			crowd := r.Crowd("router", i2pRouters, internet.Sleep{Share: 0.3, On: 20 * time.Minute, Off: 10 * time.Minute})
			graves := r.Peers("graves", 1, internet.Sleep{})
			home := r.Host(recording.Host{Name: "home", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "bandwidth class L"})
			server := r.Host(recording.Host{Name: "server", Reach: recording.Public, Vantage: recording.AtHost, Up: 20, Down: 50, Settings: "bandwidth class P, floodfill"})
			if r.Err() != nil {
				return
			}
			seed := i2pSeed(r, crowd, graves)
			for i, p := range crowd {
				runI2P(p, seed, i%3 == 0, "P")
			}
			runI2P(home, seed, false, "L")
			runI2P(server, seed, true, "P")
		},
	}
}

// i2pSeed lets every router make its identity, and packs what they say of themselves into
// the file that new routers begin with.
func i2pSeed(r *recording.Recording, crowd []*recording.Place, graves *recording.Place) string {
	var infos []string
	birth := func(p *recording.Place, dir, host string, port uint16) {
		p.Start("timeout", append([]string{"12", "i2pd"}, append(i2pFlags(dir, host, port, false, "L"), "--reseed.threshold=0")...)...)
		infos = append(infos, filepath.Join(dir, "router.info"))
	}
	for _, p := range crowd {
		birth(p, p.Home()+"/i2pd", p.Addresses[0].String(), p.Port("i2p"))
	}
	for i, a := range r.Dead("routers", i2pDead) {
		birth(graves, fmt.Sprintf("%s/%d", graves.Home(), i), a.String(), uint16(10_000+i*711))
	}
	crowd[0].WhenReady(func() bool {
		for _, path := range infos {
			if _, err := os.Stat(path); err != nil {
				return false
			}
		}
		return true
	})
	time.Sleep(13 * time.Second) // until the births have timed out
	path := r.File("seed.zip", "")
	r.Fail(zipFiles(path, infos))
	return path
}

func zipFiles(path string, files []string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	z := zip.NewWriter(f)
	for i, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		w, err := z.Create(fmt.Sprintf("routerInfo-%d.dat", i))
		if err != nil {
			return err
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return z.Close()
}

func i2pFlags(dir, host string, port uint16, floodfill bool, bandwidth string) []string {
	flags := []string{
		"--datadir=" + dir, "--netid=99", "--host=" + host, fmt.Sprintf("--port=%d", port), "--bandwidth=" + bandwidth, "--log=stdout", "--loglevel=error",
		"--http.enabled=0", "--httpproxy.enabled=1", "--socksproxy.enabled=0", "--addressbook.enabled=0",
	}
	if floodfill {
		flags = append(flags, "--floodfill")
	}
	return flags
}

func runI2P(p *recording.Place, seed string, floodfill bool, bandwidth string) {
	flags := append(i2pFlags(p.Home()+"/i2pd", p.Addresses[0].String(), p.Port("i2p"), floodfill, bandwidth), "--reseed.zipfile="+seed)
	p.Start("i2pd", flags...)
}
