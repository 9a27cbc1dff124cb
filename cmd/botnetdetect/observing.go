package main

import (
	"context"
	"errors"
	"fmt"

	"botnetdetect/behaviour"
	"botnetdetect/feature"
	"botnetdetect/internal/terminal"
	"botnetdetect/observe"
	"botnetdetect/packet"
)

// observe observes captures with progress, hands each to use, and returns how many
// could not be read to their end. It stops at use's first error.
func (c *common) observe(ctx context.Context, paths []string, use func(observe.Observation) error) (failed int, err error) {
	if len(paths) == 0 {
		return 0, nil
	}
	bar := c.startProgress(paths)
	defer bar.stop()
	captures, done := c.memory.Keep()
	defer done()
	if c.observesBehaviour() {
		captures -= min(captures/4, behaviour.HostBytes)
	}
	options := observe.Options{
		Engine: observe.Engine(c.engine), Vocabulary: c.names(), Workers: c.cores, Stdin: newInterruptible(ctx, c.std.in), Read: &bar.read,
		Memory: captures, Temp: c.temp, Behaviour: c.observesBehaviour(),
	}
	for seen := range observe.All(ctx, paths, options) {
		if ctx.Err() != nil && seen.Path != "-" { // a stream was ended, and counts
			return failed, ctx.Err()
		}
		bar.captured()
		c.seen.Add(seen.Stats)
		if err := problem(seen); err != nil {
			failed++
			bar.pause()
			c.warn(err)
		}
		if err := use(seen); err != nil {
			return failed, err
		}
		if c.verbose {
			bar.pause()
			c.say("%s: %s", terminal.Printable(seen.Path), contents(seen))
		}
	}
	bar.pause()
	c.sayOddities()
	if paths[len(paths)-1] == "-" {
		return failed, nil
	}
	return failed, ctx.Err()
}

// observesBehaviour reports whether behaviour is worth its time.
func (c *common) observesBehaviour() bool {
	return c.engine != string(observe.TShark) && (c.behaviour || c.mode() == feature.Behavioural)
}

// problem says what is wrong with a capture, and what was kept of it; nil is nothing.
func problem(seen observe.Observation) error {
	switch n := count(int(seen.Stats.Frames), "packet"); {
	case errors.Is(seen.Err, context.Canceled):
		return fmt.Errorf("capture %s: interrupted; %s until then count", seen.Path, n)
	case seen.Err != nil && seen.Stats.Frames == 0:
		return fmt.Errorf("capture %s: %w", seen.Path, seen.Err)
	case seen.Err != nil:
		return fmt.Errorf("capture %s: %w; %s before it count", seen.Path, seen.Err, n)
	case seen.Stats.Frames == 0:
		return fmt.Errorf("capture %s: no packets in it; was the right interface captured?", seen.Path)
	case seen.Stats.IP == 0:
		return fmt.Errorf("capture %s: no IP packets in it (%s%s); was the right interface captured?", seen.Path, n, outcomes(seen.Stats))
	}
	return nil
}

// outcomes says how many packets could not be decoded, and why.
func outcomes(s observe.Stats) (text string) {
	for outcome, n := range s.Outcomes {
		if o := packet.Outcome(outcome); n > 0 && o != packet.OK {
			text += fmt.Sprintf(", %d: %v", n, o)
		}
	}
	return text
}

// sayOddities says what was odd in the captures, if anything was.
func (c *common) sayOddities() {
	if odd := outcomes(c.seen); odd != "" {
		c.say("packets not decoded to the end%s", odd)
	}
	for what, n := range c.seen.Capture.Oddities() {
		c.say("%s: %d", what, n)
	}
	if c.seen.OddLines > 0 {
		c.say("lines of tshark that could not be read: %d", c.seen.OddLines)
	}
	if n := c.seen.Naming.Forgotten + c.seen.Naming.Starved; n > 0 && c.verbose {
		c.say("%s forgotten or read in part for want of room: names of their packets may be less exact", count(int(n), "conversation"))
	}
	if c.seen.LostAnswers > 0 {
		c.say("%s found no room, so flows with them were judged: allow more with --memory", count(int(c.seen.LostAnswers), "DNS answer"))
	}
}

// contents says what was in a capture.
func contents(seen observe.Observation) string {
	s := fmt.Sprintf("%d packets, %d flows", seen.Stats.Frames, seen.Table.Len())
	if n := seen.Table.Spilled(); n > 0 {
		s += fmt.Sprintf(" (%s of them on disk for a while)", size(n))
	}
	return s
}
