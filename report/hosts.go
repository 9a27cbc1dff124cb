package report

import (
	"encoding/json"
	"io"

	"botnetdetect/detect"
)

// hostObject is the verdict on a host as JSON. docs/format/verdicts.md describes it.
type hostObject struct {
	Capture string          `json:"capture"`
	Host    string          `json:"host"`
	Verdict detect.Class    `json:"verdict"`
	Score   float64         `json:"score"`
	Peers   int             `json:"peers"`
	Manner  string          `json:"manner"`
	Reasons []string        `json:"reasons"`
	Flows   []carrierObject `json:"flows"`
}

type carrierObject struct {
	Peer  string  `json:"peer"`
	Score float64 `json:"score"`
}

// WriteHost writes the verdict on a host as one line of JSON.
func WriteHost(w io.Writer, v *detect.HostVerdict) error {
	return json.NewEncoder(w).Encode(hostObjectOf(v))
}

func hostObjectOf(v *detect.HostVerdict) hostObject {
	o := hostObject{
		Capture: v.Capture, Host: v.Host.String(), Verdict: v.Class, Score: v.Score, Peers: v.Peers, Manner: v.Manner.String(),
		Reasons: []string{}, Flows: []carrierObject{},
	}
	for _, r := range v.Reasons {
		o.Reasons = append(o.Reasons, r.Text)
	}
	for _, c := range v.Flows {
		o.Flows = append(o.Flows, carrierObject{c.Peer.String(), c.Score})
	}
	return o
}
