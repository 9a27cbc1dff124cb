// Command hosts tells how well what is made here is told from what is real: hosts of the lab's programs
// from those of the same application in other captures, and hosts of synthetic botnets from those of
// real ones.
//
//	go run ./bench/realism/hosts model/default/behaviour.csv.gz
//
// Its inputs are tables that "dump --features behaviour" wrote. A row is a host with at least eight
// peers of one kind, by the features that models learn from. Trees that may turn either way learn real
// or made, both sides weighing the same; an AUC of 0.5 is "cannot be told apart", below it what was
// learned elsewhere is wrong here.
package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"botnetdetect/behaviour"
	"botnetdetect/dataset"
	"botnetdetect/gbdt"
	"botnetdetect/metric"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "hosts:", err)
		os.Exit(1)
	}
}

// botnets is the application of all botnets; its real groups are families.
const botnets = "botnets"

// kin names the application of the sources that have one in common.
var kin = map[string]string{
	"bittorrent": "bittorrent", "lab_transmission": "bittorrent", "lab_aria2": "bittorrent", "lab_qbittorrent": "bittorrent",
	"lab_deluge": "bittorrent", "lab_rtorrent": "bittorrent", "lab_anacrolix": "bittorrent",
	"gnutella": "gnutella", "lab_gnutella": "gnutella", "edonkey": "edonkey", "lab_edonkey": "edonkey",
	"bitcoin": "bitcoin", "zcash": "bitcoin", "lab_bitcoin": "bitcoin", "game_p2p": "games", "lab_game": "games",
	"mining": "mining", "mining_pool": "mining", "lab_miner": "mining",
	"webrtc_voip_p2p": "voip and webrtc", "lab_voip": "voip and webrtc", "lab_webrtc": "voip and webrtc",
	"tor": "tor", "lab_tor": "tor", "syncthing": "syncthing", "lab_syncthing": "syncthing",
}

// host is one host with its peers of one kind.
type host struct {
	app    string
	group  string // what is held out as a whole: a capture, or a family
	real   bool
	values []float32 // of the chosen features, the mean over its flows
	flows  float32
}

func run(ctx context.Context, paths []string, out io.Writer) error {
	if len(paths) == 0 {
		return fmt.Errorf("no table: give those that dump wrote, such as model/default/behaviour.csv.gz")
	}
	var all []*host
	for _, path := range paths {
		set, err := dataset.ReadFile(ctx, path, true)
		if err != nil {
			return err
		}
		all = append(all, hostsOf(set.Examples)...)
	}
	fmt.Fprintln(out, "| application | hosts, real | made | AUC, told by what tells in other applications | by other captures of it | told best by (AUC alone) |")
	fmt.Fprintln(out, "|---|--:|--:|--:|--:|---|")
	for _, app := range apps(all) {
		if err := compare(ctx, app, all, out); err != nil {
			return err
		}
	}
	return nil
}

// hostsOf sums rows up by host and manner; rows without evidence, and of applications without kin, are left out.
func hostsOf(rows []dataset.Example) (all []*host) {
	known := make(map[[3]string]*host)
	for i := range rows {
		e := &rows[i]
		app, group, made := origin(e)
		if app == "" || !behaviour.Evidence(e.Behaviour) {
			continue
		}
		key := [3]string{e.Capture, e.Host, e.Manner}
		h := known[key]
		if h == nil {
			h = &host{app: app, group: group, real: !made, values: make([]float32, len(behaviour.Chosen()))}
			known[key] = h
			all = append(all, h)
		}
		h.flows++
		for k, place := range behaviour.Chosen() {
			h.values[k] += (float32(e.Behaviour[place]) - h.values[k]) / h.flows
		}
	}
	return all
}

// origin tells what an example is of.
func origin(e *dataset.Example) (app, group string, made bool) {
	if e.Botnet {
		made = strings.HasPrefix(e.Source, "synthetic_")
		if made {
			return botnets, e.Capture, made
		}
		return botnets, e.Source, made
	}
	return kin[e.Source], e.Capture, strings.HasPrefix(e.Source, "lab_")
}

func apps(all []*host) (names []string) {
	for _, h := range all {
		names = append(names, h.app)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// compare writes what is found of one application.
func compare(ctx context.Context, app string, all []*host, out io.Writer) error {
	own, others := split(all, func(h *host) bool { return h.app == app })
	realHosts, made := split(own, func(h *host) bool { return h.real })
	if len(realHosts) == 0 || len(made) == 0 {
		fmt.Fprintf(out, "| %s | %d | %d | | | |\n", app, len(realHosts), len(made))
		return nil
	}
	elsewhere := metric.Figure(-1)
	if app != botnets {
		others, _ = split(others, func(h *host) bool { return h.app != botnets })
		var err error
		if elsewhere, err = tell(ctx, others, own); err != nil {
			return err
		}
	}
	within, err := byGroup(ctx, own)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "| %s | %d | %d | %s | %s | %s |\n", app, len(realHosts), len(made), text(elsewhere), text(within), alone(own))
	return nil
}

func split(all []*host, is func(*host) bool) (yes, no []*host) {
	for _, h := range all {
		if is(h) {
			yes = append(yes, h)
		} else {
			no = append(no, h)
		}
	}
	return yes, no
}

func text(f metric.Figure) string {
	if f < 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", float64(f))
}

// byGroup holds out one real group after the other, with as large a part of the made groups; the mean
// AUC, or -1 where there are fewer than two of either.
func byGroup(ctx context.Context, own []*host) (metric.Figure, error) {
	var groups [2][]string
	for _, h := range own {
		side := &groups[truth(h)]
		if !slices.Contains(*side, h.group) {
			*side = append(*side, h.group)
		}
	}
	n := len(groups[1])
	if n < 2 || len(groups[0]) < n {
		return -1, nil
	}
	sum := metric.Figure(0)
	for fold := range n {
		held, rest := split(own, func(h *host) bool { return slices.Index(groups[truth(h)], h.group)%n == fold })
		auc, err := tell(ctx, rest, held)
		if err != nil {
			return -1, err
		}
		sum += auc
	}
	return sum / metric.Figure(n), nil
}

func truth(h *host) int {
	if h.real {
		return 1
	}
	return 0
}

// tell trains on some hosts and returns the AUC on others.
func tell(ctx context.Context, train, test []*host) (metric.Figure, error) {
	config := gbdt.DefaultConfig()
	config.Trees, config.Depth = 100, 3
	examples := gbdt.Examples{Data: columns(train), Weights: make([]float32, len(train))}
	realHosts, made := split(train, func(h *host) bool { return h.real })
	for i, h := range train {
		examples.Labels = append(examples.Labels, uint8(truth(h)))
		examples.Weights[i] = 0.5 * float32(len(train)) / float32(len(made))
		if h.real {
			examples.Weights[i] = 0.5 * float32(len(train)) / float32(len(realHosts))
		}
	}
	trees, err := gbdt.Train(ctx, examples, config)
	if err != nil {
		return -1, err
	}
	scores := make([]float64, len(test))
	if err := trees.Probabilities(scores, columns(test)); err != nil {
		return -1, err
	}
	return auc(scores, test)
}

func columns(hosts []*host) (d gbdt.Dense) {
	for k := range behaviour.Chosen() {
		column := make([]float32, len(hosts))
		for i, h := range hosts {
			column[i] = h.values[k]
		}
		d = append(d, column)
	}
	return d
}

func auc(scores []float64, hosts []*host) (metric.Figure, error) {
	isReal := make([]bool, len(hosts))
	for i, h := range hosts {
		isReal[i] = h.real
	}
	ranking, err := metric.Rank(scores, isReal)
	if err != nil {
		return -1, err
	}
	return ranking.AUC(), nil
}

// alone names the three features that tell best by themselves; an AUC below 0.5 says that real ones have less.
func alone(own []*host) string {
	type single struct {
		name string
		auc  metric.Figure
	}
	var all []single
	for k, place := range behaviour.Chosen() {
		scores := make([]float64, len(own))
		for i, h := range own {
			scores[i] = float64(h.values[k])
		}
		if found, err := auc(scores, own); err == nil {
			all = append(all, single{behaviour.Names()[place], found})
		}
	}
	slices.SortStableFunc(all, func(a, b single) int { return cmp.Compare(max(b.auc, 1-b.auc), max(a.auc, 1-a.auc)) })
	var texts []string
	for _, s := range all[:min(len(all), 3)] {
		texts = append(texts, fmt.Sprintf("`%s` %.2f", s.name, float64(s.auc)))
	}
	return strings.Join(texts, ", ")
}
