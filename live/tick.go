package live

import (
	"time"

	"botnetdetect/flow"
	"botnetdetect/packet"
)

// tick is what a lane saw since the tick before: about half a second of a link, a second of
// a replay, more where judging cannot keep up.
type tick struct {
	options flow.Options // what is kept of flows
	limit   int64        // bytes of them, from which on no new ones are let in
	flows   *flow.Table
	answers []answer
	counts  counts
	clock   clock // of a source that has its own, when the tick ended
}

// answer is an address that a DNS answer named.
type answer struct {
	address packet.Endpoint
	ttl     uint32 // seconds
}

// maxAnswers bounds the answers of a tick.
const maxAnswers = 1 << 16

// counts is what a lane counts.
type counts struct {
	packets, bytes, shed, answers, lost int64
	outcomes                            [packet.NumOutcomes]int64
}

// resolve notes what a DNS answer names.
func (t *tick) resolve(a packet.Answers) {
	for _, e := range a.Addresses {
		t.counts.answers++
		if len(t.answers) == maxAnswers {
			t.counts.lost++
			continue
		}
		t.answers = append(t.answers, answer{e, a.TTL})
	}
}

// add counts a packet in its flow, if there is room.
func (t *tick) add(p *packet.Packet) {
	if t.flows.Bytes() < t.limit {
		t.flows.Add(p)
	} else if !t.flows.AddKnown(p) {
		t.counts.shed++
	}
}

// keptBytes is how large a table may be that is used again: clearing it costs time.
const keptBytes = 8 << 20

// reset makes t ready for use again. A table that is cleared keeps its memory, so there must
// be room in it for new flows.
func (t *tick) reset() {
	t.counts, t.answers = counts{}, t.answers[:0]
	if t.flows.Bytes() > min(keptBytes, t.limit/2) {
		t.flows = flow.NewTableWith(t.options)
	} else {
		t.flows.Reset()
	}
}

func newTick(o flow.Options, limit int64) *tick {
	return &tick{options: o, limit: limit, flows: flow.NewTableWith(o)}
}

// How often flows that got packets are judged.
const (
	systemTick = 500 * time.Millisecond
	packetTick = time.Second
)
