package flow

import (
	"bytes"
	"iter"

	"botnetdetect/protocol"
)

// batchTarget is the size in bytes at which a batch ends; the flow that reaches it is still
// in it, and takes at most 160 bytes a protocol.
const batchTarget = 384 << 10

// Batches yields all flows and resolved addresses in batches, each a stream of its own as
// docs/format/flows.md says: they may be sent apart and decoded in any order. A batch is valid until
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
			cut.end()
		}
		cut.flush()
		err := merged(s.cursors()).pairs(func(p *pair, c *content) bool {
			if cut.more {
				cut.begin().flow(p, c)
				cut.end()
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

// end ends the batch if it is full.
func (c *cutter) end() {
	if c.data.Len()+len(c.encoder.block) >= batchTarget {
		c.flush()
	}
}

// flush ends the batch under way, if there is one.
func (c *cutter) flush() {
	if c.encoder == nil || !c.more {
		return
	}
	_ = c.encoder.finish() // a bytes.Buffer takes all
	c.encoder = nil
	c.more = c.yield(c.data.Bytes())
}
