package app

import (
	"context"
	"encoding/base32"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

const syncthingCrowd = 14

// syncthing keeps folders alike on several devices, most of which are switched off now and
// then, or for ever.
func syncthing() Application {
	return Application{
		Name: "syncthing", What: "Syncthing devices that share a folder, over TCP and QUIC; many are off, some for ever", Packages: []string{"syncthing"},
		Scene: func(r *recording.Recording) {
			crowd := r.Crowd("device", syncthingCrowd, internet.Sleep{Share: 0.5, On: 8 * time.Minute, Off: 6 * time.Minute})
			desk := r.Host(recording.Host{Name: "desk", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "14 devices, 12 that are gone; a change each 40 s"})
			store := r.Host(recording.Host{Name: "store", Reach: recording.Public, Vantage: recording.AtHost, Up: 20, Down: 50, Settings: "14 devices, 5 that are gone; a change each 3 min"})
			if r.Err() != nil {
				return
			}
			var devices []syncthingDevice
			for _, p := range append(append([]*recording.Place{}, crowd...), desk, store) {
				devices = append(devices, syncthingDevice{ID: syncthingBirth(r, p), At: p.Addresses[0]})
			}
			graves := syncthingGraves(r, 12)
			for _, p := range crowd {
				runSyncthing(r, p, devices, 4*time.Minute)
			}
			runSyncthing(r, desk, append(devices[:syncthingCrowd:syncthingCrowd], graves...), 40*time.Second)
			runSyncthing(r, store, append(devices[:syncthingCrowd:syncthingCrowd], graves[:5]...), 3*time.Minute)
		},
	}
}

// syncthingDevice is a device, and where others call it.
type syncthingDevice struct {
	ID string
	At netip.Addr
}

// syncthingBirth makes a device's certificate, and returns its identity.
func syncthingBirth(r *recording.Recording, p *recording.Place) string {
	if r.Err() != nil {
		return ""
	}
	if !p.Do("sh", "-c", "syncthing generate --home=st --no-default-folder > born.log 2>&1 && syncthing --home=st --device-id > id.txt") {
		r.Fail(fmt.Errorf("syncthing made no device of %s", p.Name))
		return ""
	}
	b, err := os.ReadFile(filepath.Join(p.Home(), "id.txt"))
	r.Fail(err)
	return strings.TrimSpace(string(b))
}

// syncthingGraves are devices that are gone: identities as they were before they had check digits.
func syncthingGraves(r *recording.Recording, n int) (gone []syncthingDevice) {
	draw := r.Rand("syncthing graves")
	for _, a := range r.Dead("devices", n) {
		id := make([]byte, 32)
		for i := range id {
			id[i] = byte(draw.Uint32())
		}
		gone = append(gone, syncthingDevice{base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(id), a})
	}
	return gone
}

// runSyncthing starts a device that shares one folder with the others, and changes what is in it.
func runSyncthing(r *recording.Recording, p *recording.Place, devices []syncthingDevice, change time.Duration) {
	var b strings.Builder
	fmt.Fprintf(&b, "<configuration version=\"35\">\n<folder id=\"lab\" label=\"lab\" path=%q type=\"sendreceive\" rescanIntervalS=\"30\" fsWatcherEnabled=\"false\">\n", p.Home()+"/share")
	for _, d := range devices {
		fmt.Fprintf(&b, "<device id=%q/>\n", d.ID)
	}
	b.WriteString("</folder>\n")
	for _, d := range devices {
		fmt.Fprintf(&b, "<device id=%q name=%q compression=\"metadata\"><address>tcp://%[2]s:22000</address><address>quic://%[2]s:22000</address></device>\n", d.ID, d.At)
	}
	b.WriteString(`<gui enabled="false"></gui><options><listenAddress>tcp://:22000</listenAddress><listenAddress>quic://:22000</listenAddress>
<globalAnnounceEnabled>false</globalAnnounceEnabled><localAnnounceEnabled>true</localAnnounceEnabled><relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled>
<urAccepted>-1</urAccepted><autoUpgradeIntervalH>0</autoUpgradeIntervalH><crashReportingEnabled>false</crashReportingEnabled><stunKeepaliveStartS>0</stunKeepaliveStartS>
<startBrowser>false</startBrowser><maxSendKbps>200</maxSendKbps></options></configuration>
`)
	r.Fail(os.MkdirAll(filepath.Join(p.Home(), "share", ".stfolder"), 0o755))
	r.File(p.Name+"/st/config.xml", b.String())
	p.Start("syncthing", "serve", "--home=st", "--no-browser", "--no-restart", "--no-upgrade", "--logflags=3")
	p.Role("write", writeParameters{Folder: p.Home() + "/share", Name: p.Name, Every: change, Seed: r.Rand("write " + p.Name).Uint64()})
}

// writeParameters tell who writes files where.
type writeParameters struct {
	Folder, Name string
	Every        time.Duration // between two files, the mean
	Seed         uint64
}

// writeFiles writes files of some 100 kB over and over, a dozen at most.
func writeFiles(ctx context.Context, p writeParameters) error {
	r := rand.New(rand.NewPCG(p.Seed, 4)) //nolint:gosec // habits, not secrets
	for pause(ctx, exponential(r, p.Every)) {
		f, err := os.Create(filepath.Join(p.Folder, fmt.Sprintf("%s-%d", p.Name, r.IntN(12))))
		if err != nil {
			return err
		}
		_, err = io.CopyN(f, noise{}, 2000+int64(r.ExpFloat64()*100_000))
		if closed := f.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return err
		}
	}
	return nil
}
