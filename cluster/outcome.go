package cluster

import (
	"errors"
	"fmt"
	"time"

	"botnetdetect/detect"
	"botnetdetect/packet"
)

// Outcome says that a capture is done, and how it went. The first one that is kept counts.
// It is kept as JSON; the verdicts are kept beside it.
type Outcome struct {
	Capture  int       `json:"capture"`
	Path     string    `json:"path"`
	Bytes    int64     `json:"bytes"` // the capture's size; -1 if not known
	Frames   int64     `json:"frames"`
	IP       int64     `json:"ip"` // of them between IP addresses
	Flows    int       `json:"flows"`
	P2P      int       `json:"p2p"`
	Botnet   int       `json:"botnet"`
	Err      string    `json:"error,omitempty"` // why it was not read to its end
	GivenUp  bool      `json:"given_up"`        // it was not read at all, after so many tries
	Tries    int       `json:"tries"`           // the most that one of its tasks took
	Workers  []string  `json:"workers"`         // who observed and judged it
	Model    string    `json:"model,omitempty"` // SHA-256 of the model that judged it
	Finished time.Time `json:"finished"`
}

const maxOutcome = 1 << 20 // bytes of its JSON

// readOutcome reads an outcome and checks it.
func readOutcome(data []byte) (o Outcome, err error) {
	if err := decode("outcome", data, maxOutcome, &o); err != nil {
		return o, err
	}
	switch {
	case o.Capture < 0 || o.Capture >= maxCaptures:
		return o, malformed("outcome", "capture %d", o.Capture)
	case o.Bytes < -1 || o.Frames < 0 || o.IP < 0 || o.IP > o.Frames || o.Flows < 0 || o.P2P < 0 || o.Botnet < 0 || o.Tries < 0:
		return o, malformed("outcome", "negative counts of capture %d", o.Capture)
	case len(o.Err) > maxText || len(o.Model) > maxText || len(o.Workers) > maxParts+1:
		return o, malformed("outcome", "too long a text for capture %d", o.Capture)
	}
	return o, checkPath(o.Path)
}

// summary is a detect.Summary that JSON can hold.
type summary struct {
	detect.Summary
	Involved map[string]int // takes the place of Summary's in JSON
}

const maxSummary = 16 << 20 // bytes of its JSON: detect.MaxInvolved endpoints take 8 MB

func summaryOf(s *detect.Summary) summary {
	out := summary{Summary: *s, Involved: make(map[string]int, len(s.Involved))}
	for e, n := range s.Involved {
		out.Involved[e.String()] = n
	}
	return out
}

// addTo adds s to a sum, and refuses what cannot be.
func (s *summary) addTo(sum *detect.Summary) error {
	if s.Captures < 0 || s.Failed < 0 || s.Flows < 0 || s.P2P < 0 || s.Botnet < 0 || len(s.Involved) > detect.MaxInvolved {
		return malformed("summary", "%d captures, %d flows, %d endpoints", s.Captures, s.Flows, len(s.Involved))
	}
	one := s.Summary
	one.Involved = make(map[packet.Endpoint]int, len(s.Involved))
	for text, n := range s.Involved {
		e, err := packet.Parse(text)
		if err != nil || n < 1 || n > s.Botnet {
			return malformed("summary", "endpoint %.60q in %d flows", text, n)
		}
		one.Involved[e] = n
	}
	sum.Add(&one)
	return nil
}

// Verdicts are the verdicts on a capture and what they sum up to. It is kept as JSON.
type Verdicts struct {
	Summary Blob `json:"summary"` // a summary as JSON
	Text    Blob `json:"text"`    // what report.Verdicts wrote
}

func readVerdicts(data []byte) (v Verdicts, err error) {
	if err := decode("verdicts", data, maxPayload, &v); err != nil {
		return v, err
	}
	return v, errors.Join(v.Summary.check(), v.Text.check())
}

// Problem says what is wrong with the capture, and what was kept of it; "" is nothing.
func (o *Outcome) Problem() string {
	switch {
	case o.GivenUp:
		return "given up: " + o.Err
	case o.Err != "" && o.Frames == 0:
		return o.Err
	case o.Err != "":
		return fmt.Sprintf("%s; %d packets before it count", o.Err, o.Frames)
	case o.Frames == 0:
		return "no packets in it; was the right interface captured?"
	case o.IP == 0:
		return fmt.Sprintf("no IP packets in it (%d packets); was the right interface captured?", o.Frames)
	}
	return ""
}
