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

// Capture labels all of a capture by its path. The error names a path that has no
// component benign or botnet, in any case. A capture whose hosts are listed may be
// anywhere; its source is the folder that it is in.
func (l Labeller) Capture(path string) (Label, error) {
	parts := components(path)
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
	if l.Hosts != nil && l.Hosts.Lists(path) && len(parts) >= 2 {
		return Label{Source: parts[len(parts)-2]}, nil
	}
	return Label{}, fmt.Errorf("cannot tell the label of %s: put it below a folder named Benign or Botnet", path)
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

// components returns a path's components, as the file system names it: relative
// paths gain those of the working directory, so that a label above it counts.
func components(path string) []string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return strings.Split(filepath.ToSlash(path), "/")
}
