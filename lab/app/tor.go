package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

const (
	torAuthorities = 3
	torRelays      = 22
	torClients     = 5
	torPort        = 9001
	torDirPort     = 9030
)

// tor is a Tor network of its own: directory authorities, relays that come and go, and
// clients that fetch pages through them.
func tor() Application {
	return Application{
		Name: "tor", What: "a Tor network of its own: relays that come and go, and clients that fetch pages", Packages: []string{"tor"},
		Accelerated: "a consensus each 2 min",
		Scene: func(r *recording.Recording) {
			web(r)
			authorities := r.Crowd("authority", torAuthorities, internet.Sleep{})
			relays := r.Crowd("relay", torRelays, internet.Sleep{Share: 0.35, On: 12 * time.Minute, Off: 6 * time.Minute})
			clients := r.Crowd("client", torClients, internet.Sleep{})
			relay := r.Host(recording.Host{Name: "relay", Reach: recording.Public, Vantage: recording.AtHost, Up: 20, Down: 50, Settings: "relay and exit"})
			home := r.Host(recording.Host{Name: "home", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "client, a page each 20 s"})
			middle := r.Host(recording.Host{Name: "middle", Reach: recording.Forwarded, Vantage: recording.AtGateway, Up: 10, Down: 20, Settings: "relay at home, no exit, 200 kB/s"})
			if r.Err() != nil {
				return
			}
			n := torNetwork{r: r, lines: torAuthorityLines(r, authorities)}
			for _, p := range authorities {
				n.run(p, torRelay(p, true), "AuthoritativeDirectory 1", "V3AuthoritativeDirectory 1", fmt.Sprintf("DirPort %d", torDirPort), "ContactInfo lab@tor.example",
					"V3AuthVotingInterval 2 minutes", "V3AuthVoteDelay 10 seconds", "V3AuthDistDelay 10 seconds",
					"TestingV3AuthInitialVotingInterval 30 seconds", "TestingV3AuthInitialVoteDelay 5 seconds", "TestingV3AuthInitialDistDelay 5 seconds",
					"TestingDirAuthVoteExit *", "TestingDirAuthVoteGuard *", "TestingMinExitFlagThreshold 0")
			}
			for i, p := range relays {
				n.run(p, torRelay(p, i%3 == 0))
			}
			for _, p := range clients {
				n.run(p, "SocksPort 9050")
				p.Role("torfetch", torFetchParameters{Think: 12 * time.Second, Seed: r.Rand("torfetch " + p.Name).Uint64()})
			}
			n.run(relay, torRelay(relay, true))
			n.run(middle, torRelay(middle, false), "RelayBandwidthRate 200 KBytes", "RelayBandwidthBurst 400 KBytes")
			n.run(home, "SocksPort 9050")
			home.Role("torfetch", torFetchParameters{Think: 20 * time.Second, Seed: r.Rand("torfetch home").Uint64()})
		},
	}
}

// torNetwork is what all of its members are told.
type torNetwork struct {
	r     *recording.Recording
	lines []string // DirAuthority
}

// run starts a tor with these lines of configuration besides the network's.
func (n torNetwork) run(p *recording.Place, lines ...string) {
	all := append([]string{
		"TestingTorNetwork 1", "DataDirectory " + torData(p), "Log notice stdout", "RunAsDaemon 0", "AssumeReachable 1", "PathsNeededToBuildCircuits 0.5",
	}, n.lines...)
	if !strings.Contains(strings.Join(lines, "\n"), "SocksPort") {
		all = append(all, "SocksPort 0")
	}
	path := n.r.File(p.Name+"/torrc", strings.Join(append(all, lines...), "\n")+"\n")
	p.Start("tor", "-f", path)
}

func torData(p *recording.Place) string { return p.Home() + "/tor" }

// torRelay are the lines that make a relay of a tor.
func torRelay(p *recording.Place, exit bool) string {
	lines := fmt.Sprintf("ORPort %d\nAddress %s\nNickname %s", torPort, p.Addresses[0], torNickname(p))
	if exit {
		return lines + "\nExitRelay 1\nExitPolicy accept *:*"
	}
	return lines + "\nExitRelay 0"
}

func torNickname(p *recording.Place) string { return "lab" + p.Name }

// torAuthorityLines makes the authorities' keys, and says who they are.
func torAuthorityLines(r *recording.Recording, authorities []*recording.Place) (lines []string) {
	for _, p := range authorities {
		keys := torData(p) + "/keys"
		r.Fail(os.MkdirAll(keys, 0o700))
		password := r.File(p.Name+"/password", "lab\n")
		gencert := fmt.Sprintf("tor-gencert --create-identity-key -m 12 -a %s:%d --passphrase-fd 0 -i %[3]s/authority_identity_key -s %[3]s/authority_signing_key -c %[3]s/authority_certificate < %s",
			p.Addresses[0], torDirPort, keys, password)
		if r.Err() == nil && !p.Do("sh", "-c", gencert) {
			r.Fail(fmt.Errorf("tor-gencert failed for %s", p.Name))
		}
		torrc := r.File(p.Name+"/torrc.first", torRelay(p, true)+"\nDataDirectory "+torData(p)+"\nSocksPort 0\n")
		if r.Err() == nil && !p.Do("sh", "-c", fmt.Sprintf("tor --list-fingerprint -f %s > %s/fingerprint.txt", torrc, p.Home())) {
			r.Fail(fmt.Errorf("tor has no fingerprint for %s", p.Name))
		}
		identity, fingerprint := torIdentity(r, keys+"/authority_certificate", "fingerprint "), torIdentity(r, filepath.Join(p.Home(), "fingerprint.txt"), torNickname(p)+" ")
		lines = append(lines, fmt.Sprintf("DirAuthority %s orport=%d v3ident=%s %s:%d %s", torNickname(p), torPort, identity, p.Addresses[0], torDirPort, fingerprint))
	}
	return lines
}

// torIdentity reads the forty hexadecimal digits that follow a word.
func torIdentity(r *recording.Recording, path, after string) string {
	b, err := os.ReadFile(path)
	r.Fail(err)
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, after); ok {
			return strings.ReplaceAll(strings.TrimSpace(rest), " ", "")
		}
	}
	r.Fail(fmt.Errorf("no %q in %s", after, path))
	return ""
}
