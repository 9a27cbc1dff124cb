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

// natively reads, decodes and names here, on all cores alike:
//
//	┌ turn ─ one worker at a time ┐   ┌─ queue → worker's pairs: name, add ┐
//	└ read a batch of frames ─────┴─→ ┴─ queue → worker's pairs: name, add ┴→ one set
//	    then decode it
//
// Each worker owns a part of all pairs, its shard. All packets of a pair meet in one
// shard, in capture order, so naming sees whole conversations and the workers share no
// flow. Who has none to sum reads on: no core waits while there is work of either kind.
func natively(ctx context.Context, path string, o Options) Observation {
	r, done, err := open(ctx, path, o)
	if err != nil {
		return Observation{Path: path, Table: flow.NewSet(), Err: err}
	}
	defer done()
	seen := Observation{Path: path}
	p := newPipeline(ctx, r, o)
	p.run()
	seen.Stats.Capture = r.Stats()
	table, err := p.join(&seen.Stats)
	seen.Table, seen.Err = table, cmp.Or(err, p.err)
	return seen
}

const maxShards = 64

type pipeline struct {
	ctx    context.Context
	reader *capture.Reader
	part   Part
	turn   chan struct{} // holds the right to read, unless a worker has it
	spare  *spares
	shards []*shard
	failed atomic.Bool   // a shard cannot take more
	read   *atomic.Int64 // nil if nobody asks
	offset int64         // what read has been told
	err    error         // of reading
}

// shard is a part of all pairs, with the goroutine that works for them.
type shard struct {
	*pipeline
	number int
	queue  chan *work
	front  *work // the first of the queue, taken out of it; nil if it has not been
	namer  *packet.Namer
	flows  *flow.Collector
	stats  Stats           // of what this worker decoded
	frames []capture.Frame // room for those of the batch that it reads
}

func newPipeline(ctx context.Context, r *capture.Reader, o Options) *pipeline {
	n := min(o.workers(), maxShards)
	share := o.share(n)
	p := &pipeline{
		ctx: ctx, reader: r, part: o.Part, read: o.Read, turn: make(chan struct{}, 1), spare: newSpares(n),
	}
	for i := range n {
		p.shards = append(p.shards, &shard{
			pipeline: p, number: i, queue: make(chan *work, cap(p.spare.room)),
			namer: packet.NewNamerWithin(share.naming), flows: flow.NewCollector(flow.Options{Behaviour: o.Behaviour, Limit: share.flows, Folder: o.Temp}),
		})
	}
	return p
}

// run sends the capture through the pipeline until its end, its first error, or until
// ctx is done.
func (p *pipeline) run() {
	var wait sync.WaitGroup
	for _, s := range p.shards {
		wait.Go(s.work)
	}
	p.turn <- struct{}{}
	wait.Wait()
}

// work reads ahead and sums, until the queue is closed.
func (s *shard) work() {
	for s.next() {
	}
	s.flows.Seal()
}

// readAhead is how many batches a worker wants in its queue before it sums.
const readAhead = 3

// next does one piece of work; false when there will be no more. It rather reads ahead than
// sums, so that there is something in all queues: who waits for another is put to sleep,
// and to be woken takes as long as to sum a batch. Whom the system keeps from working finds
// its queue longer than that, and leaves reading to others.
func (s *shard) next() bool {
	if s.front == nil {
		select {
		case s.front = <-s.queue:
			if s.front == nil { // it is closed
				return false
			}
		default:
		}
	}
	if s.short() && len(s.spare.room) > 0 {
		select {
		case <-s.turn:
			return s.read()
		default:
		}
	}
	if s.front != nil {
		return s.sumFront()
	}
	select {
	case w, open := <-s.queue:
		return open && s.sum(w)
	case <-s.turn:
	}
	return s.read()
}

// short says whether there is so little to sum that it is better to read on. A batch that another is
// still decoding is nothing yet.
func (s *shard) short() bool {
	return s.front == nil || len(s.queue)+1 < readAhead || !s.front.ready.Load()
}

// read reads on, whose turn it is, or does what is in the queue if all batches are taken.
func (s *shard) read() bool {
	queue := s.queue
	if s.front != nil { // before which nothing in the queue may be summed
		if queue = nil; len(s.spare.room) == 0 { // nobody takes from it without the turn
			s.turn <- struct{}{}
			return s.sumFront()
		}
	}
	select {
	case <-s.spare.room:
		s.advance(s.spare.take())
	case w := <-queue: // not closed: who has the turn does that
		s.turn <- struct{}{}
		s.sum(w)
	}
	return true
}

// sumFront is sum for the batch that was taken out of the queue.
func (s *shard) sumFront() bool {
	w := s.front
	s.front = nil
	return s.sum(w)
}

// sum names and adds w's packets of this shard.
func (s *shard) sum(w *work) bool {
	w.decoded.Wait()
	which := w.shards[s.number]
	s.flows.Resolve(s.namer.NameBatch(w.packets, which))
	if s.flows.AddBatch(w.packets, which) != nil {
		s.failed.Store(true)
	}
	if w.pending.Add(-1) == 0 {
		s.spare.put(w)
	}
	return true
}

// advance reads the next batch into w, hands it to all shards, and gives the turn to
// read on, or closes the queues at the end. Then it decodes w.
func (s *shard) advance(w *work) {
	w.frames.Frames = s.frames
	more := s.fill(w)
	w.decoded.Add(1)
	w.ready.Store(false)
	w.pending.Store(int32(len(s.shards)))
	for _, o := range s.shards {
		o.queue <- w // there is room for all
		if !more {
			close(o.queue)
		}
	}
	if more {
		s.turn <- struct{}{}
	}
	w.decode(&s.stats, s.part)
	s.frames, w.frames.Frames = w.frames.Frames, nil
	w.ready.Store(true)
	w.decoded.Done()
}

// fill reads the next frames into w, and reports whether there may be more.
func (p *pipeline) fill(w *work) bool {
	w.frames.Frames = w.frames.Frames[:0]
	if p.err = p.ctx.Err(); p.err != nil || p.failed.Load() {
		return false
	}
	err := p.reader.NextBatch(&w.frames)
	if at := p.reader.Offset(); p.read != nil {
		p.read.Add(at - p.offset)
		p.offset = at
	}
	if !errors.Is(err, io.EOF) {
		p.err = closedBy(p.ctx, err)
	}
	return err == nil
}

// join puts the flows of all shards together. The error is the first one of a shard;
// then flows are missing.
func (p *pipeline) join(stats *Stats) (table *flow.Set, err error) {
	var all []*flow.Collector
	for _, s := range p.shards {
		err = cmp.Or(err, s.flows.Err())
		stats.Add(s.stats)
		stats.addNaming(s.namer.Stats())
		all = append(all, s.flows)
	}
	table = flow.NewSet(all...)
	stats.LostAnswers = table.Dropped()
	return table, err
}
