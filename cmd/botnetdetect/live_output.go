package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"botnetdetect/alert"
	"botnetdetect/live"
	"botnetdetect/report"
)

// announcer writes what an engine announces.
type announcer struct {
	logger   *slog.Logger
	mu       sync.Mutex // guards failing and lost
	verdicts *report.Verdicts
	buffer   *bytes.Buffer   // what verdicts are written to first, if they go to a file
	file     *alert.File     // where they are appended
	whole    io.WriteCloser  // or where those of a replay are written
	failing  map[string]bool // places that cannot be written at the moment
	lost     int             // records
	sinks    []*alert.Sink
}

// patience is how long peers may take for what waits for them when watching ends.
const patience = 5 * time.Second

// announce makes engine's announcements go where the flags say.
func (w *watching) announce(engine *live.Engine) (*announcer, error) {
	a := &announcer{logger: w.logger, failing: make(map[string]bool)}
	if err := w.openVerdicts(a); err != nil {
		return nil, err
	}
	for _, text := range w.alerts {
		s, err := alert.Open(text, alert.Options{Stdout: w.std.out, Note: a.reach})
		if err != nil {
			return nil, usage("--alert %v", err)
		}
		a.sinks = append(a.sinks, s)
	}
	engine.Subscribe(live.Handler{Verdict: a.verdict, Alert: a.alert})
	return a, nil
}

// openVerdicts opens --output.
func (w *watching) openVerdicts(a *announcer) (err error) {
	if w.output == "" {
		return nil
	}
	format, err := w.outputFormat()
	if err != nil {
		return err
	}
	var to io.Writer
	continued := false
	switch {
	case w.output == "stdout":
		to = w.std.out
	case w.from.replay != "":
		file, err := os.Create(w.output)
		if err != nil {
			return err
		}
		a.whole, to = file, file
	default:
		if a.file, err = alert.OpenFile(w.output); err != nil {
			return err
		}
		a.buffer = new(bytes.Buffer)
		to, continued = a.buffer, !a.file.Empty()
	}
	a.verdicts, err = report.NewLive(to, format, continued)
	return err
}

func (w *watching) outputFormat() (report.Format, error) {
	format := report.FormatOf(w.output)
	if w.output == "" {
		return format, nil
	}
	if w.format != "" {
		var err error
		if format, err = report.ParseFormat(w.format); err != nil {
			return "", usage("--format: %v", err)
		}
	}
	if format == report.JSON && w.from.replay == "" {
		return "", usage("a json file is one array, which ends only when watching ends: write jsonl")
	}
	return format, nil
}

// verdict writes one verdict, whole, at once.
func (a *announcer) verdict(v *live.Verdict) {
	if a.verdicts == nil {
		return
	}
	err := a.verdicts.WriteIn(&v.Verdict, report.Window{Start: v.Window.Start.UTC(), End: v.Window.End.UTC(), Change: v.Change.String()})
	if err == nil && a.whole == nil {
		err = a.flush()
	}
	a.note("output", err)
}

// flush hands on what has been written.
func (a *announcer) flush() error {
	if err := a.verdicts.Flush(); err != nil || a.buffer == nil || a.buffer.Len() == 0 {
		return err
	}
	err := a.file.Send(a.buffer.Bytes())
	a.buffer.Reset()
	return err
}

// reach logs that a peer cannot be reached or refuses records, and that it takes them again. It
// is called from other goroutines.
func (a *announcer) reach(place string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if failing := err != nil; failing != a.failing[place] {
		a.failing[place] = failing
		switch {
		case errors.Is(err, alert.ErrRefused):
			a.logger.Error("a place for alerts refuses records, which are lost", "place", place, "error", err)
		case failing:
			a.logger.Error("a place for alerts cannot be reached; they wait", "place", place, "error", err)
		default:
			a.logger.Info("a place for alerts takes them again", "place", place)
		}
	}
}

// note logs that a place cannot be written, once, and that it can be again.
func (a *announcer) note(place string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		a.lost++
	}
	if failing := err != nil; failing != a.failing[place] {
		a.failing[place] = failing
		if failing {
			a.logger.Error("cannot write; what is not written is lost until it can", "to", place, "error", err)
		} else {
			a.logger.Info("can be written again", "to", place, "lost", a.lost)
		}
	}
}

// alert logs an alert.
func (a *announcer) alert(x *live.Alert) {
	a.logger.Warn("alert", "change", x.Change.String(), "host", x.Host.String(), "id", x.ID, "verdict", x.State.String(),
		"botnet_peers", x.BotnetPeers, "evidence", x.Evidence, "score", x.Score)
	for _, s := range a.sinks {
		if s.Waits() {
			_ = s.Send(x) // what happens to it, reach is told
		} else {
			a.note(s.Place(), s.Send(x))
		}
	}
}

// reopen opens files again by their names.
func (a *announcer) reopen() (err error) {
	if a.file != nil {
		err = a.file.Reopen()
	}
	for _, s := range a.sinks {
		err = errors.Join(err, s.Reopen())
	}
	return err
}

// close ends all outputs.
func (a *announcer) close() (err error) {
	if a.verdicts != nil {
		err = a.verdicts.Close()
	}
	if a.whole != nil {
		err = errors.Join(err, a.whole.Close())
	}
	if a.file != nil {
		err = errors.Join(err, a.flush(), a.file.Close())
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, s := range a.sinks {
		err = errors.Join(err, s.Close(ctx))
		if n := s.Counts().Lost; n > 0 {
			a.logger.Error("records of alerts were lost", "place", s.Place(), "records", n)
		}
	}
	return err
}
