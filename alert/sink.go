package alert

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"

	"botnetdetect/live"
)

// Sink is where alerts go, in one format. Any goroutine may use it.
type Sink struct {
	format Format
	place  string
	write  func([]byte) error // to a file or a stream
	file   *File              // nil if it goes elsewhere
	queue  *queue             // to a peer, or to a file proper while its disk is full; else nil

	mu     sync.Mutex
	counts Counts
}

// Options say how to open a Sink. The zero Options will do.
type Options struct {
	Stdout io.Writer           // what the place "stdout" is
	Note   func(string, error) // is told of each failure to reach a place, and of nil when it is reached; from another goroutine; may be nil
}

// Open opens what text names: a format, a colon, and a place, which is a file, stdout, an
// http or https address, "syslog:", "syslog://host:port" or "syslog+tcp://host:port".
func Open(text string, o Options) (*Sink, error) {
	name, place, ok := strings.Cut(text, ":")
	if !ok || place == "" {
		return nil, fmt.Errorf("%q: want FORMAT:PLACE, such as eve:/var/log/eve.json", text)
	}
	format, err := ParseFormat(name)
	if err != nil {
		return nil, err
	}
	s := &Sink{format: format, place: shown(place)}
	note := func(err error) {
		if o.Note != nil {
			o.Note(s.place, err)
		}
	}
	return s, s.open(place, o, note)
}

// shown is a place without the secrets that an address may have.
func shown(place string) string {
	if u, err := url.Parse(place); err == nil && u.Host != "" {
		return u.Scheme + "://" + u.Host
	}
	return place
}

func (s *Sink) open(place string, o Options, note func(error)) error {
	switch {
	case s.format == Zeek && (isURL(place) || strings.HasPrefix(place, "syslog")):
		return errors.New("zeek: a log is a file; want zeek:FILE")
	case isURL(place):
		s.queue = newQueue(webhook(place), firstPause, note)
	case strings.HasPrefix(place, "syslog:"), strings.HasPrefix(place, "syslog+tcp:"):
		peer, err := newSyslogger(place)
		if err != nil {
			return err
		}
		s.queue = newQueue(peer.send, firstPause, note)
	case place == "stdout":
		s.write = func(record []byte) error { _, err := o.Stdout.Write(record); return err }
		return s.header()
	default:
		file, err := OpenFile(place)
		if err != nil {
			return err
		}
		s.file, s.write = file, file.Send
		if err := s.header(); err != nil {
			return errors.Join(err, file.Close())
		}
		if file.regular() {
			s.queue = newQueue(func(_ context.Context, record []byte) error { return file.Send(record) }, firstPause, note)
		}
	}
	return nil
}

func isURL(place string) bool {
	return strings.HasPrefix(place, "http://") || strings.HasPrefix(place, "https://")
}

// header writes what stands before the first record.
func (s *Sink) header() error {
	text := s.format.Header()
	if text == "" || s.file != nil && !s.file.Empty() {
		return nil
	}
	return s.write([]byte(text))
}

// Place returns where alerts go, without secrets.
func (s *Sink) Place() string { return s.place }

// Waits reports whether alerts wait for their place where it cannot take them: for a peer, or a file proper.
func (s *Sink) Waits() bool { return s.queue != nil }

// Send writes a to a file or a stream, or queues it for a peer or for when there is room on the disk; it never waits
// for them. After an error the alert counts as lost.
func (s *Sink) Send(a *live.Alert) error {
	records, err := s.format.Records(a)
	for _, r := range records {
		switch {
		case s.queue == nil:
			err = errors.Join(err, s.append(r))
		case s.file != nil:
			s.queue.now(r)
		default:
			s.queue.add(r)
		}
	}
	return err
}

func (s *Sink) append(record []byte) error {
	err := s.write(record)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.counts.Sent++
	} else {
		s.counts.Lost++
		s.counts.Failed++
	}
	return err
}

// Counts returns what was counted so far.
func (s *Sink) Counts() Counts {
	if s.queue != nil {
		return s.queue.count()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts
}

// Reopen opens a file by its name again, after it has been moved away.
func (s *Sink) Reopen() error {
	if s.file == nil {
		return nil
	}
	if err := s.file.Reopen(); err != nil {
		return err
	}
	return s.header()
}

// Close ends the sink. It waits for a peer, or a disk, until ctx is done; what is left then is lost.
func (s *Sink) Close(ctx context.Context) error {
	if s.queue != nil {
		s.queue.close(ctx)
	}
	if s.file != nil {
		return s.file.Close()
	}
	return nil
}
