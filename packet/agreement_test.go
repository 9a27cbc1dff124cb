package packet

import (
	"cmp"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"botnetdetect/capture"
	"botnetdetect/protocol"
)

var confusion = flag.Int("confusion", 0, "print this many of the commonest disagreements with tshark")
var everything = flag.Bool("all", false, "compare all captures with tshark, which takes it minutes, not a sample")
var only = flag.String("only", "", "compare only captures whose path contains this")

var list = flag.Bool("list", false, "print every disagreement with tshark")

// agreement counts how often our names and tshark's are the same.
type agreement struct {
	packets, samePackets int
	flows, sameFlows     int
	// the same between IP addresses only
	ipPackets, sameIPPackets int
	ipFlows, sameIPFlows     int
	// addresses that DNS answers name: tshark\'s, those of them that we saw, and ours beyond
	resolved, sameResolved, onlyOurs int
	confused                         map[[2]string]int
	confusedFlows                    map[string]int
	where                            map[[2]string]map[string]int
}

func newAgreement() *agreement {
	return &agreement{confused: map[[2]string]int{}, confusedFlows: map[string]int{}, where: map[[2]string]map[string]int{}}
}

// TestAgreement states how far the native engine may fall behind tshark on real
// captures: in packets with the same name and in P2P flows with the same set of
// names. Without -all it compares every stride-th capture.
func TestAgreement(t *testing.T) {
	if testing.Short() {
		t.Skip("comparing with tshark takes seconds")
	}
	root := sharedData(t)
	for _, c := range []struct {
		name           string
		folders        []string
		stride         int
		packets, flows float64 // percent
	}{
		{"training", []string{"Benign", "Botnet", "Other"}, 14, 98, 97},
		{"robustness", []string{"robustness"}, 400, 0, 0}, // odd on purpose: for information
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAgreement()
			for i, path := range chosen(t, root, c.folders) {
				if *everything || *only != "" || i%c.stride == 0 {
					a.compare(t, root, path)
				}
			}
			a.report(t)
			if p := share(a.samePackets, a.packets); p < c.packets {
				t.Errorf("packets with tshark's name: %.3f %%, want at least %.3f %%", p, c.packets)
			}
			if f := share(a.sameFlows, a.flows); f < c.flows {
				t.Errorf("P2P flows with tshark's names: %.3f %%, want at least %.3f %%", f, c.flows)
			}
		})
	}
}

// chosen lists the captures in folders that -only allows.
func chosen(t *testing.T, root string, folders []string) (paths []string) {
	for _, folder := range folders {
		for _, path := range captures(t, root, folder) {
			if strings.Contains(path, *only) {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

func share(same, all int) float64 { return 100 * float64(same) / float64(max(all, 1)) }

// names are the protocol names of one flow.
type names map[string]bool

type flowNames struct{ ours, theirs names }

func (a *agreement) compare(t *testing.T, root, path string) {
	want := witness(t, root, path)
	namer, voc, i := NewNamer(), protocol.NewVocabulary(), 0
	flows, resolved, ours := map[[2]string]*flowNames{}, map[string]bool{}, map[string]bool{}
	rel, _ := filepath.Rel(root, path)
	err := eachFrame(path, func(f *capture.Frame) {
		if i == len(want) {
			return
		}
		w := want[i]
		i++
		var p Packet
		Decode(f, &p)
		answers := namer.Name(&p)
		got := seen{name: voc.Name(p.Protocol), src: p.Src.String(), dst: p.Dst.String()}
		if *list && got.String() != w.String() {
			t.Logf("%s:%d ours %v, tshark %v", rel, i, got, w)
		}
		a.packet(rel, got, w, i)
		for _, r := range w.answers {
			resolved[r] = true
		}
		for _, e := range answers.Addresses {
			ours[e.String()] = true
		}
		if w.src != "" && w.dst != "" {
			of(flows, w).theirs[w.name] = true
		}
		if got.src != "" && got.dst != "" {
			of(flows, got).ours[got.name] = true
		}
	})
	if err != nil {
		t.Logf("%s: %v", rel, err)
	}
	a.addFlows(flows, resolved)
	for r := range resolved {
		a.resolved++
		if ours[r] {
			a.sameResolved++
		}
		delete(ours, r)
	}
	a.onlyOurs += len(ours)
	if *list && len(ours) > 0 {
		t.Logf("%s: only we see %v resolved", rel, ours)
	}
}

func of(flows map[[2]string]*flowNames, s seen) *flowNames {
	key := [2]string{min(s.src, s.dst), max(s.src, s.dst)}
	if flows[key] == nil {
		flows[key] = &flowNames{names{}, names{}}
	}
	return flows[key]
}

func (a *agreement) packet(rel string, got, want seen, number int) {
	a.packets++
	ip := isIP(want.src) && isIP(want.dst)
	if ip {
		a.ipPackets++
	}
	key := [2]string{got.name, want.name}
	if got.src != want.src || got.dst != want.dst {
		key = [2]string{"endpoints of " + got.name, want.name}
	} else if got.name == want.name {
		a.samePackets++
		if ip {
			a.sameIPPackets++
		}
		return
	}
	a.confused[key]++
	if a.where[key] == nil {
		a.where[key] = map[string]int{}
	}
	a.where[key][fmt.Sprintf("%s:%d", rel, number)]++
}

func (a *agreement) addFlows(flows map[[2]string]*flowNames, resolved map[string]bool) {
	for key, f := range flows {
		if resolved[key[0]] || resolved[key[1]] {
			continue
		}
		a.flows++
		ip := isIP(key[0]) && isIP(key[1])
		if ip {
			a.ipFlows++
		}
		ours, theirs := f.ours.String(), f.theirs.String()
		if ours == theirs {
			a.sameFlows++
			if ip {
				a.sameIPFlows++
			}
			continue
		}
		a.confusedFlows[ours+" | "+theirs]++
	}
}

func isIP(s string) bool {
	e, err := Parse(s)
	return err == nil && e.Kind() != MAC
}

func (n names) String() string {
	var all []string
	for name := range n {
		all = append(all, name)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func (a *agreement) report(t *testing.T) {
	t.Logf("packets: %d of %d = %.3f %%; P2P flows: %d of %d = %.3f %%", a.samePackets, a.packets, share(a.samePackets, a.packets),
		a.sameFlows, a.flows, share(a.sameFlows, a.flows))
	t.Logf("between IP addresses: packets %.3f %% of %d, P2P flows %.3f %% of %d", share(a.sameIPPackets, a.ipPackets), a.ipPackets,
		share(a.sameIPFlows, a.ipFlows), a.ipFlows)
	t.Logf("resolved addresses: %d of %d, and %d that tshark does not see", a.sameResolved, a.resolved, a.onlyOurs)
	if *confusion == 0 {
		return
	}
	for _, k := range commonest(a.confused, *confusion) {
		t.Logf("%7d  ours %-20s tshark %-20s %s", a.confused[k], k[0], k[1], examples(a.where[k]))
	}
	for _, k := range commonest(a.confusedFlows, *confusion) {
		t.Logf("%7d flows: %s", a.confusedFlows[k], k)
	}
}

func commonest[K comparable](count map[K]int, n int) (keys []K) {
	for k := range count {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b K) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	return keys[:min(n, len(keys))]
}

// examples names a few files with their number of cases and a frame of each.
func examples(where map[string]int) string {
	files, first := map[string]int{}, map[string]string{}
	for at := range where {
		file, frame, _ := strings.Cut(at, ":")
		files[file]++
		if first[file] == "" || len(frame) < len(first[file]) || len(frame) == len(first[file]) && frame < first[file] {
			first[file] = frame
		}
	}
	var out []string
	for _, f := range commonest(files, 3) {
		out = append(out, fmt.Sprintf("%s:%s(%d)", f, first[f], files[f]))
	}
	return strings.Join(out, " ")
}
