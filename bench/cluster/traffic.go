package main

import (
	"context"
	"fmt"

	"botnetdetect/observe"
	"botnetdetect/protocol"

	"github.com/klauspost/compress/zstd"
)

// traffic says what observing captures would send.
func traffic(captures []string) error {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil {
		return err
	}
	o := observe.Options{Vocabulary: protocol.NewVocabulary()}
	for seen := range observe.All(context.Background(), captures, o) {
		if seen.Err != nil {
			return seen.Err
		}
		var batches, raw, sent int
		for b := range seen.Table.Batches(o.Vocabulary) {
			batches++
			raw += len(b)
			sent += len(z.EncodeAll(b, nil))
		}
		flows := seen.Table.Len()
		fmt.Printf("%s: %d packets, %d bytes, %d flows: %d batches, %d bytes, %d compressed, %.1f a flow, %.1f ppm of the capture\n",
			seen.Path, seen.Stats.Frames, seen.Stats.Bytes, flows, batches, raw, sent, float64(sent)/float64(flows), float64(sent)/float64(seen.Stats.Bytes)*1e6)
	}
	return nil
}
