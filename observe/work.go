package observe

import (
	"sync"
	"sync/atomic"

	"botnetdetect/capture"
	"botnetdetect/internal/slab"
	"botnetdetect/packet"
)

// work is a batch of frames with their packets. It goes to every shard, and is free
// for other frames when the last shard is done with it.
type work struct {
	frames  capture.Batch
	packets []packet.Packet
	shards  [][]uint32     // which packets each shard is to take; the others belong to no flow
	decoded sync.WaitGroup // until packets and shards are filled
	ready   atomic.Bool    // they are
	pending atomic.Int32   // shards that are not done
}

// decode fills w's packets from its frames and spreads those of a part over shards.
func (w *work) decode(stats *Stats, part Part) {
	n := len(w.frames.Frames)
	if cap(w.packets) < n {
		w.packets = slab.Make[packet.Packet](n + n/4)
	}
	w.packets = w.packets[:n]
	for i := range w.shards {
		w.shards[i] = w.shards[i][:0]
	}
	bytes := int64(0)
	for i := range w.frames.Frames {
		f, p := &w.frames.Frames[i], &w.packets[i]
		outcome := packet.Decode(f, p)
		bytes += int64(f.Length)
		stats.Outcomes[outcome]++
		if outcome.Usable() {
			if p.IsIP() {
				stats.IP++
			}
			if part.has(p) {
				shard := shardOf(p.Shard(), len(w.shards))
				w.shards[shard] = append(w.shards[shard], uint32(i))
			}
		}
	}
	stats.Frames += int64(n)
	stats.Bytes += bytes
}

// shardOf returns which of n shards a pair with a hash belongs to. It looks at the lower half of the
// hash, from above, as packet.Part looks at the upper one.
func shardOf(hash uint64, n int) int { return int(uint64(uint32(hash)) * uint64(n) >> 32) }

const (
	// workInHand is how many batches there may be for each worker: enough for none to wait
	// while the system has another do something else for a few milliseconds.
	workInHand = 6
	// mostWork is how many there may be in all, unless that is too few for the workers.
	mostWork = 12
)

// spares are the batches that nobody works on. The last one put is the first taken, since it
// may still be in a cache, and one that is never needed is never made.
type spares struct {
	room   chan struct{} // an item for each batch that may be taken
	shards int
	mu     sync.Mutex
	made   []*work
}

func newSpares(shards int) *spares {
	n := max(min(shards*workInHand, mostWork), 2*shards)
	s := &spares{room: make(chan struct{}, n), shards: shards}
	for range n {
		s.room <- struct{}{}
	}
	return s
}

// take returns a batch to whoever has received from room.
func (s *spares) take() *work {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.made) - 1; n >= 0 {
		w := s.made[n]
		s.made = s.made[:n]
		return w
	}
	return &work{shards: make([][]uint32, s.shards)}
}

// put takes back a batch that nobody works on any more.
func (s *spares) put(w *work) {
	s.mu.Lock()
	s.made = append(s.made, w)
	s.mu.Unlock()
	s.room <- struct{}{}
}
