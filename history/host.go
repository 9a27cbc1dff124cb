package history

import (
	"cmp"
	"slices"
	"time"
)

// Key names a host. The hosts of different sources are different ones, as every network
// has its own 10.0.0.1.
type Key struct {
	Source string // an interface, or a capture
	Host   string // an endpoint as text
}

// Verdict is what was judged of a host.
type Verdict string

// The verdicts.
const (
	Botnet Verdict = "Botnet"
	Benign Verdict = "Benign"
	Unsure Verdict = "too little evidence"
)

// Judgement is what one window, or one capture, said of a host.
type Judgement struct {
	Time        time.Time `json:"time"` // of the end of the window
	Verdict     Verdict   `json:"verdict"`
	Score       float64   `json:"score"`    // 0 to 1
	Evidence    float64   `json:"evidence"` // what hosts are ranked by, 0 or above
	Flows       int       `json:"flows"`    // judged
	Botnet      int       `json:"botnet"`   // of them, those with verdict Botnet
	Silent      int       `json:"silent"`   // flows in which the peer sent nothing
	Peers       int       `json:"peers"`
	BotnetPeers int       `json:"botnet_peers"` // distinct peers of botnet flows
	Packets     uint64    `json:"packets"`
	Bytes       uint64    `json:"bytes"` // on the wire
}

// worse reports whether j weighs more against its host than o does. Of equals, the later.
func (j *Judgement) worse(o *Judgement) bool {
	return cmp.Or(
		cmp.Compare(rank(j.Verdict), rank(o.Verdict)),
		cmp.Compare(j.Evidence, o.Evidence),
		cmp.Compare(j.Score, o.Score),
		j.Time.Compare(o.Time),
	) > 0
}

func rank(v Verdict) int {
	if v == Botnet {
		return 1
	}
	return 0
}

// Sighting is a judgement with what it rests on.
type Sighting struct {
	Key
	Judgement
	First, Last time.Time // packets of the host in the window
	Summary     string    // the reasons in one sentence
	Base        float64   // log-odds from which reasons push
	Reasons     []Reason  // strongest first
	Contacts    []Peer    // most telling first
}

// Reason is one thing that the model saw, and what it does to the odds.
type Reason struct {
	Text string  `json:"text"`
	Push float64 `json:"push"` // log-odds, above 0 towards botnet
}

// Peer is an endpoint that a host spoke with.
type Peer struct {
	Name      string    `json:"name"`
	Botnet    bool      `json:"botnet"` // in a flow that was ever judged so
	Score     float64   `json:"score"`  // highest
	Silent    bool      `json:"silent"` // one side sent nothing, ever
	Packets   uint64    `json:"packets"`
	Bytes     uint64    `json:"bytes"`
	Protocols string    `json:"protocols"` // names between spaces
	First     time.Time `json:"first"`
	Last      time.Time `json:"last"`
}

// Host is what is known of a host at a glance.
type Host struct {
	Key    `json:"-"`
	First  time.Time `json:"first"` // packet
	Last   time.Time `json:"last"`  // packet
	Seen   int       `json:"seen"`  // sightings
	Latest Judgement `json:"latest"`
	Worst  Judgement `json:"worst"`
	Triage Triage    `json:"triage"`
}

// mostLate is how much older than the latest a sighting may be that comes after it. One that is
// older still is the latest all the same: the calendar has been set back.
const mostLate = 10 * time.Minute

// see adds a sighting.
func (h *Host) see(s *Sighting) {
	back := s.Time.Before(h.Latest.Time.Add(-mostLate))
	if h.Seen == 0 || s.First.Before(h.First) {
		h.First = s.First
	}
	if s.Last.After(h.Last) || back {
		h.Last = s.Last
	}
	if h.Seen == 0 || !s.Time.Before(h.Latest.Time) || back {
		h.Latest = s.Judgement
	}
	if h.Seen == 0 || s.Judgement.worse(&h.Worst) {
		h.Worst = s.Judgement
	}
	h.Seen++
}

// Triage is what people made of a host.
type Triage struct {
	State State    `json:"state,omitempty"`
	Note  string   `json:"note,omitempty"`
	Log   []Action `json:"log,omitempty"` // latest last, at most maxLog
}

// State says whether a host still wants attention.
type State string

// The states.
const (
	Open         State = ""             // nobody has looked yet
	Acknowledged State = "acknowledged" // somebody has
	Allowed      State = "allowed"      // known to be harmless: no alert, whatever the verdict
)

// Valid reports whether s is one of the states.
func (s State) Valid() bool { return s == Open || s == Acknowledged || s == Allowed }

// Action is a change of a triage.
type Action struct {
	Time  time.Time `json:"time"`
	State State     `json:"state"`
	Note  string    `json:"note,omitempty"`
}

const (
	maxLog = 32
	// MaxNote bounds a note, in bytes.
	MaxNote = 4096
)

// untouched reports whether nobody ever changed the triage.
func (t *Triage) untouched() bool { return len(t.Log) == 0 }

func (t *Triage) apply(a Action) {
	t.State, t.Note = a.State, a.Note
	t.Log = append(slices.Clone(t.Log), a)
	t.Log = t.Log[max(0, len(t.Log)-maxLog):]
}

// Order compares hosts as they are listed: those judged Botnet first, then by evidence,
// by score, the latest seen first, and last by name.
func Order(a, b *Host) int {
	return cmp.Or(
		cmp.Compare(rank(b.Worst.Verdict), rank(a.Worst.Verdict)),
		cmp.Compare(b.Worst.Evidence, a.Worst.Evidence),
		cmp.Compare(b.Worst.Score, a.Worst.Score),
		b.Last.Compare(a.Last),
		cmp.Compare(a.Source, b.Source),
		cmp.Compare(a.Host, b.Host),
	)
}
