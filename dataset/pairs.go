package dataset

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
)

// PairLabels says, pair by pair, what the traffic of some botnet captures is.
type PairLabels struct {
	captures map[string]map[[2]string]string // listed path → endpoints in text order → class
}

// classP2P is the class of P2P botnet traffic. Pairs of every other class are
// neither surely botnet nor surely benign, and are left out.
const classP2P = "p2p"

// ReadPairLabels reads tab-separated rows with a header that names at least the
// columns capture, ip_a, ip_b and class. Captures are named by the end of their path.
func ReadPairLabels(r io.Reader) (*PairLabels, error) {
	rows := csv.NewReader(r)
	rows.Comma, rows.LazyQuotes = '\t', true
	header, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("cannot read pair labels: %w", err)
	}
	var column [4]int
	for i, name := range []string{"capture", "ip_a", "ip_b", "class"} {
		if column[i] = slices.Index(header, name); column[i] < 0 {
			return nil, fmt.Errorf("cannot read pair labels: no column %q; want a header with capture, ip_a, ip_b and class between tabs", name)
		}
	}
	labels := &PairLabels{captures: make(map[string]map[[2]string]string)}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return labels, nil
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read pair labels: %w", err)
		}
		labels.add(row[column[0]], row[column[1]], row[column[2]], row[column[3]])
	}
}

func (l *PairLabels) add(capture, a, b, class string) {
	pairs := l.captures[capture]
	if pairs == nil {
		pairs = make(map[[2]string]string)
		l.captures[capture] = pairs
	}
	pairs[ordered(a, b)] = class
}

// Lists reports whether the labels speak of the capture at path.
func (l *PairLabels) Lists(path string) bool { return l.find(path) != nil }

// class returns what the flow between two endpoints is; "" if it is not listed.
func (l *PairLabels) class(path, src, dst string) string { return l.find(path)[ordered(src, dst)] }

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
