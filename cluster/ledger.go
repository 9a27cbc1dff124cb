package cluster

import "slices"

// Ledger says which batches of a part of a capture are stored, and where: what it does not
// name has not happened. Whoever adds to it writes it only if nobody else has meanwhile, so
// a batch that comes twice, or to two reducers, counts once. It is kept as JSON.
type Ledger struct {
	Path     string    `json:"path"`
	Part     int       `json:"part"`
	Parts    int       `json:"parts"`
	Attempts []Attempt `json:"attempts"`
}

// Attempt is one worker's try at the part, as far as it came. Where two workers tried, the
// first that came to the end counts and the other is dropped: their batches need not have
// been cut alike.
type Attempt struct {
	Name   string  `json:"name"`
	Spans  []Span  `json:"spans"`           // of batches that are stored, rising
	Total  int     `json:"total,omitempty"` // batches; 0 while not known
	Tables []Blob  `json:"tables"`          // their flows
	Last   *Report `json:"last,omitempty"`
}

// Span is the batches From to To-1.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

const maxAttempts = 4096

// readLedger reads a ledger and checks it.
func readLedger(data []byte) (l Ledger, err error) {
	if err := decode("ledger", data, maxPayload, &l); err != nil {
		return l, err
	}
	return l, l.check()
}

func (l *Ledger) check() error {
	if l.Parts < 1 || l.Parts > maxParts || l.Part < 0 || l.Part >= l.Parts || len(l.Attempts) > maxAttempts {
		return malformed("ledger", "%d attempts at part %d of %d", len(l.Attempts), l.Part, l.Parts)
	}
	for i := range l.Attempts {
		if err := l.Attempts[i].check(); err != nil {
			return err
		}
	}
	return checkPath(l.Path)
}

func (a *Attempt) check() error {
	end := -1
	for _, s := range a.Spans {
		if s.From <= end || s.To <= s.From || s.To > maxSeq {
			return malformed("ledger", "batches %v of an attempt", a.Spans)
		}
		end = s.To
	}
	if !attemptName.MatchString(a.Name) || a.Total < 0 || a.Total > maxSeq || a.Total > 0 && a.Last == nil {
		return malformed("ledger", "attempt %.40q of %d batches", a.Name, a.Total)
	}
	for i := range a.Tables {
		if err := a.Tables[i].check(); err != nil {
			return err
		}
	}
	if a.Last == nil {
		return nil
	}
	return a.Last.check()
}

// fits reports whether a batch speaks of the same part of the same capture.
func (l *Ledger) fits(b *Batch) bool {
	return l.Path == b.Path && l.Part == b.Part && l.Parts == b.Parts
}

// wants reports whether a batch is news: not stored yet, and no attempt has come to the end.
func (l *Ledger) wants(b *Batch) bool {
	if l.winner() != nil {
		return false
	}
	a := l.attempt(b.Attempt)
	return a == nil || !a.has(b.Seq)
}

// add notes that batches of one attempt are stored in a table.
func (l *Ledger) add(batches []Batch, table Blob) {
	first := &batches[0]
	a := l.attempt(first.Attempt)
	if a == nil {
		l.Attempts = append(l.Attempts, Attempt{Name: first.Attempt})
		a = &l.Attempts[len(l.Attempts)-1]
	}
	for i := range batches {
		b := &batches[i]
		a.Spans = addSpan(a.Spans, b.Seq)
		if b.Last != nil {
			a.Total, a.Last = b.Seq+1, b.Last
		}
	}
	if table.Size > 0 {
		a.Tables = append(a.Tables, table)
	}
}

func (l *Ledger) attempt(name string) *Attempt {
	for i := range l.Attempts {
		if a := &l.Attempts[i]; a.Name == name {
			return a
		}
	}
	return nil
}

// winner returns the attempt that came to the end, nil if none has.
func (l *Ledger) winner() *Attempt {
	for i := range l.Attempts {
		if a := &l.Attempts[i]; a.whole() {
			return a
		}
	}
	return nil
}

// inline returns how many bytes of tables are in the ledger itself.
func (l *Ledger) inline() (bytes int) {
	for i := range l.Attempts {
		for _, t := range l.Attempts[i].Tables {
			bytes += len(t.Inline)
		}
	}
	return bytes
}

func (a *Attempt) whole() bool {
	return a.Total > 0 && len(a.Spans) == 1 && a.Spans[0] == Span{0, a.Total}
}

func (a *Attempt) has(seq int) bool {
	return slices.ContainsFunc(a.Spans, func(s Span) bool { return s.From <= seq && seq < s.To })
}

// addSpan adds a number to spans, which stay apart and rising.
func addSpan(spans []Span, seq int) []Span {
	at, _ := slices.BinarySearchFunc(spans, seq, func(s Span, seq int) int { return s.To - seq })
	// spans before at end before seq
	switch {
	case at < len(spans) && spans[at].To == seq:
		spans[at].To++
	case at < len(spans) && spans[at].From <= seq+1 && seq < spans[at].To:
		spans[at].From = min(spans[at].From, seq)
		return spans
	default:
		return slices.Insert(spans, at, Span{seq, seq + 1})
	}
	if at+1 < len(spans) && spans[at+1].From == seq+1 {
		spans[at].To = spans[at+1].To
		spans = slices.Delete(spans, at+1, at+2)
	}
	return spans
}
