package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// The keys of what a fleet keeps of a job. A capture is its number.
func ledgerKey(job string, capture, part int) string {
	return fmt.Sprintf("%s.ledger.%d.%d", job, capture, part)
}
func partsKey(job string, capture int) string      { return fmt.Sprintf("%s.parts.%d", job, capture) }
func writtenKey(job string, capture int) string    { return fmt.Sprintf("%s.written.%d", job, capture) }
func outcomeKey(job string, capture int) string    { return fmt.Sprintf("%s.outcome.%d", job, capture) }
func verdictsKey(job string, capture int) string   { return fmt.Sprintf("%s.verdicts.%d", job, capture) }
func objectName(job, what string, n ...any) string { return job + "/" + what + fmt.Sprint(n...) }

// errAbsent says that nothing is kept under a key; errChanged that somebody else has
// written there since it was read.
var (
	errAbsent  = errors.New("nothing is kept there")
	errChanged = errors.New("it was changed meanwhile")
)

// records are a bucket of JSON.
type records struct{ jetstream.KeyValue }

// get returns what is kept under a key and its revision.
func (r records) get(ctx context.Context, key string) (data []byte, revision uint64, err error) {
	entry, err := r.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, 0, errAbsent
	}
	if err != nil {
		return nil, 0, fmt.Errorf("cannot read %s: %w", key, err)
	}
	return entry.Value(), entry.Revision(), nil
}

// get is what the fleet's state has under a key.
func (f *Fleet) get(ctx context.Context, key string) (data []byte, revision uint64, err error) {
	return f.state.get(ctx, key)
}

// set keeps a value in the fleet's state.
func (f *Fleet) set(ctx context.Context, key string, value any, revision uint64) error {
	return f.state.set(ctx, key, value, revision)
}

// await is get for what must be there, or will be in a moment: the servers may be away, or
// one that lags behind may answer.
func (f *Fleet) await(ctx context.Context, key string) (data []byte, err error) {
	for until := time.Now().Add(patience); ; {
		if data, _, err = f.get(ctx, key); err == nil || time.Now().After(until) || !sleep(ctx, errorWait) {
			return data, err
		}
	}
}

// sleep waits, and reports whether ctx is not done yet.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// breathe waits a moment before what somebody else has changed is read again: whoever
// answers may not have heard of the change yet.
func breathe(ctx context.Context) { sleep(ctx, 5*time.Millisecond+rand.N(20*time.Millisecond)) }

// set keeps a value under a key if nobody has written there since revision, 0 if nothing
// was there; else the error is errChanged.
func (r records) set(ctx context.Context, key string, value any, revision uint64) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if revision == 0 {
		_, err = r.Create(ctx, key, data)
	} else {
		_, err = r.Update(ctx, key, data, revision)
	}
	if errors.Is(err, jetstream.ErrKeyExists) || errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
		return errChanged
	}
	if err != nil {
		return fmt.Errorf("cannot keep %s: %w", key, err)
	}
	return nil
}

// has reports whether something is kept under a key.
func (f *Fleet) has(ctx context.Context, key string) (bool, error) {
	_, _, err := f.get(ctx, key)
	if errors.Is(err, errAbsent) {
		return false, nil
	}
	return err == nil, err
}

// ErrNoJob says that no job has this name.
var ErrNoJob = errors.New("there is no such job")

// Job returns the job of a name, or ErrNoJob.
func (f *Fleet) Job(ctx context.Context, name string) (Job, error) {
	if err := CheckName(name); err != nil {
		return Job{}, err
	}
	data, _, err := f.jobs.get(ctx, name)
	if errors.Is(err, errAbsent) {
		return Job{}, fmt.Errorf("job %s: %w", name, ErrNoJob)
	}
	if err != nil {
		return Job{}, err
	}
	return readJob(data)
}
