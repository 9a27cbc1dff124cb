package observe

import "botnetdetect/protocol"

// What a capture takes in memory beside its flows: measured with frames of 60 bytes, of
// which most fit a batch, and conversationBytes while the table of conversations grows.
const (
	inHandBytes       = 18 << 20 // all batches
	conversationBytes = 136
	mostConversations = 1 << 18
	mostBuffered      = 32 << 20
	leastBuffered     = 64 << 10
)

// share is what one shard may take.
type share struct {
	flows  int64 // bytes; 0 is no ceiling
	naming protocol.Limits
}

// share divides the ceiling of one capture, if there is one. Names come out the same
// whatever the ceiling, unless more conversations are open, or more bytes of unfinished
// messages on their way, than have room.
func (o *Options) share(shards int) (s share) {
	if o.Memory <= 0 {
		return share{}
	}
	each := max(o.Memory-inHandBytes, o.Memory/2) / int64(shards)
	s.naming.Buffered = int(min(max(each/8, leastBuffered), mostBuffered))
	s.naming.Conversations = mostConversations
	for s.naming.Conversations > 64 && int64(s.naming.Conversations)*conversationBytes > each/4 {
		s.naming.Conversations /= 2
	}
	naming := int64(s.naming.Buffered) + int64(s.naming.Conversations)*conversationBytes
	s.flows = max(1, each-naming)
	return s
}

// perCapture divides the ceiling between captures that are in memory at a time.
func (o *Options) perCapture(n int) int64 {
	if o.Memory <= 0 {
		return 0
	}
	return max(1, o.Memory/int64(max(1, n)))
}
