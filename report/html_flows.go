package report

// flowJSON is a flow as data: a verdict as predict writes it, and more.
type flowJSON struct {
	object
	PacketsThere uint64       `json:"packets_there"` // src to dst
	PacketsBack  uint64       `json:"packets_back"`  // dst to src
	BytesThere   uint64       `json:"bytes_there"`
	BytesBack    uint64       `json:"bytes_back"`
	Summary      string       `json:"summary,omitempty"`
	Reasons      []reasonJSON `json:"reasons,omitempty"` // strongest first
	Rest         float64      `json:"rest,omitempty"`    // push of all weaker reasons
}

type reasonJSON struct {
	Text string  `json:"text"`
	Push float64 `json:"push"` // log-odds, above 0 towards botnet
}

// reasonsShown is how many reasons a flow comes with; weaker ones are added up.
const reasonsShown = 8

func (f *Facts) flowObjects() []flowJSON {
	all := make([]flowJSON, len(f.flows))
	for i := range f.flows {
		all[i] = f.flows[i].json()
	}
	return all
}

func (j *judged) json() flowJSON {
	o := flowJSON{
		object:       objectOf(&j.Verdict, nil),
		PacketsThere: j.total.Packets[0], PacketsBack: j.total.Packets[1],
		BytesThere: j.total.Bytes[0], BytesBack: j.total.Bytes[1],
	}
	if j.why == nil {
		return o
	}
	o.Summary = j.why.Summary
	strongest, rest := j.why.Strongest(reasonsShown)
	o.Rest = rest
	for _, r := range strongest {
		o.Reasons = append(o.Reasons, reasonJSON{r.Text, r.Push})
	}
	return o
}

// base returns the log-odds that all explanations begin with, nil if there are none.
func (f *Facts) base() *float64 {
	if len(f.flows) == 0 || f.flows[0].why == nil {
		return nil
	}
	return &f.flows[0].why.Base
}
