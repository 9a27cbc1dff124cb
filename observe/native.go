package observe

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"botnetdetect/capture"
	"botnetdetect/flow"
	"botnetdetect/packet"
)

// natively reads, decodes and names here:
//
//	capture ─frames→ decode ─packets→ ┬ name, add → shard's flows ┐
//	  one goroutine, in batches       └ name, add → shard's flows ┴ one set
//
// All packets of a pair meet in one shard, in capture order, so naming sees whole
// conversations and the shards share no flow.
func natively(ctx context.Context, path string, o Options) Observation {
	r, err := open(path, o)
	if err != nil {
		return Observation{Path: path, Table: flow.NewSet(), Err: err}
	}
	defer r.Close()
	seen := Observation{Path: path}
	p := startPipeline(o)
	seen.Err = p.read(ctx, r, &seen.Stats, o.Read)
	seen.Stats.Capture = r.Stats()
	table, err := p.join(&seen.Stats)
	seen.Table, seen.Err = table, cmp.Or(err, seen.Err)
	return seen
}

func open(path string, o Options) (*capture.Reader, error) {
	if path == "-" {
		return capture.NewReader(o.Stdin)
	}
	return capture.Open(path)
}

// work is a batch of frames with their packets. It goes to every shard, and returns
// to the reader when the last shard is done with it.
type work struct {
	frames  capture.Batch
	packets []packet.Packet
	shards  [][]uint32 // which packets each shard is to take; the others belong to no flow
	pending atomic.Int32
}

const (
	maxShards  = 64
	workInHand = 4 // batches in flight: enough for reader and shards never to wait for memory
)

type pipeline struct {
	part   Part
	free   chan *work
	shards []*shard
	failed atomic.Bool // a shard cannot take more
	wait   sync.WaitGroup
}

// shard takes a part of all pairs.
type shard struct {
	number int
	queue  chan *work
	namer  *packet.Namer
	flows  *flow.Collector
}

func startPipeline(o Options) *pipeline {
	n := min(o.workers(), maxShards)
	share := o.share(n)
	p := &pipeline{part: o.Part, free: make(chan *work, workInHand)}
	for range workInHand {
		p.free <- &work{shards: make([][]uint32, n)}
	}
	for i := range n {
		s := &shard{
			number: i, queue: make(chan *work, workInHand),
			namer: packet.NewNamerWithin(share.naming), flows: flow.NewCollector(share.flows, o.Temp),
		}
		p.shards = append(p.shards, s)
		p.wait.Go(func() { p.sum(s) })
	}
	return p
}

// sum names and adds the packets of one shard.
func (p *pipeline) sum(s *shard) {
	for w := range s.queue {
		which := w.shards[s.number]
		s.flows.Resolve(s.namer.NameBatch(w.packets, which))
		if s.flows.AddBatch(w.packets, which) != nil {
			p.failed.Store(true)
		}
		if w.pending.Add(-1) == 0 {
			p.free <- w
		}
	}
	s.flows.Seal()
}

// read sends the capture through the pipeline until its end, its first error, or
// until ctx is done.
func (p *pipeline) read(ctx context.Context, r *capture.Reader, stats *Stats, progress *atomic.Int64) error {
	read := int64(0)
	for {
		if err := ctx.Err(); err != nil || p.failed.Load() {
			return err
		}
		w := <-p.free
		err := r.NextBatch(&w.frames)
		w.decode(stats, p.part)
		w.pending.Store(int32(len(p.shards)))
		for _, s := range p.shards {
			s.queue <- w
		}
		if progress != nil {
			at := r.Offset()
			progress.Add(at - read)
			read = at
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// decode fills w's packets from its frames and spreads those of a part over shards.
func (w *work) decode(stats *Stats, part Part) {
	n := len(w.frames.Frames)
	if cap(w.packets) < n {
		w.packets = make([]packet.Packet, n)
	}
	w.packets = w.packets[:n]
	for i := range w.shards {
		w.shards[i] = w.shards[i][:0]
	}
	for i := range w.frames.Frames {
		f, p := &w.frames.Frames[i], &w.packets[i]
		outcome := packet.Decode(f, p)
		stats.Frames++
		stats.Bytes += int64(f.Length)
		stats.Outcomes[outcome]++
		if outcome.Usable() {
			if isIP(p) {
				stats.IP++
			}
			if shard := p.Shard() % uint64(len(w.shards)); part.has(p) {
				w.shards[shard] = append(w.shards[shard], uint32(i))
			}
		}
	}
}

// join waits for the shards and puts their flows together. The error is the first one
// of a shard; then flows are missing.
func (p *pipeline) join(stats *Stats) (table *flow.Set, err error) {
	for _, s := range p.shards {
		close(s.queue)
	}
	p.wait.Wait()
	var all []*flow.Collector
	for _, s := range p.shards {
		err = cmp.Or(err, s.flows.Err())
		stats.addNaming(s.namer.Stats())
		all = append(all, s.flows)
	}
	table = flow.NewSet(all...)
	stats.LostAnswers = table.Dropped()
	return table, err
}
