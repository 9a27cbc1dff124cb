package observe

import (
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
//	capture ─frames→ decode ─packets→ ┬ name, add → shard's table ┐
//	  one goroutine, in batches       └ name, add → shard's table ┴ merge
//
// All packets of a pair meet in one shard, in capture order, so naming sees whole
// conversations and the tables share no flow.
func natively(ctx context.Context, path string, o Options) Observation {
	r, err := open(path, o)
	if err != nil {
		return Observation{Path: path, Table: flow.NewTable(), Err: err}
	}
	defer r.Close()
	seen := Observation{Path: path}
	p := startPipeline(o.workers())
	seen.Err = p.read(ctx, r, &seen.Stats, o.Read)
	seen.Table = p.join()
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
	shards  []uint8 // which shard each packet is for; none: for no shard
	pending atomic.Int32
}

const (
	none       = 255 // a packet that belongs to no flow
	maxShards  = 64
	workInHand = 4 // batches in flight: enough for reader and shards never to wait for memory
)

type pipeline struct {
	free   chan *work
	queues []chan *work
	tables []*flow.Table
	wait   sync.WaitGroup
}

func startPipeline(shards int) *pipeline {
	shards = min(shards, maxShards)
	p := &pipeline{free: make(chan *work, workInHand)}
	for range workInHand {
		p.free <- new(work)
	}
	for i := range shards {
		queue := make(chan *work, workInHand)
		table := flow.NewTable()
		p.queues, p.tables = append(p.queues, queue), append(p.tables, table)
		p.wait.Go(func() { p.sum(uint8(i), queue, table) })
	}
	return p
}

// sum names and adds the packets of one shard.
func (p *pipeline) sum(shard uint8, queue <-chan *work, table *flow.Table) {
	namer := packet.NewNamer()
	for w := range queue {
		for i := range w.packets {
			if w.shards[i] != shard {
				continue
			}
			namer.Name(&w.packets[i])
			table.Add(&w.packets[i])
		}
		if w.pending.Add(-1) == 0 {
			p.free <- w
		}
	}
}

// read sends the capture through the pipeline until its end, its first error, or
// until ctx is done.
func (p *pipeline) read(ctx context.Context, r *capture.Reader, stats *Stats, progress *atomic.Int64) error {
	read := int64(0)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		w := <-p.free
		err := r.NextBatch(&w.frames)
		w.decode(len(p.queues), stats)
		w.pending.Store(int32(len(p.queues)))
		for _, queue := range p.queues {
			queue <- w
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

// decode fills w's packets from its frames and spreads them over shards.
func (w *work) decode(shards int, stats *Stats) {
	n := len(w.frames.Frames)
	if cap(w.packets) < n {
		w.packets, w.shards = make([]packet.Packet, n), make([]uint8, n)
	}
	w.packets, w.shards = w.packets[:n], w.shards[:n]
	for i := range w.frames.Frames {
		f := &w.frames.Frames[i]
		outcome := packet.Decode(f, &w.packets[i])
		stats.Frames++
		stats.Bytes += int64(f.Length)
		stats.Outcomes[outcome]++
		w.shards[i] = none
		if outcome.Usable() {
			w.shards[i] = uint8(w.packets[i].Shard() % uint64(shards))
		}
	}
}

// join waits for the shards and merges their tables.
func (p *pipeline) join() *flow.Table {
	for _, queue := range p.queues {
		close(queue)
	}
	p.wait.Wait()
	for _, t := range p.tables[1:] {
		p.tables[0].Merge(t)
	}
	return p.tables[0]
}
