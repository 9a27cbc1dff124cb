package main

import (
	"context"
	"fmt"
	"io"

	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/protocol"
	"botnetdetect/report"

	"github.com/klauspost/compress/zstd"
)

// traffic says what captures would have a fleet send, if each were one of several parts or came from a
// site, and what would be kept of each until it is collected. They are judged by behaviour.
func traffic(captures []string) error {
	m, err := model.Default(feature.Behavioural)
	if err != nil {
		return err
	}
	o := observe.Options{Vocabulary: protocol.NewVocabulary(), Behaviour: true}
	for seen := range observe.All(context.Background(), captures, o) {
		if seen.Err != nil {
			return seen.Err
		}
		if err := sent(seen, o.Vocabulary); err != nil {
			return err
		}
		if err := kept(seen, detect.Detector{Model: m, Vocabulary: o.Vocabulary}); err != nil {
			return err
		}
	}
	return nil
}

// compressor is as package cluster's.
func compressor(w io.Writer) (*zstd.Encoder, error) {
	return zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
}

func sent(seen observe.Observation, v *protocol.Vocabulary) error {
	z, err := compressor(nil)
	if err != nil {
		return err
	}
	var batches, raw, sent int
	for b := range seen.Table.Batches(v) {
		batches++
		raw += len(b)
		sent += len(z.EncodeAll(b, nil))
	}
	flows := seen.Table.Len()
	fmt.Printf("%s: %d packets, %d bytes, %d flows: %d batches, %d bytes, %d compressed, %.1f a flow, %.1f ppm of the capture\n",
		seen.Path, seen.Stats.Frames, seen.Stats.Bytes, flows, batches, raw, sent, float64(sent)/float64(flows), float64(sent)/float64(seen.Stats.Bytes)*1e6)
	return seen.Table.Err()
}

// counter counts what is written to it.
type counter int64

func (c *counter) Write(data []byte) (int, error) {
	*c += counter(len(data))
	return len(data), nil
}

func kept(seen observe.Observation, d detect.Detector) error {
	var raw, small counter
	z, err := compressor(&small)
	if err != nil {
		return err
	}
	out, err := report.NewVerdicts(io.MultiWriter(&raw, z), report.JSONLines)
	if err != nil {
		return err
	}
	var sum detect.Summary
	if err := d.JudgeAll(seen, &sum, detect.Yield{Flow: out.Write, Plain: true}); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	fmt.Printf("%s: verdicts on %d flows: %d bytes, %d compressed, %.1f a flow\n", seen.Path, sum.P2P, raw, small, float64(small)/float64(max(1, sum.P2P)))
	return nil
}
