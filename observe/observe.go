// Package observe turns captures into flow tables.
//
// Capture observes one capture, All many at once, within a ceiling of memory. Either engine serves: the native
// one reads, decodes and names packets here, on all cores; tshark runs the installed
// tshark for exact agreement with it.
package observe

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"

	"botnetdetect/capture"
	"botnetdetect/flow"
	"botnetdetect/packet"
	"botnetdetect/protocol"
	"botnetdetect/tshark"
)

// Engine says who gives packets their protocol names.
type Engine string

// The engines.
const (
	Native Engine = "native"
	TShark Engine = "tshark"
)

// ParseEngine reads an engine's name.
func ParseEngine(s string) (Engine, error) {
	if e := Engine(s); e == Native || e == TShark {
		return e, nil
	}
	return "", fmt.Errorf("no engine is called %q: want %s or %s", s, Native, TShark)
}

// Options say how to observe. Vocabulary must be set; the rest may be zero.
type Options struct {
	Engine     Engine // "" is Native
	Vocabulary *protocol.Vocabulary
	Workers    int           // goroutines; 0 is GOMAXPROCS
	Stdin      io.Reader     // what the path "-" reads
	Read       *atomic.Int64 // if not nil, grows by the bytes read, as they are read
	Memory     int64         // bytes that captures may take before flows go to disk; 0 is no ceiling
	Temp       string        // the folder that they then go to; "" is os.TempDir
	Behaviour  bool          // observe how endpoints behave, too: flow.Behaviour; native engine only
	Part       Part          // what of the capture to observe; zero is all of it
}

// Part is a share of a capture's pairs, so that several machines can observe one capture:
// each reads all of it, for names and places are right only in the whole, but names and
// sums up the packets of its own pairs only. The flows and resolved addresses of all parts
// together are those of the capture; of Stats, each part counts all frames.
type Part struct{ Number, Of int } // 0 to Of-1; Of 0 or 1 is all pairs

// has reports whether the packets between two endpoints belong to the part.
func (p Part) has(k *packet.Packet) bool {
	return p.Of <= 1 || packet.Part(k.Src, k.Dst, p.Of) == p.Number
}

func (o *Options) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// Stats counts what was in a capture.
type Stats struct {
	Frames   int64                     // frames read
	Bytes    int64                     // their lengths on the wire
	Outcomes [packet.NumOutcomes]int64 // frames by how far decoding got; native engine only
	IP       int64                     // frames between IP addresses
	Capture  capture.Stats             // what its reader counted; native engine only
	OddLines int64                     // lines that could not be read; tshark engine only
	// LostAnswers counts resolved addresses that memory had no room to note. Flows of
	// such an address count as P2P.
	LostAnswers int64
	Naming      protocol.Stats // what naming had no room to remember; native engine only
}

// Add adds o to s.
func (s *Stats) Add(o Stats) {
	s.Frames += o.Frames
	s.Bytes += o.Bytes
	for i := range s.Outcomes {
		s.Outcomes[i] += o.Outcomes[i]
	}
	s.IP += o.IP
	s.Capture.Add(o.Capture)
	s.OddLines += o.OddLines
	s.LostAnswers += o.LostAnswers
	s.addNaming(o.Naming)
}

func (s *Stats) addNaming(n protocol.Stats) {
	s.Naming.Forgotten += n.Forgotten
	s.Naming.Starved += n.Starved
}

// Observation is what was seen in one capture.
type Observation struct {
	Path  string
	Table *flow.Set // never nil; after an error, the flows of the frames before it
	Stats Stats
	Err   error // why the capture was not read to its end, or at all
}

// Capture observes the capture at path, or standard input if path is "-". The caller
// must Close its Table.
func Capture(ctx context.Context, path string, o Options) Observation {
	if o.Engine == TShark {
		return withTShark(ctx, path, o)
	}
	return natively(ctx, path, o)
}

func withTShark(ctx context.Context, path string, o Options) Observation {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	seen := Observation{Path: path}
	flows := flow.NewCollector(flow.Options{Limit: o.Memory, Folder: o.Temp})
	r := tshark.Reader{Vocabulary: o.Vocabulary}
	err := r.Read(ctx, path, o.Stdin, func(p *packet.Packet, answers []packet.Endpoint) {
		seen.Stats.Frames++
		seen.Stats.Bytes += int64(p.Length)
		if p.IsIP() {
			seen.Stats.IP++
		}
		if !o.Part.has(p) {
			return
		}
		flows.Resolve(answers)
		if flows.Add(p) != nil {
			cancel()
		}
	})
	seen.Stats.OddLines = r.OddLines
	seen.Err = cmp.Or(flows.Err(), err)
	seen.Table = flow.NewSet(flows)
	seen.Stats.LostAnswers = seen.Table.Dropped()
	return seen
}
