package evaluate

import (
	"context"
	"fmt"
	"slices"

	"botnetdetect/feature"
	"botnetdetect/gbdt"
	"botnetdetect/packet"
)

// peerSharkNames are the features of PeerShark (Narang, Ray, Hota and Venkatakrishnan,
// "PeerShark: Detecting Peer-to-Peer Botnets by Tracking Conversations", 2014), which
// also takes all traffic between two addresses as one conversation. Its median
// inter-arrival time is of the conversation's packets in both directions.
var peerSharkNames = []string{"packets", "bytes", "duration", "median_inter_arrival"}

// maxTimes bounds the packets of a flow, the first ones, whose times a median is of.
const maxTimes = 1 << 16

// AddPeerShark reads the corpus's captures once more for what sums do not keep, the
// times between packets, and adds the table of PeerShark's features. A corpus that was
// not built from captures, or from a stream that cannot be read twice, is left as it
// is, with the reason in Absent.
func (c *Corpus) AddPeerShark(ctx context.Context, workers int) error {
	if why := c.unreadable(); why != "" {
		c.Absent[PeerSharkTable] = why
		return nil
	}
	captures := c.captures()
	medians := make([]map[ends]float32, len(captures.Names))
	err := eachPath(captures.Names, max(workers, 1), func(i int, path string) (err error) {
		medians[i], err = interArrivals(ctx, path)
		return err
	})
	if err != nil {
		return fmt.Errorf("cannot gather packet times: %w", err)
	}
	sums, ok := c.Tables[AgnosticTable].Data.(gbdt.Dense)
	if !ok {
		return fmt.Errorf("cannot add PeerShark's features: table %s is not dense", AgnosticTable)
	}
	data := gbdt.Dense{sums[feature.NumPkts], sums[feature.SumLen], sums[feature.Duration], make([]float32, len(c.Flows))}
	for r, f := range c.Flows {
		src, srcErr := packet.Parse(f.Src)
		dst, dstErr := packet.Parse(f.Dst)
		if srcErr == nil && dstErr == nil {
			data[3][r] = medians[captures.Of[r]][endsOf(src, dst)]
		}
	}
	c.Tables[PeerSharkTable] = &Table{Names: peerSharkNames, Data: data}
	delete(c.Absent, PeerSharkTable)
	return nil
}

// unreadable says why the captures cannot be read again; "" if they can.
func (c *Corpus) unreadable() string {
	if c.again == nil {
		return "it needs the captures, not a feature table"
	}
	if slices.ContainsFunc(c.Flows, func(f Flow) bool { return f.Capture == "-" }) {
		return "standard input cannot be read twice"
	}
	return ""
}

// interArrivals returns the median time between the packets of each flow, in seconds; 0
// for a flow of one packet.
func interArrivals(ctx context.Context, path string) (map[ends]float32, error) {
	times := make(map[ends][]int64)
	err := sift(ctx, path, alteration{}, 0, func(p *packet.Packet, _ []packet.Endpoint) {
		if p.Src.Kind() == packet.None || p.Dst.Kind() == packet.None {
			return
		}
		if key := endsOf(p.Src, p.Dst); len(times[key]) < maxTimes {
			times[key] = append(times[key], p.Time)
		}
	})
	if err != nil {
		return nil, err
	}
	medians := make(map[ends]float32, len(times))
	for key, t := range times {
		medians[key] = medianGap(t)
	}
	return medians, nil
}

// medianGap returns the median of the gaps between times in ns, in seconds.
func medianGap(times []int64) float32 {
	if len(times) < 2 {
		return 0
	}
	slices.Sort(times)
	gaps := make([]int64, len(times)-1)
	for i := range gaps {
		gaps[i] = times[i+1] - times[i]
	}
	slices.Sort(gaps)
	middle := len(gaps) / 2
	if len(gaps)%2 == 1 {
		return single(float64(gaps[middle]) / 1e9)
	}
	return single((float64(gaps[middle-1]) + float64(gaps[middle])) / 2e9)
}
