package report

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"

	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/model"
	"botnetdetect/packet"
	"botnetdetect/reason"
)

// summaryJSON is what page and data have in common. docs/report.md describes it.
type summaryJSON struct {
	Report   string         `json:"report"`  // "captures"
	Version  int            `json:"version"` // of this format
	Tool     string         `json:"tool"`
	Time     string         `json:"time"`
	Totals   totalsJSON     `json:"totals"`
	Captures []captureJSON  `json:"captures"`
	Unjudged []unjudgedJSON `json:"unjudged"`
	Caution  cautionJSON    `json:"caution"`
	Activity timeline       `json:"activity"`
	Model    modelJSON      `json:"model"`
	LeftOut  leftOutJSON    `json:"left_out"`
	Hosts    []hostJSON     `json:"hosts"`
}

// reportVersion grows with every change that readers of the data could trip over.
const reportVersion = 1

type totalsJSON struct {
	Captures int   `json:"captures"`
	Failed   int   `json:"failed"` // captures not read to their end
	Packets  int64 `json:"packets"`
	Bytes    int64 `json:"bytes"` // on the wire
	Flows    int   `json:"flows"` // pairs of endpoints
	Judged   int   `json:"judged"`
	Botnet   int   `json:"botnet"`
	Hosts    int   `json:"hosts"`    // endpoints of judged flows
	Involved int   `json:"involved"` // endpoints of botnet flows
	// Hosts by their gravest verdicts; absent but in mode behaviour.
	BotnetHosts    int `json:"botnet_hosts,omitempty"`
	BenignHosts    int `json:"benign_hosts,omitempty"`
	TooLittleHosts int `json:"too_little_evidence,omitempty"`
	times
}

type captureJSON struct {
	Path    string `json:"path"`
	Packets int64  `json:"packets"`
	Bytes   int64  `json:"bytes"`
	Flows   int    `json:"flows"`
	Judged  int    `json:"judged"`
	Botnet  int    `json:"botnet"`
	Error   string `json:"error,omitempty"` // why it was not read to its end
	times
}

// unjudgedJSON counts what got no verdict for one reason. Flows is 0 where packets
// never came to belong to a flow.
type unjudgedJSON struct {
	Why     string `json:"why"`
	Flows   uint64 `json:"flows"`
	Packets uint64 `json:"packets"`
}

// cautionJSON counts what was judged, but deserves less trust.
type cautionJSON struct {
	SinglePacket int   `json:"single_packet"` // judged flows of one packet
	MAC          int   `json:"mac"`           // judged flows between MAC addresses
	CutHeaders   int64 `json:"cut_headers"`   // packets with headers cut by the snap length
	BadHeaders   int64 `json:"bad_headers"`   // packets with malformed headers
	BadTimes     int64 `json:"bad_times"`     // packets without a time of their own, or with one that cannot be
	LostAnswers  int64 `json:"lost_answers"`  // resolved addresses that memory had no room for; their flows were judged
}

// modelJSON is a model's card.
type modelJSON struct {
	Origin    string         `json:"origin"`
	Mode      feature.Mode   `json:"mode"`
	Threshold float64        `json:"threshold"`
	Prior     float64        `json:"prior,omitempty"` // share of botnet at which scores are probabilities
	Trees     int            `json:"trees"`
	Features  int            `json:"features"`
	Training  model.Training `json:"training"`
	// Importance lists the features that matter most, the first most.
	Importance []importanceJSON `json:"importance"`
	Worth      *worthJSON       `json:"worth"` // null: it was not evaluated
}

type importanceJSON struct {
	Name  string  `json:"name"`  // in words
	Share float64 `json:"share"` // of what all splits won in training
}

// importancesShown is how many features a model's card lists.
const importancesShown = 12

// leftOutJSON counts what Limits left out.
type leftOutJSON struct {
	Flows   int `json:"flows"`
	Hosts   int `json:"hosts"`
	Reasons int `json:"reasons"` // listed flows without reasons
	Pairs   int `json:"pairs"`   // of which no note was kept: their peers count once a capture
}

type hostJSON struct {
	Host        string  `json:"host"`
	Evidence    float64 `json:"evidence"` // sum of the scores of its botnet flows
	Score       float64 `json:"score"`    // highest of its flows
	Flows       int     `json:"flows"`
	Botnet      int     `json:"botnet"`
	Peers       int     `json:"peers"`
	BotnetPeers int     `json:"botnet_peers"`
	Silent      int     `json:"silent"` // flows in which the peer sent nothing
	Packets     uint64  `json:"packets"`
	Bytes       uint64  `json:"bytes"`
	times
	// In mode behaviour: the gravest verdict on it, as predict --hosts writes it, and in how
	// many captures it had which.
	Verdict  *hostObject          `json:"verdict,omitempty"`
	Verdicts map[detect.Class]int `json:"verdicts,omitempty"`
}

// WriteJSON writes all facts as one JSON object.
func (f *Facts) WriteJSON(w io.Writer) error {
	if err := f.finish(); err != nil {
		return err
	}
	out := json.NewEncoder(w)
	out.SetIndent("", " ")
	return out.Encode(struct {
		summaryJSON
		Base  *float64   `json:"base,omitempty"` // log-odds from which reasons push
		Flows []flowJSON `json:"flows"`
	}{f.summary(), f.base(), f.flowObjects()})
}

func (f *Facts) summary() summaryJSON {
	return summaryJSON{
		Report: "captures", Version: reportVersion, Tool: f.about.Tool, Time: stamp(f.about.Time),
		Totals: f.totals(), Captures: f.captureObjects(),
		Unjudged: f.unjudgedObjects(), Caution: f.caution(),
		Activity: f.activity.timeline(), Model: f.modelCard(), LeftOut: f.leftOut(),
		Hosts: f.hostObjects(),
	}
}

func (f *Facts) totals() totalsJSON {
	classes := f.hosts.classes()
	return totalsJSON{
		Captures: f.sum.Captures, Failed: f.sum.Failed,
		Packets: f.sum.Stats.Frames, Bytes: f.sum.Stats.Bytes,
		Flows: f.sum.Flows, Judged: f.sum.P2P, Botnet: f.sum.Botnet,
		Hosts: len(f.hosts.all), Involved: f.hosts.involved(), times: f.span.times(),
		BotnetHosts: classes[detect.HostBotnet], BenignHosts: classes[detect.HostBenign], TooLittleHosts: classes[detect.TooLittle],
	}
}

func (f *Facts) captureObjects() []captureJSON {
	all := make([]captureJSON, len(f.captures))
	for i := range f.captures {
		all[i] = f.captures[i].captureJSON
		all[i].times = f.captures[i].span.times()
	}
	return all
}

func (f *Facts) unjudgedObjects() []unjudgedJSON {
	all := []unjudgedJSON{}
	note := func(why string, flows, packets uint64) {
		if flows+packets > 0 {
			all = append(all, unjudgedJSON{why, flows, packets})
		}
	}
	note("an endpoint is an address that a DNS answer named", f.unjudged.flows, f.unjudged.packets)
	for o, n := range f.sum.Stats.Outcomes {
		if outcome := packet.Outcome(o); !outcome.Usable() {
			note(outcome.String(), 0, uint64(n))
		}
	}
	note("of an interface that the capture never describes", 0, uint64(f.sum.Stats.Capture.Orphans))
	note("a line of tshark's that could not be read", 0, uint64(f.sum.Stats.OddLines))
	return all
}

func (f *Facts) caution() cautionJSON {
	return cautionJSON{
		SinglePacket: f.unjudged.single, MAC: f.unjudged.mac,
		CutHeaders:  f.sum.Stats.Outcomes[packet.CutHeader],
		BadHeaders:  f.sum.Stats.Outcomes[packet.BadHeader],
		BadTimes:    f.sum.Stats.Capture.Untimed + f.sum.Stats.Capture.BadTimes,
		LostAnswers: f.sum.Stats.LostAnswers,
	}
}

func (f *Facts) modelCard() modelJSON {
	m := f.detector.Model
	return modelJSON{
		Origin: f.about.Origin, Mode: m.Mode, Threshold: m.Express(m.Threshold), Prior: m.ExpressedAt(),
		Trees: m.Trees().Trees(), Features: len(m.Features()), Training: m.Training,
		Importance: importances(m), Worth: f.worth,
	}
}

func importances(m *model.Model) []importanceJSON {
	all, total := []importanceJSON{}, 0.0
	for column, x := range m.Trees().Importance() {
		if x.TotalGain > 0 {
			total += x.TotalGain
			all = append(all, importanceJSON{reason.Feature(m.Features()[column]), x.TotalGain})
		}
	}
	slices.SortStableFunc(all, func(x, y importanceJSON) int { return cmp.Compare(y.Share, x.Share) })
	all = all[:min(importancesShown, len(all))]
	for i := range all {
		all[i].Share /= total
	}
	return all
}

func (f *Facts) leftOut() leftOutJSON {
	return leftOutJSON{
		Flows:   f.added - len(f.flows),
		Hosts:   max(0, len(f.hosts.all)-f.limits.Hosts),
		Reasons: max(0, len(f.flows)-f.limits.Reasons),
		Pairs:   f.hosts.beyond,
	}
}

func (f *Facts) hostObjects() []hostJSON {
	all := []hostJSON{}
	for _, x := range f.hosts.ranked(f.limits.Hosts) {
		o := hostJSON{
			Host: x.endpoint.String(), Evidence: x.evidence, Score: x.score,
			Flows: x.flows, Botnet: x.botnet, Peers: x.peers, BotnetPeers: x.botnetPeers,
			Silent: x.silent, Packets: x.packets, Bytes: x.bytes, times: x.span.times(), Verdicts: x.verdicts,
		}
		if x.gravest != nil {
			verdict := hostObjectOf(x.gravest)
			o.Verdict = &verdict
		}
		all = append(all, o)
	}
	return all
}
