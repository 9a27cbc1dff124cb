package cluster

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	partitionsKey = "botnetdetect.partitions" // in the metadata of the stream of batches
	dedupeWindow  = 2 * time.Minute           // within which the servers drop what is sent twice
	workerTTL     = 15 * time.Second          // a worker is gone after so long without a sign of life
	storeTries    = 5                         // more, after a server had no folder for a stream
	maxPending    = 1 << 16                   // messages given out and not acknowledged, a consumer
)

// makeStreams makes streams, consumers and buckets that are not there yet.
func (s Settings) makeStreams(ctx context.Context, js jetstream.JetStream) error {
	if err := s.makeTasks(ctx, js); err != nil {
		return err
	}
	if err := s.makeFlows(ctx, js); err != nil {
		return err
	}
	return s.makeBuckets(ctx, js)
}

func (s Settings) makeTasks(ctx context.Context, js jetstream.JetStream) error {
	stream, err := s.stream(ctx, js, jetstream.StreamConfig{
		Name: tasksStream, Subjects: []string{"bnd.task.>"}, MaxMsgSize: maxTask,
	})
	if err != nil {
		return err
	}
	for name, kind := range map[string]Kind{observeConsumer: Observe, judgeConsumer: Judge} {
		if err := s.consumer(ctx, stream, name, taskSubject(kind, ">")); err != nil {
			return err
		}
	}
	return nil
}

func (s Settings) makeFlows(ctx context.Context, js jetstream.JetStream) error {
	c := jetstream.StreamConfig{
		Name: flowsStream, Subjects: []string{"bnd.flows.>"}, MaxBytes: s.FlowBytes, Discard: jetstream.DiscardNew,
		MaxMsgSize: maxBatch, Metadata: map[string]string{partitionsKey: strconv.Itoa(s.Partitions)},
	}
	stream, err := s.stream(ctx, js, c)
	for ; isTooLarge(err) && c.MaxBytes/2 >= leastFlowBytes; stream, err = s.stream(ctx, js, c) {
		c.MaxBytes = c.MaxBytes/2 - 1<<20 // what is reserved to the last byte leaves no room for the buckets
	}
	if err != nil {
		return err
	}
	s.Partitions, err = strconv.Atoi(stream.CachedInfo().Config.Metadata[partitionsKey])
	if err != nil {
		return err
	}
	for p := range min(s.Partitions, MaxPartitions) {
		if err := s.consumer(ctx, stream, reduceConsumer(p), flowSubject(p, ">")); err != nil {
			return err
		}
	}
	return nil
}

// isTooLarge reports whether the servers have no disk for as many bytes as a stream may hold.
func isTooLarge(err error) bool {
	var refused *jetstream.APIError
	const noStorage, noResources = 10047, 10023 // of one server, of a cluster
	return errors.As(err, &refused) && (refused.ErrorCode == noStorage || refused.ErrorCode == noResources)
}

// isNoStore reports whether a server could make no folder for a stream. It says so, too, when its
// last stream has just been deleted and it clears away the folder of all streams meanwhile.
func isNoStore(err error) bool {
	var refused *jetstream.APIError
	const createFailed = 10049
	return errors.As(err, &refused) && refused.ErrorCode == createFailed
}

func (s Settings) makeBuckets(ctx context.Context, js jetstream.JetStream) error {
	for _, c := range []jetstream.StreamConfig{
		{Name: "KV_" + jobsBucket, Subjects: []string{"$KV." + jobsBucket + ".>"}, MaxMsgsPerSubject: 1, DenyDelete: true},
		{Name: "KV_" + stateBucket, Subjects: []string{"$KV." + stateBucket + ".>"}, MaxMsgsPerSubject: 1, DenyDelete: true},
		{Name: "OBJ_" + blobsBucket, Subjects: []string{"$O." + blobsBucket + ".C.>", "$O." + blobsBucket + ".M.>"}},
	} {
		if err := s.bucket(ctx, js, c); err != nil {
			return err
		}
	}
	_, err := js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket: workersBucket, Replicas: s.Replicas, Storage: jetstream.MemoryStorage, TTL: workerTTL,
	})
	return unlessThere(err)
}

// bucket makes the stream that a bucket is (NATS ADR-8, ADR-20), unless it is there, to be read from the
// server that leads it. By default any server that keeps it may answer, and one that lags
// behind would say that nothing is there. Whoever opens a bucket keeps how it is to be read, so it
// must be so from the first moment on.
func (s Settings) bucket(ctx context.Context, js jetstream.JetStream, c jetstream.StreamConfig) error {
	c.Replicas, c.Discard, c.AllowRollup, c.AllowDirect = s.Replicas, jetstream.DiscardNew, true, false
	_, err := js.CreateStream(ctx, c)
	return unlessThere(err)
}

// TakeDown removes all that Setup has made, with all jobs. A server within the process then stops at
// once: it would wait for consumers to hear of it.
func (f *Fleet) TakeDown(ctx context.Context) error {
	return errors.Join(
		f.js.DeleteStream(ctx, tasksStream), f.js.DeleteStream(ctx, flowsStream), f.js.DeleteKeyValue(ctx, jobsBucket),
		f.js.DeleteKeyValue(ctx, stateBucket), f.js.DeleteKeyValue(ctx, workersBucket), f.js.DeleteObjectStore(ctx, blobsBucket),
	)
}

// unlessThere is err, unless that says that something with these names has been made.
func unlessThere(err error) error {
	if errors.Is(err, jetstream.ErrBucketExists) || errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		return nil
	}
	return err
}

// stream makes a work queue, unless it is there: a message is in it until it is acknowledged.
func (s Settings) stream(ctx context.Context, js jetstream.JetStream, c jetstream.StreamConfig) (jetstream.Stream, error) {
	c.Retention, c.Replicas, c.Duplicates = jetstream.WorkQueuePolicy, s.Replicas, dedupeWindow
	stream, err := js.Stream(ctx, c.Name)
	if !errors.Is(err, jetstream.ErrStreamNotFound) {
		return stream, err
	}
	stream, err = js.CreateStream(ctx, c)
	for try := 0; try < storeTries && isNoStore(err); try++ {
		time.Sleep(time.Duration(try+1) * 10 * time.Millisecond)
		stream, err = js.CreateStream(ctx, c)
	}
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // meanwhile
		return js.Stream(ctx, c.Name)
	}
	return stream, err
}

func (s Settings) consumer(ctx context.Context, stream jetstream.Stream, name, subject string) error {
	_, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{
		Durable: name, FilterSubject: subject, AckPolicy: jetstream.AckExplicitPolicy,
		AckWait: s.Wait, MaxAckPending: maxPending, MemoryStorage: s.Throwaway,
	})
	if errors.Is(err, jetstream.ErrConsumerExists) {
		return nil
	}
	return err
}
