package dataset

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// HostLabels says which hosts of some captures are infected.
type HostLabels struct {
	captures map[string]*hostRule // listed path, or anyName → rule
}

// hostRule is what is known of one capture.
type hostRule struct {
	hosts map[string]string // endpoint → class
	rest  string            // class of flows between hosts that are not listed
}

// The classes of hosts, and the name that stands for any capture or for the other hosts.
const (
	classBotnet     = "botnet"
	classBenign     = "benign"
	classUnlabelled = "unlabelled"
	anyName         = "*"
)

// ReadHostLabels reads tab-separated rows with a header that names at least the columns
// capture, host and class. A flow is botnet if either host is; else unlabelled, and left
// out, if either host is; else benign if either host is. A row whose host is "*" says
// what all other flows of its capture are, which is unlabelled if there is no such row. A
// capture is named by the end of its path; "*" is every capture that no other row names.
// Hosts' addresses may be written in any way. See docs/format/labels.md.
func ReadHostLabels(r io.Reader) (*HostLabels, error) {
	labels := &HostLabels{captures: make(map[string]*hostRule)}
	err := readTable(r, []string{"capture", "host", "class"}, func(f []string) error {
		return labels.add(f[0], f[1], f[2])
	})
	if err != nil {
		return nil, fmt.Errorf("cannot read host labels: %w", err)
	}
	return labels, nil
}

func (l *HostLabels) add(capture, host, class string) error {
	if err := checkClass(class, []string{classBotnet, classBenign, classUnlabelled}); err != nil {
		return err
	}
	if err := checkTexts(capture, host); err != nil {
		return err
	}
	class = strings.Clone(class) // of a row, which need not be kept
	rule := l.captures[capture]
	if rule == nil {
		rule = &hostRule{hosts: make(map[string]string), rest: classUnlabelled}
		l.captures[strings.Clone(capture)] = rule
	}
	if host == anyName {
		rule.rest = class
	} else {
		rule.hosts[canonical(host)] = class
	}
	return nil
}

// Lists reports whether the labels speak of the capture at path.
func (l *HostLabels) Lists(path string) bool { return l.rule(path) != nil }

func (l *HostLabels) rule(path string) *hostRule {
	if rule, ok := ending(l.captures, path); ok {
		return rule
	}
	return l.captures[anyName]
}

// class returns what the flow between two hosts of a listed capture is.
func (l *HostLabels) class(path, src, dst string) string {
	rule := l.rule(path)
	ends := []string{rule.hosts[canonical(src)], rule.hosts[canonical(dst)]}
	for _, class := range []string{classBotnet, classUnlabelled, classBenign} {
		if slices.Contains(ends, class) {
			return class
		}
	}
	return rule.rest
}

// ending returns what is listed under the longest end of path that is listed.
func ending[T any](listed map[string]T, path string) (value T, ok bool) {
	parts := components(path)
	for i := range parts {
		if value, ok = listed[strings.Join(parts[i:], "/")]; ok {
			return value, true
		}
	}
	return value, false
}

// ReadLabels reads pair labels or host labels, whichever the header says, and returns
// the labeller that goes by them.
func ReadLabels(r io.Reader) (Labeller, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	start, _ := in.Peek(4 << 10) // shorter at the end of the file
	header, _, _ := strings.Cut(string(start), "\n")
	if slices.Contains(strings.Split(strings.TrimRight(header, "\r"), "\t"), "host") {
		hosts, err := ReadHostLabels(in)
		return Labeller{Hosts: hosts}, err
	}
	pairs, err := ReadPairLabels(in)
	return Labeller{Pairs: pairs}, err
}

// Unseen returns the captures that the labels list and that are not among paths, in order.
func (l Labeller) Unseen(paths []string) (names []string) {
	seen := make(map[string]bool)
	for _, path := range paths {
		parts := components(path)
		for i := range parts {
			seen[strings.Join(parts[i:], "/")] = true
		}
	}
	for _, name := range l.listed() {
		if !seen[name] && name != anyName {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (l Labeller) listed() (names []string) {
	if l.Pairs != nil {
		for name := range l.Pairs.captures {
			names = append(names, name)
		}
	}
	if l.Hosts != nil {
		for name := range l.Hosts.captures {
			names = append(names, name)
		}
	}
	return names
}
