package cluster

import (
	"context"
	"errors"
	"sort"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Status says how far a job is.
type Status struct {
	Job     Job
	Done    int   // captures with an outcome
	Bytes   int64 // of them
	Frames  int64
	Flows   int
	Botnet  int
	Failed  []Outcome // captures that were not read to their end, at most MostFailed, in their order
	Unread  int       // captures that were not read to their end
	GivenUp int       // of them, those that were not read at all, after so many tries
	Retried int       // captures done of which a task took more than one try
	Reading int64     // bytes read of captures that are not done
	Waiting uint64    // tasks of all jobs that no worker has
	Taken   int       // tasks of all jobs that a worker has
	Flowing uint64    // batches of all jobs that are not stored yet
	Workers []Beat    // by name
	First   time.Time
	Last    time.Time // when the first and the last capture was done
}

// MostFailed bounds Status.Failed.
const MostFailed = 100

// Rate returns bytes of captures a second since the job was submitted; 0 if not known.
func (s *Status) Rate(now time.Time) float64 {
	if s.Done == s.Job.Captures {
		now = s.Last
	}
	if took := now.Sub(s.Job.Created).Seconds(); took > 0 {
		return float64(s.Bytes+s.Reading) / took
	}
	return 0
}

// Left returns how long the rest takes at the rate so far; false if that cannot be told.
func (s *Status) Left(now time.Time) (time.Duration, bool) {
	rate := s.Rate(now)
	if s.Done == s.Job.Captures {
		return 0, true
	}
	if rate <= 0 {
		return 0, false
	}
	rest := float64(max(0, s.Job.Bytes-s.Bytes-s.Reading))
	return time.Duration(rest / rate * float64(time.Second)), true
}

// Status returns how far a job is.
func (f *Fleet) Status(ctx context.Context, job Job) (*Status, error) {
	s := &Status{Job: job}
	done, err := f.outcomes(ctx, job.Name)
	if err != nil {
		return nil, err
	}
	for _, o := range done {
		s.add(o)
	}
	sort.Slice(s.Failed, func(i, j int) bool { return s.Failed[i].Capture < s.Failed[j].Capture })
	s.Failed = s.Failed[:min(len(s.Failed), MostFailed)]
	if err := f.queues(ctx, s); err != nil {
		return nil, err
	}
	if s.Workers, err = f.beats(ctx); err != nil {
		return nil, err
	}
	for _, b := range s.Workers {
		for _, t := range b.Tasks {
			if _, over := done[t.Capture]; t.Job == job.Name && !over {
				s.Reading += t.Read / int64(t.Parts)
			}
		}
	}
	return s, nil
}

func (s *Status) add(o Outcome) {
	s.Done++
	s.Bytes += max(0, o.Bytes)
	s.Frames += o.Frames
	s.Flows += o.Flows
	s.Botnet += o.Botnet
	if o.Err != "" {
		s.Unread++
		s.Failed = append(s.Failed, o)
	}
	if o.GivenUp {
		s.GivenUp++
	}
	if o.Tries > 1 {
		s.Retried++
	}
	if s.First.IsZero() || o.Finished.Before(s.First) {
		s.First = o.Finished
	}
	if o.Finished.After(s.Last) {
		s.Last = o.Finished
	}
}

func (f *Fleet) queues(ctx context.Context, s *Status) error {
	for _, name := range []string{observeConsumer, judgeConsumer} {
		c, err := f.js.Consumer(ctx, tasksStream, name)
		if err != nil {
			return err
		}
		info := c.CachedInfo()
		s.Waiting += info.NumPending
		s.Taken += info.NumAckPending
	}
	flows, err := f.js.Stream(ctx, flowsStream)
	if err != nil {
		return err
	}
	s.Flowing = flows.CachedInfo().State.Msgs
	return nil
}

// beats returns what the workers are at that gave a sign of life lately.
func (f *Fleet) beats(ctx context.Context) (all []Beat, err error) {
	keys, err := f.workers.Keys(ctx)
	if errors.Is(err, jetstream.ErrNoKeysFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		entry, err := f.workers.Get(ctx, key)
		if errors.Is(err, jetstream.ErrKeyNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		b, err := readBeat(entry.Value())
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Worker < all[j].Worker })
	return all, nil
}
