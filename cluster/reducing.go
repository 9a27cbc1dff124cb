package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"botnetdetect/flow"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	mostTaken = 64                   // batches taken together
	mostBytes = 8 << 20              // and bytes
	takeWait  = 2 * time.Millisecond // for one more batch
)

// received is a batch in hand.
type received struct {
	Batch
	msg jetstream.Msg
}

func (r *received) tries() int {
	about, err := r.msg.Metadata()
	if err != nil {
		return 1
	}
	return int(about.NumDelivered)
}

// reduce takes batches of one partition, several at a time if there are, and stores them.
// It holds nothing between one time and the next, so nothing is lost with it.
func (w *worker) reduce(ctx context.Context, from jetstream.Consumer) {
	for ctx.Err() == nil {
		messages, err := from.Messages(jetstream.PullMaxMessages(mostTaken), jetstream.WithMessagesErrOnMissingHeartbeat(false))
		if err != nil {
			w.pause(ctx, fmt.Errorf("cannot take batches: %w", err))
			continue
		}
		for err == nil {
			err = w.reduceSome(ctx, messages)
		}
		messages.Stop()
		w.pause(ctx, fmt.Errorf("cannot take batches: %w", err))
	}
}

// reduceSome takes what is there and stores it. The error says that there will be no more
// from here.
func (w *worker) reduceSome(ctx context.Context, from jetstream.MessagesContext) error {
	msg, err := from.Next(jetstream.NextContext(ctx))
	if err != nil {
		return err
	}
	taken, size := []jetstream.Msg{msg}, len(msg.Data())
	for len(taken) < mostTaken && size < mostBytes {
		if msg, err = from.Next(jetstream.NextMaxWait(takeWait)); err != nil {
			break
		}
		taken, size = append(taken, msg), size+len(msg.Data())
	}
	defer w.keepAlive(taken...)()
	for _, group := range w.group(taken) {
		w.settle(ctx, group)
	}
	return nil
}

// group reads batches and puts those of one ledger together, in the order of arrival. One
// that cannot be read is dropped.
func (w *worker) group(taken []jetstream.Msg) (groups [][]received) {
	at := make(map[string]int)
	for _, msg := range taken {
		b, err := readBatch(msg.Data())
		if err != nil {
			w.Say(errors.Join(err, msg.TermWithReason("not well-formed")))
			continue
		}
		key := ledgerKey(b.Job, b.Capture, b.Part)
		i, ok := at[key]
		if !ok {
			i, at[key] = len(groups), len(groups)
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], received{b, msg})
	}
	return groups
}

// settle stores batches of one ledger and acknowledges them; those that could not be
// stored come again.
func (w *worker) settle(ctx context.Context, group []received) {
	err := w.store(ctx, group)
	for _, r := range group {
		switch {
		case err == nil:
			err = r.msg.Ack()
		case errors.Is(err, ErrNoJob) && r.tries() > lonely: // it was forgotten
			_ = r.msg.Ack()
		case errors.Is(err, ErrMalformed) || errors.Is(err, flow.ErrFormat):
			_ = r.msg.NakWithDelay(time.Minute) // a reducer of another version may read it
		default:
			_ = r.msg.NakWithDelay(errorWait) // if this is lost, it comes after a while
		}
	}
	if err != nil && ctx.Err() == nil {
		w.Say(fmt.Errorf("%s: %w", group[0].Path, err))
	}
}

// store writes what of a group is news into the ledger, and has the capture judged if that
// was the last that was missing.
func (w *worker) store(ctx context.Context, group []received) error {
	first := &group[0].Batch
	key := ledgerKey(first.Job, first.Capture, first.Part)
	for {
		ledger, revision, err := w.ledger(ctx, key, first)
		if err != nil || ledger == nil {
			return err
		}
		news, tables, err := w.tables(ctx, ledger, group)
		if err != nil {
			return err
		}
		if news {
			err = w.set(ctx, key, ledger, revision)
		}
		if errors.Is(err, errChanged) {
			w.drop(ctx, tables...)
			breathe(ctx)
			continue
		}
		if err != nil {
			return err
		}
		return w.announce(ctx, first, ledger)
	}
}

// ledger returns the ledger of a key, a new one if there is none, and nil if the capture is
// done, so that nobody asks for batches any more. The error is ErrNoJob if its job is gone.
func (w *worker) ledger(ctx context.Context, key string, b *Batch) (*Ledger, uint64, error) {
	data, revision, err := w.get(ctx, key)
	if err == nil {
		l, err := readLedger(data)
		if err == nil && !l.fits(b) {
			err = malformed("batch", "%s is not of the capture that its ledger speaks of", b.id())
		}
		return &l, revision, err
	}
	if !errors.Is(err, errAbsent) {
		return nil, 0, err
	}
	job, err := w.Job(ctx, b.Job)
	if err != nil {
		return nil, 0, err
	}
	if b.Capture >= job.Captures {
		return nil, 0, malformed("batch", "%s is of a capture that the job does not have", b.id())
	}
	if err := job.Windows.fits(b); err != nil {
		return nil, 0, err
	}
	if done, err := w.has(ctx, outcomeKey(b.Job, b.Capture)); done || err != nil {
		return nil, 0, err
	}
	return &Ledger{Path: b.Path, Part: b.Part, Parts: b.Parts}, 0, w.remind(ctx, job, b)
}

// tables stores the flows of batches that a ledger wants, a table an attempt, and notes
// them there.
func (w *worker) tables(ctx context.Context, l *Ledger, group []received) (news bool, tables []Blob, err error) {
	var attempts []string
	wanted := make(map[string][]Batch)
	for _, r := range group {
		if !l.wants(&r.Batch) || hasSeq(wanted[r.Attempt], r.Seq) {
			continue
		}
		if wanted[r.Attempt] == nil {
			attempts = append(attempts, r.Attempt)
		}
		wanted[r.Attempt] = append(wanted[r.Attempt], r.Batch)
	}
	for _, name := range attempts {
		table, err := w.table(ctx, l, wanted[name])
		if err != nil {
			return false, tables, err
		}
		l.add(wanted[name], table)
		tables = append(tables, table)
	}
	return len(attempts) > 0, tables, nil
}

func hasSeq(batches []Batch, seq int) bool {
	for i := range batches {
		if batches[i].Seq == seq {
			return true
		}
	}
	return false
}

// maxLedgerInline bounds what tables a ledger holds itself, in bytes, so that it stays a
// message.
const maxLedgerInline = 256 << 10

// table stores the flows of batches of one attempt, as they came: no flow is in two of them, so
// there is nothing to merge before the attempts of all parts meet.
func (w *worker) table(ctx context.Context, l *Ledger, batches []Batch) (Blob, error) {
	if err := w.vet(ctx, batches); err != nil {
		return Blob{}, err
	}
	var flows []io.Reader
	for i := range batches {
		if len(batches[i].flows) > 0 {
			flows = append(flows, bytes.NewReader(batches[i].flows))
		}
	}
	if len(flows) == 0 {
		return Blob{}, nil
	}
	b := &batches[0]
	name := objectName(b.Job, "table", "-", b.Capture, "-", b.Part, "-", newName())
	return w.putCompressed(ctx, name, maxLedgerInline-l.inline(), io.MultiReader(flows...))
}

// vet reads a site's flows before they are stored: what cannot be read must not keep the other sites'
// part of a window from being judged. Those of a capture are read when it is judged.
func (w *worker) vet(ctx context.Context, batches []Batch) error {
	job, err := w.Job(ctx, batches[0].Job)
	if err != nil || !job.Windows.are() {
		return err
	}
	flows := flow.NewCollector(flow.Options{Behaviour: job.Behaviour, Limit: w.Memory / 16, Folder: w.Temp})
	defer func() { _ = flow.NewSet(flows).Close() }()
	for i := range batches {
		if err := batches[i].decodeInto(flows, w.vocabulary); err != nil {
			return err
		}
	}
	return nil
}

// announce has a capture judged if all its parts have come to the end.
func (w *worker) announce(ctx context.Context, b *Batch, own *Ledger) error {
	if own.winner() == nil {
		return nil
	}
	if whole, err := w.complete(ctx, b); err != nil || !whole {
		return err
	}
	job, err := w.Job(ctx, b.Job)
	if err != nil {
		return err
	}
	return w.haveJudged(ctx, &job, b, false)
}

// haveJudged puts the task to judge the capture of a batch into the queue; it is late if it is to wait
// for the grace of a window.
func (w *worker) haveJudged(ctx context.Context, job *Job, b *Batch, late bool) error {
	t := Task{Kind: Judge, Job: b.Job, Capture: b.Capture, Path: b.Path, Bytes: b.Bytes, Parts: b.Parts, Late: late}
	return w.publish(ctx, taskSubject(Judge, b.Job), t.id(job), t.encode())
}
