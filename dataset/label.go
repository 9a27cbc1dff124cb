package dataset

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Labeller says what a flow of a capture is.
type Labeller struct {
	// Pairs, if not nil, decides for the captures that it lists; the others go by
	// their folders.
	Pairs *PairLabels
	// Hosts, if not nil, decides for the captures that it lists, which need no folder
	// named Benign or Botnet.
	Hosts *HostLabels
}

// Label is what is known of a flow or capture.
type Label struct {
	Botnet bool
	Source string // application or family; "" if the folders do not say
}

// Capture labels all of a capture by its path: by the component benign or botnet, in any
// case, that is nearest the file. Only the path as it is given counts, not what the
// working directory is below, lest a label depend on where somebody stood. A capture
// whose hosts are listed needs no such component; its source is then the folder that it is
// in. The error names a path that says nothing.
func (l Labeller) Capture(path string) (Label, error) {
	parts := split(filepath.Clean(path))
	for i := len(parts) - 2; i >= 0; i-- {
		name := strings.ToLower(parts[i])
		if name != "benign" && name != "botnet" {
			continue
		}
		label := Label{Botnet: name == "botnet"}
		if i+1 < len(parts)-1 {
			label.Source = parts[i+1]
		}
		return label, nil
	}
	if l.Hosts != nil && l.Hosts.Lists(path) {
		parts = components(path)
		return Label{Source: parts[max(len(parts)-2, 0)]}, nil
	}
	return Label{}, fmt.Errorf("cannot tell the label of %s: put it below a folder named Benign or Botnet, and name it by a path with that folder in it", path)
}

// Flow returns the label of one flow of a capture whose own label is known, and
// whether the flow should be used at all.
func (l Labeller) Flow(path string, capture Label, src, dst string) (label Label, use bool) {
	if l.Hosts != nil && l.Hosts.Lists(path) {
		class := l.Hosts.class(path, src, dst)
		return Label{Botnet: class == classBotnet, Source: capture.Source}, class != classUnlabelled
	}
	if l.Pairs == nil || !l.Pairs.Lists(path) {
		return capture, true
	}
	return capture, l.Pairs.class(path, src, dst) == classP2P
}

// components returns an absolute path's components, so that a file that lists captures by
// the end of their path means the same wherever the command runs.
func components(path string) []string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return split(path)
}

func split(path string) []string { return strings.Split(filepath.ToSlash(path), "/") }
