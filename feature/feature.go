// Package feature turns a flow's sums into the nine statistics that the trees see.
//
// A flow's features come in blocks of nine. Aware gives one block a protocol,
// Agnostic one for all its packets together. A feature's full name is
// "TCP#num_pkts", or "_#num_pkts" where protocols are not told apart.
package feature

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"botnetdetect/flow"
	"botnetdetect/protocol"
)

// Mode says whether features tell protocols apart.
type Mode string

// The modellings.
const (
	Aware    Mode = "aware"    // one block a protocol; sparse
	Agnostic Mode = "agnostic" // one block for all; dense
	// Behavioural features are not blocks of nine, but those of package behaviour.
	Behavioural Mode = "behaviour"
)

// AnyProtocol is the protocol name of an agnostic block.
const AnyProtocol = "_"

// Count is how many features a block has.
const Count = 9

// The features, by their index in Values. Times are in seconds, lengths in bytes on
// the wire, variances are of the population.
const (
	NumPkts      = iota // packets
	VarianceTime        // variance of packet times, s²
	Duration            // latest time − earliest time, s
	SumLen              // Σ length, bytes
	AvgLen              // Σ length / packets, bytes
	VarianceLen         // variance of lengths, bytes²
	FirstLen            // length of the earliest packet, bytes
	SymCorr             // |ln((1+packets there)/(1+packets back))|
	SymLenCorr          // |ln((1+bytes there)/(1+bytes back))|
)

// Names are the features' names, by index; the reference's words.
var Names = [Count]string{
	"num_pkts", "variance_time", "duration", "sum_len", "avg_len",
	"variance_len", "first_len", "sym_corr", "sym_len_corr",
}

// Values are the nine features of some packets, by the indices above.
type Values [Count]float64

// Block is the nine features of the packets of one protocol.
type Block struct {
	Protocol string // AnyProtocol where protocols are not told apart
	Values   Values
}

// Of computes the features of at least one packet.
func Of(s *flow.Sums) Values {
	n, volume := float64(s.N()), float64(s.Volume())
	return Values{
		NumPkts:      n,
		VarianceTime: s.TimeVariance() / 1e18,
		Duration:     float64(s.Duration()) / 1e9,
		SumLen:       volume,
		AvgLen:       volume / n,
		VarianceLen:  s.LengthVariance(),
		FirstLen:     float64(s.FirstLen),
		SymCorr:      asymmetry(s.Packets),
		SymLenCorr:   asymmetry(s.Bytes),
	}
}

// asymmetry is 0 where as much goes there as comes back.
func asymmetry(counts [2]uint64) float64 {
	return math.Abs(math.Log((1 + float64(counts[0])) / (1 + float64(counts[1]))))
}

// Blocks returns f's blocks for a mode, sorted by protocol name. The names are v's.
func Blocks(f flow.Flow, mode Mode, v *protocol.Vocabulary) []Block {
	if mode == Agnostic {
		total := f.Total()
		return []Block{{AnyProtocol, Of(&total)}}
	}
	blocks := make([]Block, len(f.Sums))
	for i := range f.Sums {
		blocks[i] = Block{v.Name(f.Sums[i].Protocol), Of(&f.Sums[i])}
	}
	slices.SortFunc(blocks, func(x, y Block) int { return cmp.Compare(x.Protocol, y.Protocol) })
	return blocks
}

// FullName returns the name of a block's i-th feature.
func FullName(protocol string, i int) string { return protocol + "#" + Names[i] }

// ParseName splits a full name into its protocol and the feature's index.
func ParseName(name string) (protocol string, i int, err error) {
	at := strings.LastIndexByte(name, '#')
	if at >= 0 {
		i = slices.Index(Names[:], name[at+1:])
	}
	if at <= 0 || i < 0 {
		return "", 0, fmt.Errorf("cannot read feature name %q: want PROTOCOL#FEATURE, as in TCP#num_pkts", name)
	}
	return name[:at], i, nil
}

// ParseMode reads a mode's name.
func ParseMode(s string) (Mode, error) {
	if m := Mode(s); m == Aware || m == Agnostic || m == Behavioural {
		return m, nil
	}
	return "", fmt.Errorf("cannot read feature mode %q: want %s, %s or %s", s, Aware, Agnostic, Behavioural)
}
