package alert

import (
	"encoding/json"
	"fmt"
	"time"

	"botnetdetect/live"
	"botnetdetect/reason"
)

// Format is how an alert is written.
type Format string

// The formats. docs/format/alerts.md describes them.
const (
	JSONLines Format = "jsonl" // an object a line, with all that is known
	EVE       Format = "eve"   // Suricata's: an event a botnet flow
	Zeek      Format = "zeek"  // tab-separated, with a header
	ECS       Format = "ecs"   // Elastic Common Schema
)

// ParseFormat reads a format's name.
func ParseFormat(s string) (Format, error) {
	switch f := Format(s); f {
	case JSONLines, EVE, Zeek, ECS:
		return f, nil
	}
	return "", fmt.Errorf("no alert format is called %q: want jsonl, eve, zeek or ecs", s)
}

// Header returns what stands before the first record of a file; mostly nothing.
func (f Format) Header() string {
	if f == Zeek {
		return zeekHeader()
	}
	return ""
}

// Records returns a as records, each of which ends with a line's end: one, but in EVE one
// for each of its flows.
func (f Format) Records(a *live.Alert) ([][]byte, error) {
	var objects []any
	switch f {
	case EVE:
		objects = eveEvents(a)
	case Zeek:
		return [][]byte{zeekLine(a)}, nil
	case ECS:
		objects = []any{ecsOf(a)}
	default:
		objects = []any{objectOf(a)}
	}
	records := make([][]byte, 0, len(objects))
	for _, o := range objects {
		text, err := json.Marshal(o)
		if err != nil {
			return nil, fmt.Errorf("cannot write alert %s: %w", a.ID, err)
		}
		records = append(records, append(text, '\n'))
	}
	return records, nil
}

// object is an alert as JSON.
type object struct {
	ID       string     `json:"id"`
	Time     string     `json:"time"`
	Change   string     `json:"change"`
	Host     string     `json:"host"`
	Verdict  string     `json:"verdict"`
	Score    float64    `json:"score"`
	Evidence float64    `json:"evidence"`
	Flows    int        `json:"flows"`
	Botnet   int        `json:"botnet_flows"`
	Peers    int        `json:"peers"`
	BotPeers int        `json:"botnet_peers"`
	Packets  uint64     `json:"packets"`
	Bytes    uint64     `json:"bytes"`
	First    string     `json:"first"`
	Last     string     `json:"last"`
	Window   window     `json:"window"`
	Model    modelID    `json:"model"`
	Because  []evidence `json:"because"`
}

type window struct {
	Start   string  `json:"start"`
	End     string  `json:"end"`
	Seconds float64 `json:"seconds"`
}

type modelID struct {
	Origin    string  `json:"origin"`
	Digest    string  `json:"digest"`
	Mode      string  `json:"mode"`
	Threshold float64 `json:"threshold"`
}

type evidence struct {
	Src          string         `json:"src"`
	Dst          string         `json:"dst"`
	Verdict      string         `json:"verdict"`
	Score        float64        `json:"score"`
	Packets      uint64         `json:"packets"`
	Bytes        uint64         `json:"bytes"`
	First        string         `json:"first"`
	Last         string         `json:"last"`
	Duration     float64        `json:"duration"`
	Protocols    []string       `json:"protocols"`
	Summary      string         `json:"summary"`
	Reasons      []reasonObject `json:"reasons"`
	CommunityIDs []string       `json:"community_ids"`
}

type reasonObject struct {
	Text string  `json:"text"`
	Odds string  `json:"odds"`
	Push float64 `json:"push"`
}

func objectOf(a *live.Alert) object {
	o := object{
		ID: a.ID, Time: stamp(a.Time), Change: a.Change.String(), Host: a.Host.String(), Verdict: a.State.String(),
		Score: a.Score, Evidence: a.Evidence, Flows: a.HostState.Flows, Botnet: a.BotnetFlows, Peers: a.Peers, BotPeers: a.BotnetPeers,
		Packets: a.Packets, Bytes: a.Bytes, First: stamp(a.First), Last: stamp(a.Last),
		Window:  window{stamp(a.Window.Start), stamp(a.Window.End), a.Window.Span.Seconds()},
		Model:   modelID{a.Model.Origin, a.Model.Digest, a.Model.Mode, a.Model.Threshold},
		Because: []evidence{},
	}
	for i := range a.Flows {
		o.Because = append(o.Because, evidenceOf(&a.Flows[i]))
	}
	return o
}

func evidenceOf(v *live.Evidence) evidence {
	return evidence{
		Src: v.Src.String(), Dst: v.Dst.String(), Verdict: v.Text(), Score: v.Score, Packets: v.Packets, Bytes: v.Bytes,
		First: stamp(v.First), Last: stamp(v.Last), Duration: v.Duration.Seconds(), Protocols: orEmpty(v.Protocols),
		Summary: v.Summary, Reasons: reasonsOf(v.Reasons), CommunityIDs: orEmpty(v.CommunityIDs),
	}
}

func reasonsOf(reasons []reason.Reason) []reasonObject {
	list := make([]reasonObject, 0, len(reasons))
	for _, r := range reasons {
		list = append(list, reasonObject{r.Text, r.Odds(), r.Push})
	}
	return list
}

// orEmpty makes a missing list an empty one, as in JSON they differ.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// stamp writes a time in UTC with all that is known of it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// message says an alert in a sentence.
func message(a *live.Alert) string {
	switch a.Change {
	case live.Withdrawn, live.Expired:
		return fmt.Sprintf("%v no longer takes part in peer-to-peer botnet traffic (%v)", a.Host, a.Change)
	}
	peers := "peers"
	if a.BotnetPeers == 1 {
		peers = "peer"
	}
	return fmt.Sprintf("%v takes part in peer-to-peer botnet traffic with %d %s", a.Host, a.BotnetPeers, peers)
}
