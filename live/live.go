// Package live watches a link: packets in, windows of flows, verdicts and alerts out.
//
//	engine, err := live.New(live.Config{Vocabulary: v}, live.Judge{Model: m, Origin: "built in"})
//	engine.Subscribe(live.Handler{Alert: func(a *live.Alert) { ... }})
//	err = engine.Run(ctx, source) // until ctx is done or the source ends
//
// A Source hands out frames in one or several Lanes, one goroutine each:
//
//	lane ─frames→ decode, name, add → flows of a second ┐  merged   ┌ what changed ─→ Verdict, Alert
//	lane ─frames→ decode, name, add → flows of a second ┴→ windows ─┴ every slide ──→ Slide
//
// Windows are rings of flow tables: the short one slides by a minute, the long one by
// more. Twice a second, flows that got packets are judged by what the windows hold of
// them, so a verdict comes soon after the packet that completes the evidence: docs/live.md
// has how soon, by flows in a window.
// Whenever a window slides, all of it is judged as detect judges a capture; so a window
// that covers a capture gives the verdicts that predict gives.
//
// Memory has a ceiling: flows of which least is known go first, and are counted. The
// clock is the system's, but in a replay the packets'.
package live

import (
	"time"

	"botnetdetect/detect"
	"botnetdetect/packet"
	"botnetdetect/reason"
)

// Window is the stretch of time whose packets a verdict rests on.
type Window struct {
	Start time.Time     // of the first packets that may be in it
	End   time.Time     // when it was judged; later packets are not in it
	Span  time.Duration // how long the window is when it is full: Config.Window or Config.Long
}

// State is how far judgement of a flow or a host has come.
type State uint8

// The states. The zero State is Insufficient.
const (
	Insufficient State = iota // fewer packets or peers than Config.Enough asks for
	Benign
	Botnet
)

// String returns "Insufficient", "Benign" or "Botnet".
func (s State) String() string {
	return [...]string{"Insufficient", "Benign", "Botnet"}[min(s, Botnet)]
}

// Change says why something is announced.
type Change uint8

// The reasons to announce. What has not changed is not announced again.
const (
	Fresh     Change = iota // the first verdict
	Revised                 // another verdict, or (of an alert) clearly more evidence
	Withdrawn               // no verdict any more: a DNS answer or the allow-list named an endpoint
	Expired                 // the last packets that it rested on have left the windows, or there was no more room for it
	Last                    // watching ends, and more was seen since the last announcement
)

// String returns "new", "revised", "withdrawn", "expired" or "last".
func (c Change) String() string {
	return [...]string{"new", "revised", "withdrawn", "expired", "last"}[min(c, Last)]
}

// Verdict is the verdict on one flow, announced when it is first given, when it changes,
// and when watching ends.
type Verdict struct {
	detect.Verdict // as predict gives it for the window's packets; Flow is valid until the handler returns
	Window         Window
	Change         Change
}

// Alert says of one host that it takes part in botnet traffic. It is announced once, and
// then as often as it changes: ID stays the same.
type Alert struct {
	ID     string // 16 hexadecimal digits, of the host and when it was first announced
	Time   time.Time
	Change Change // Fresh, Revised (more evidence), Withdrawn, Expired, Last
	HostState
	Window  Window
	Model   ModelID
	Flows   []Evidence    // the strongest botnet flows, at most MaxEvidence; none if withdrawn or expired
	Latency time.Duration // from the packet that completed the evidence until now; 0 in a replay
}

// MaxEvidence bounds the flows that an alert lists, MaxReasons the reasons of each, and
// MaxTuples their Community IDs.
const (
	MaxEvidence = 16
	MaxReasons  = 8
	MaxTuples   = 16
)

// Evidence is one botnet flow of an alert's host.
type Evidence struct {
	detect.Verdict // its Flow is not kept
	Peer           packet.Endpoint
	Summary        string          // the flow in a sentence, as in report
	Reasons        []reason.Reason // strongest first
	CommunityIDs   []string        // version 1, of the 5-tuples seen last: those of Tuples
	Tuples         []Tuple         // at most MaxTuples, the latest first
}

// Tuple is a 5-tuple of a flow, from its Src to its Dst; there and back are one tuple.
type Tuple struct {
	SrcPort, DstPort uint16 // of ICMP, type and code
	Protocol         uint8  // IP protocol number
	CommunityID      string
}

// ModelID says which model judged.
type ModelID struct {
	Origin    string  // where it was found: a path, or "built-in model"
	Digest    string  // SHA-256 of its file form, the first 16 hexadecimal digits
	Mode      string  // of its features: aware or agnostic
	Threshold float64 // scores from here on are Botnet
}

// HostState is what a window says of one endpoint.
type HostState struct {
	Host        packet.Endpoint
	State       State
	Score       float64 // highest of its flows, 0 to 1
	Evidence    float64 // sum of the scores of its botnet flows: hosts are ranked by it
	Flows       int     // judged flows in the window
	BotnetFlows int     // of them, those judged Botnet
	Peers       int     // distinct peers: as many as flows, as a flow is all between two endpoints
	BotnetPeers int     // distinct peers of botnet flows
	Packets     uint64
	Bytes       uint64 // on the wire
	First, Last time.Time
}

// Slide is the whole of a window, judged when it slid.
type Slide struct {
	Window       Window
	Model        ModelID
	Flows        int         // in the window, resolved or not
	P2P          int         // of them, those that were judged
	Allowed      int         // of them, those left alone because of the allow-list
	Insufficient int         // of the judged, those with fewer packets than Enough asks for
	Botnet       int         // of the judged, those with verdict Botnet and enough packets
	Hosts        []HostState // with botnet flows first, most evidence first; at most Config.Hosts
	Took         time.Duration
}

// Handler is called with what comes out of an engine, from one goroutine, one call at a
// time: it must not block, for then judging waits (packets do not). What it is given is
// valid until it returns, unless its fields say otherwise. Each func may be nil.
type Handler struct {
	Verdict func(*Verdict)
	Alert   func(*Alert)
	Slide   func(*Slide) // of the short window, each time it slides
}
