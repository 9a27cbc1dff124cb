package cluster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"

	"botnetdetect/flow"
	"botnetdetect/observe"
	"botnetdetect/protocol"
)

// Batch is a message of flows: what one attempt at a task saw of some pairs, or the end of
// it. It is sent as a line of JSON, then the flows as Set.Batches cuts them,
// zstd-compressed; a batch may be without.
type Batch struct {
	Job     string `json:"job"`
	Capture int    `json:"capture"`
	Path    string `json:"path"`
	Bytes   int64  `json:"bytes"` // the capture's size; -1 if not known
	Part    int    `json:"part"`  // of the capture, which the attempt observed
	Parts   int    `json:"parts"`
	Attempt string `json:"attempt"` // a name of its own for each try
	Seq     int    `json:"seq"`     // its place in what the attempt sends, from 0

	Last *Report `json:"last,omitempty"` // it is the last, and this is what else was seen

	flows []byte // compressed
}

// Report is what an attempt says of a capture beside its flows.
type Report struct {
	Worker string        `json:"worker"`
	Try    int           `json:"try"` // from 1
	Stats  observe.Stats `json:"stats"`
	Err    string        `json:"error,omitempty"` // why it was not read to its end
}

// Bounds of a batch.
const (
	maxBatch      = maxPayload - 16<<10 // bytes of the message, so that headers have room
	maxBatchFlows = 2 << 20             // bytes of its flows, decompressed
	maxSeq        = 1 << 24
	maxHead       = 64 << 10 // bytes of the line of JSON
	maxText       = 4096     // bytes of a remark
)

var attemptName = regexp.MustCompile(`^[A-Za-z0-9]{1,40}$`)

func (b *Batch) encode() ([]byte, error) {
	head, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	data := append(append(head, '\n'), b.flows...)
	if len(data) > maxBatch {
		return nil, fmt.Errorf("a batch of %d bytes, more than the %d of a message", len(data), maxBatch)
	}
	return data, nil
}

// readBatch reads a batch and checks all but its flows, which alias data.
func readBatch(data []byte) (b Batch, err error) {
	end := bytes.IndexByte(data[:min(len(data), maxHead)], '\n')
	if end < 0 || len(data) > maxBatch {
		return b, malformed("batch", "%d bytes without a line of JSON at the beginning", len(data))
	}
	if err := decode("batch", data[:end], maxHead, &b); err != nil {
		return b, err
	}
	b.flows = data[end+1:]
	return b, b.check()
}

func (b *Batch) check() error {
	switch {
	case !jobName.MatchString(b.Job):
		return malformed("batch", "its job is %.80q", b.Job)
	case b.Capture < 0 || b.Capture >= maxCaptures:
		return malformed("batch", "capture %d", b.Capture)
	case b.Parts < 1 || b.Parts > maxParts || b.Part < 0 || b.Part >= b.Parts:
		return malformed("batch", "part %d of %d", b.Part, b.Parts)
	case b.Seq < 0 || b.Seq >= maxSeq || b.Bytes < -1:
		return malformed("batch", "number %d, a capture of %d bytes", b.Seq, b.Bytes)
	case !attemptName.MatchString(b.Attempt):
		return malformed("batch", "its attempt is %.80q", b.Attempt)
	}
	if b.Last != nil {
		if err := b.Last.check(); err != nil {
			return err
		}
	}
	return checkPath(b.Path)
}

func (r *Report) check() error {
	if len(r.Worker) > maxText || len(r.Err) > maxText || r.Try < 0 || r.Stats.IP < 0 || r.Stats.IP > r.Stats.Frames {
		return malformed("report", "worker %.40q, try %d, %d of %d frames IP, an error of %d bytes", r.Worker, r.Try, r.Stats.IP, r.Stats.Frames, len(r.Err))
	}
	return nil
}

// id names the batch uniquely.
func (b *Batch) id() string {
	return fmt.Sprintf("%s/%d/%d/%s/%d", b.Job, b.Capture, b.Part, b.Attempt, b.Seq)
}

// decodeInto adds the batch's flows to a collector, and checks them by that.
func (b *Batch) decodeInto(c *flow.Collector, v *protocol.Vocabulary) error {
	if len(b.flows) == 0 {
		return nil
	}
	z, err := decompressor(bytes.NewReader(b.flows))
	if err != nil {
		return err
	}
	defer z.Close()
	limit := &io.LimitedReader{R: z, N: maxBatchFlows}
	if err := c.Decode(limit, v); err != nil {
		return fmt.Errorf("batch %s: %w", b.id(), err)
	}
	return nil
}
