package flow

import (
	"bytes"
	"iter"

	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// Batch is some of a set's flows or resolved addresses as a stream of their own, which
// Collector.Decode reads.
type Batch struct {
	Part int    // which of the parts its pairs belong to; addresses are in part 0
	Data []byte // valid until the next batch
}

// batchEntries is how many sums or addresses a batch may hold; one flow may exceed it. An
// entry takes 20 bytes as a rule, never more than 160, and a flow's behaviour never more than 150,
// so batches stay below a mebibyte.
const batchEntries = 3072

// Batches yields all flows and resolved addresses in batches that may be sent apart, and
// decoded in any order, each by parts of pairs (packet.Part). v is the vocabulary by which
// they were counted. If it cannot go on, it ends, and Err says why.
func (s *Set) Batches(v *protocol.Vocabulary, parts int) iter.Seq[Batch] {
	return func(yield func(Batch) bool) {
		cut := &cutter{yield: yield, vocabulary: v, open: make([]stack, parts), more: true}
		for _, a := range s.resolved.sorted() {
			if !cut.more {
				return
			}
			cut.begin(0).address(&a)
			cut.count(0, 1)
		}
		cut.flush(0)
		err := merged(s.cursors()).pairs(func(p *pair, c *content) bool {
			part := packet.Part(p.a, p.b, parts)
			cut.begin(part).flow(p, c)
			cut.count(part, len(c.sums))
			return cut.more
		})
		for part := range cut.open {
			cut.flush(part)
		}
		s.err = err
	}
}

// cutter encodes into one batch a part.
type cutter struct {
	yield      func(Batch) bool
	vocabulary *protocol.Vocabulary
	open       []stack
	more       bool // yield wants more
}

// stack is the batch of a part under way.
type stack struct {
	encoder *encoder // nil if nothing is in it
	data    bytes.Buffer
	entries int
}

// begin returns the encoder of a part's batch, which it begins if need be.
func (c *cutter) begin(part int) *encoder {
	s := &c.open[part]
	if s.encoder == nil {
		s.data.Reset()
		s.encoder = newEncoder(&s.data)
		s.encoder.names(c.vocabulary)
	}
	return s.encoder
}

// count notes that entries have been added to a part's batch, and ends it if it is full.
func (c *cutter) count(part, entries int) {
	s := &c.open[part]
	if s.entries += entries; s.entries >= batchEntries {
		c.flush(part)
	}
}

// flush ends a part's batch, if there is one.
func (c *cutter) flush(part int) {
	s := &c.open[part]
	if s.encoder == nil || !c.more {
		return
	}
	_ = s.encoder.finish() // a bytes.Buffer takes all
	s.encoder, s.entries = nil, 0
	c.more = c.yield(Batch{part, s.data.Bytes()})
}
