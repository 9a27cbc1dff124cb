package app

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/md4" //nolint:staticcheck // what the network hashes files with

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// edonkey is the eDonkey network: a server, Kad, and clients that queue for a file; most
// contacts that a client begins with are gone.
func edonkey() Application {
	return Application{
		Name: "edonkey", What: "eDonkey and Kad by amuled; 75 to 90 % of the Kad contacts and sources are gone",
		Packages: []string{"amule-daemon"},
		Scene: func(r *recording.Recording) {
			nodes := r.Peers("kad", 200, internet.Sleep{Share: 0.4, On: 15 * time.Minute, Off: 12 * time.Minute})
			servers := r.Peers("servers", 2, internet.Sleep{})
			seeds := r.Crowd("seed", 6, internet.Sleep{})
			mule := r.Host(recording.Host{Name: "mule", Reach: recording.Forwarded, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "high ID, 40 kB/s, 120 of 160 Kad contacts dead"})
			firewalled := r.Host(recording.Host{Name: "firewalled", Reach: recording.Natted, Vantage: recording.AtGateway, Up: 5, Down: 20, Settings: "low ID, 20 kB/s, 180 of 200 Kad contacts dead"})
			if r.Err() != nil {
				return
			}
			draw := r.Rand("edonkey")
			living := withPorts(draw, nodes.Addresses, 4672, 0.5)
			gone := withPorts(draw, r.Dead("kad", 600), 4672, 0.5)
			nodes.Role("kad", kadParameters{Alive: living, Dead: some(draw, gone, 300)})
			sources := withPorts(draw, r.Dead("sources", 60), 4662, 0.8)
			for _, p := range seeds {
				sources = append(sources, netip.AddrPortFrom(p.Addresses[0], 4662))
			}
			servers.Role("ed2kserver", ed2kServerParameters{At: servers.Addresses, Sources: sources})
			list := ed2kServers(append(servers.Addresses[:2:2], r.Dead("servers", 12)...))
			content := string(noiseFrom(draw, 40<<20))
			link := ed2kLink("release.bin", content)
			for _, p := range seeds {
				r.File(p.Name+"/incoming/release.bin", content)
				runMule(r, p, 200, list, kadContacts(some(draw, living, 30)))
			}
			runMule(r, mule, 40, list, kadContacts(append(some(draw, living, 40), some(draw, gone, 120)...)), link)
			runMule(r, firewalled, 20, list, kadContacts(append(some(draw, living, 20), some(draw, gone, 180)...)), link)
		},
	}
}

func noiseFrom(r *rand.Rand, n int64) []byte {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], r.Uint64())
	b, _ := io.ReadAll(io.LimitReader(rand.NewChaCha8(key), n))
	return b
}

const muleConfig = `[eMule]
Nick=lab
AppVersion=2.3.3
Port=4662
UDPPort=4672
UDPEnable=1
MaxDownload=%[2]d
MaxUpload=%[3]d
ConnectToKad=1
ConnectToED2K=1
Autoconnect=1
Reconnect=1
AddServerListFromServer=1
Serverlist=0
UPnPEnabled=0
TempDir=%[1]s/temp
IncomingDir=%[1]s/incoming
OSDirectory=%[1]s/mule/
[ExternalConnect]
AcceptExternalConnections=1
ECAddress=127.0.0.1
ECPort=4712
ECPassword=5f4dcc3b5aa765d61d8327deb882cf99
`

// runMule starts amuled at a limit of so many kB/s.
func runMule(r *recording.Recording, p *recording.Place, rate int, servers, contacts string, links ...string) {
	r.File(p.Name+"/mule/server.met", servers)
	r.File(p.Name+"/mule/nodes.dat", contacts)
	r.File(p.Name+"/mule/amule.conf", fmt.Sprintf(muleConfig, p.Home(), rate, max(rate/2, 10)))
	r.Fail(os.MkdirAll(p.Home()+"/temp", 0o755))
	r.Fail(os.MkdirAll(p.Home()+"/incoming", 0o755))
	p.Start("amuled", append([]string{"-o", "-c", p.Home() + "/mule"}, links...)...)
}

// ed2kServers is a server.met file.
func ed2kServers(addresses []netip.Addr) string {
	b := binary.LittleEndian.AppendUint32([]byte{0x0e}, uint32(len(addresses)))
	for _, a := range addresses {
		b = append(b, a.AsSlice()...)
		b = binary.LittleEndian.AppendUint16(b, ed2kPort)
		b = binary.LittleEndian.AppendUint32(b, 0)
	}
	return string(b)
}

// ed2kLink names content by its size and hash: the MD4 of its only chunk, or of the MD4s
// of its chunks; content of whole chunks has an empty one at its end.
func ed2kLink(name, content string) string {
	const chunk = 9_728_000
	var hashes []byte
	for i := 0; i <= len(content); i += chunk {
		hashes = append(hashes, md4Sum(content[i:min(i+chunk, len(content))])...)
	}
	if len(content) >= chunk {
		hashes = md4Sum(string(hashes))
	}
	return fmt.Sprintf("ed2k://|file|%s|%d|%s|/", name, len(content), strings.ToUpper(hex.EncodeToString(hashes)))
}

func md4Sum(s string) []byte {
	h := md4.New()
	_, _ = io.WriteString(h, s)
	return h.Sum(nil)
}
