package dataset

import (
	"fmt"
	"io"
	"strings"
)

// PairLabels says, pair by pair, what the traffic of some botnet captures is.
type PairLabels struct {
	captures map[string]map[[2]string]string // listed path → endpoints in text order → class
}

// The classes of pairs. Pairs of every class but p2p are neither surely botnet nor surely
// benign, and are left out.
const (
	classP2P       = "p2p"                // P2P botnet traffic
	classSpam      = "bot_spam"           // what a bot was told to send
	classLAN       = "lan_infrastructure" // name service, file shares and the like
	classOther     = "malware_other_or_background"
	classAmbiguous = "ambiguous"
)

// ReadPairLabels reads tab-separated rows with a header that names at least the columns
// capture, ip_a, ip_b and class. Captures are named by the end of their path. Addresses
// may be written in any way. See docs/format/labels.md.
func ReadPairLabels(r io.Reader) (*PairLabels, error) {
	labels := &PairLabels{captures: make(map[string]map[[2]string]string)}
	err := readTable(r, []string{"capture", "ip_a", "ip_b", "class"}, func(f []string) error {
		return labels.add(f[0], f[1], f[2], f[3])
	})
	if err != nil {
		return nil, fmt.Errorf("cannot read pair labels: %w", err)
	}
	return labels, nil
}

func (l *PairLabels) add(capture, a, b, class string) error {
	if err := checkClass(class, []string{classP2P, classSpam, classLAN, classOther, classAmbiguous}); err != nil {
		return err
	}
	if err := checkTexts(capture, a, b); err != nil {
		return err
	}
	pairs := l.captures[capture]
	if pairs == nil {
		pairs = make(map[[2]string]string)
		l.captures[strings.Clone(capture)] = pairs
	}
	pairs[ordered(canonical(a), canonical(b))] = strings.Clone(class)
	return nil
}

// Lists reports whether the labels speak of the capture at path.
func (l *PairLabels) Lists(path string) bool { return l.find(path) != nil }

// class returns what the flow between two endpoints is; "" if it is not listed.
func (l *PairLabels) class(path, src, dst string) string {
	return l.find(path)[ordered(canonical(src), canonical(dst))]
}

// find returns the pairs of the capture whose listed path is the end of path.
func (l *PairLabels) find(path string) map[[2]string]string {
	pairs, _ := ending(l.captures, path)
	return pairs
}

func ordered(a, b string) [2]string {
	if b < a {
		return [2]string{b, a}
	}
	return [2]string{a, b}
}
