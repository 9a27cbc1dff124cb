package flow

import (
	"bytes"
	"iter"

	"botnetdetect/protocol"
)

// batchEntries is how many sums or addresses a batch may hold; one flow may exceed it. An
// entry takes 20 bytes as a rule, never more than 160, and a flow's behaviour never more than 150,
// so batches stay below a mebibyte.
const batchEntries = 3072

// Batches yields all flows and resolved addresses in batches, each a stream of its own as
// Encode writes it: they may be sent apart and decoded in any order. A batch is valid until
// the next. v is the vocabulary by which they were counted. If it cannot go on, it ends,
// and Err says why.
func (s *Set) Batches(v *protocol.Vocabulary) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		cut := &cutter{yield: yield, vocabulary: v, more: true}
		for _, a := range s.resolved.sorted() {
			if !cut.more {
				return
			}
			cut.begin().address(&a)
			cut.count(1)
		}
		cut.flush()
		err := merged(s.cursors()).pairs(func(p *pair, c *content) bool {
			if cut.more {
				cut.begin().flow(p, c)
				cut.count(len(c.sums))
			}
			return cut.more
		})
		cut.flush()
		s.err = err
	}
}

// cutter encodes into one batch after the other.
type cutter struct {
	yield      func([]byte) bool
	vocabulary *protocol.Vocabulary
	encoder    *encoder // of the batch under way; nil if nothing is in it
	data       bytes.Buffer
	entries    int
	more       bool // yield wants more
}

// begin returns the encoder of the batch under way, which it begins if need be.
func (c *cutter) begin() *encoder {
	if c.encoder == nil {
		c.data.Reset()
		c.encoder = newEncoder(&c.data)
		c.encoder.names(c.vocabulary)
	}
	return c.encoder
}

// count notes that entries have been added, and ends the batch if it is full.
func (c *cutter) count(entries int) {
	if c.entries += entries; c.entries >= batchEntries {
		c.flush()
	}
}

// flush ends the batch under way, if there is one.
func (c *cutter) flush() {
	if c.encoder == nil || !c.more {
		return
	}
	_ = c.encoder.finish() // a bytes.Buffer takes all
	c.encoder, c.entries = nil, 0
	c.more = c.yield(c.data.Bytes())
}
