package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"botnetdetect/flow"
	"botnetdetect/observe"

	"github.com/klauspost/compress/zstd"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"
)

// observe sums up a capture and judges it, or a part of its pairs, and sends what it saw in
// batches. When it returns nil, the capture is done, or all batches are in the stream.
func (w *worker) observe(ctx context.Context, d *delivery) error {
	if done, err := w.has(ctx, outcomeKey(d.Task.Job, d.Capture)); done || err != nil {
		return err
	}
	if d.Try > d.Job.Tries {
		return w.giveUp(ctx, d, d.Try-1, fmt.Sprintf("no worker came to the end of it in %d tries", d.Job.Tries))
	}
	read, done := w.beat.began(d)
	defer done()
	seen, err := w.look(ctx, d, read)
	defer func() { _ = seen.Table.Close() }() // an error only means disk space that the system will reclaim
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && d.Try == d.Job.Tries:
		seen.Err = err
	case err != nil:
		return err
	}
	if d.Parts == 1 {
		return w.conclude(ctx, d, seen)
	}
	return w.send(ctx, d, seen)
}

// look observes. The error is one that another try may not have; what is wrong with the
// capture itself is part of what was seen.
func (w *worker) look(ctx context.Context, d *delivery, read *atomic.Int64) (seen observe.Observation, err error) {
	seen = observe.Observation{Path: d.Path, Table: flow.NewSet()}
	capture, err := w.Source.Open(ctx, d.Path)
	if err != nil {
		return seen, err
	}
	defer capture.Close()
	seen = w.Observe(ctx, "-", observe.Options{
		Engine: d.Job.Engine, Vocabulary: w.vocabulary, Workers: int(d.Weight), Stdin: capture, Read: read,
		Memory: w.share(d.Weight), Temp: w.Temp, Behaviour: d.Job.Behaviour, Part: observe.Part{Number: d.Part, Of: d.Parts},
	})
	seen.Path = d.Path
	if errors.Is(seen.Err, ErrUnreachable) {
		return seen, seen.Err
	}
	return seen, nil
}

// sender sends the batches of one attempt.
type sender struct {
	*worker
	next       Batch
	compressor *zstd.Encoder
}

// send sends what was seen. While one batch is on its way, the next is encoded.
func (w *worker) send(ctx context.Context, d *delivery, seen observe.Observation) error {
	z, err := compressor(nil)
	if err != nil {
		return err
	}
	s := &sender{worker: w, compressor: z, next: Batch{
		Job: d.Task.Job, Capture: d.Capture, Path: d.Path, Bytes: d.Bytes, Part: d.Part, Parts: d.Parts, Attempt: newName(),
	}}
	batches := make(chan []byte)
	both, more := errgroup.WithContext(ctx)
	both.Go(func() error {
		defer close(batches)
		return s.cut(more, seen.Table, batches)
	})
	both.Go(func() error {
		for flows := range batches {
			if err := s.send(more, flows, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err := both.Wait(); err != nil {
		return err
	}
	return s.send(ctx, nil, &Report{Worker: w.Name, Try: d.Try, Stats: seen.Stats, Err: errorText(seen.Err)})
}

// cut hands a table on in batches.
func (s *sender) cut(ctx context.Context, table *flow.Set, batches chan<- []byte) error {
	for flows := range table.Batches(s.vocabulary) {
		select {
		case batches <- bytes.Clone(flows):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return table.Err()
}

// send sends a batch, and comes back when the servers have it.
func (s *sender) send(ctx context.Context, flows []byte, last *Report) error {
	b := s.next
	b.Last = last
	if len(flows) > 0 {
		b.flows = s.compressor.EncodeAll(flows, nil)
	}
	data, err := b.encode()
	if err != nil {
		return err
	}
	partition := (b.Capture + b.Part) % s.partitions
	if err := s.publish(ctx, flowSubject(partition, b.Job), b.id(), data); err != nil {
		return err
	}
	s.next.Seq++
	return nil
}

// publish puts a message into a stream, however long that takes: the network may be cut, or
// the stream full. The id keeps it from being there twice.
func (w *worker) publish(ctx context.Context, subject, id string, data []byte) error {
	for {
		_, err := w.js.PublishMsg(ctx, &nats.Msg{Subject: subject, Data: data}, jetstream.WithMsgID(id))
		if err == nil || ctx.Err() != nil {
			return err
		}
		w.pause(ctx, fmt.Errorf("cannot send %s yet: %w", id, err))
	}
}

// giveUp ends a capture without verdicts.
func (w *worker) giveUp(ctx context.Context, d *delivery, tries int, why string) error {
	return w.keep(ctx, Outcome{
		Capture: d.Capture, Path: d.Path, Bytes: d.Bytes, Err: why, GivenUp: true, Tries: tries,
		Workers: []string{w.Name}, Finished: time.Now().UTC(),
	}, d.Task.Job)
}

// errorText is an error as it is sent; "" is none.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	text := []rune(err.Error())
	return string(text[:min(len(text), maxText/4)])
}
