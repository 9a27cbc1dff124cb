package report

import "time"

// span is the time from a first to a last packet, ns since the epoch; empty until it
// is widened.
type span struct {
	first, last int64
	known       bool
}

func (s *span) widen(first, last int64) {
	if !s.known {
		*s = span{first, last, true}
		return
	}
	s.first, s.last = min(s.first, first), max(s.last, last)
}

func (s *span) join(o span) {
	if o.known {
		s.widen(o.first, o.last)
	}
}

// times is a span as JSON; both are "" if it is empty.
type times struct {
	First string `json:"first,omitempty"`
	Last  string `json:"last,omitempty"`
}

func (s *span) times() times {
	if !s.known {
		return times{}
	}
	return times{stampOf(s.first), stampOf(s.last)}
}

// stampOf writes a time in ns since the epoch.
func stampOf(ns int64) string { return stamp(time.Unix(0, ns).UTC()) }
