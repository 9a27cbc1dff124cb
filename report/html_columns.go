package report

import (
	"math"
	"slices"
	"strings"

	"botnetdetect/packet"
)

// columns are flows as the page gets them: one array a property, strings told apart by
// number, so that 100,000 flows are a few megabytes. Numbers of endpoints are in the
// endpoints' order, so that the page sorts by them.
type columns struct {
	Endpoints []string `json:"endpoints"`
	Protocols []string `json:"protocols"` // the names of a flow, between spaces
	Epoch     int64    `json:"epoch"`     // µs since 1970, from which First counts

	Capture  []int     `json:"capture"` // number in captures
	Src      []int     `json:"src"`
	Dst      []int     `json:"dst"`
	Botnet   []int     `json:"botnet"` // 1 or 0
	Score    []float64 `json:"score"`
	Packets  []uint64  `json:"packets"`
	Back     []uint64  `json:"back"` // packets from dst to src
	Bytes    []uint64  `json:"bytes"`
	First    []int64   `json:"first"`    // µs
	Duration []int64   `json:"duration"` // µs
	Protocol []int     `json:"protocol"` // number in Protocols
}

func (f *Facts) columns() columns {
	c := makeColumns(len(f.flows))
	endpoints := f.endpointNumbers(&c)
	protocols := f.protocolNumbers(&c)
	c.Epoch = f.span.first / 1000
	for i := range f.flows {
		j := f.flows[i]
		c.Capture[i], c.Src[i], c.Dst[i] = j.capture, endpoints[j.Src], endpoints[j.Dst]
		c.Botnet[i], c.Score[i] = bit(j.Botnet), rounded(j.Score, 1e6)
		c.Packets[i], c.Back[i], c.Bytes[i] = j.Packets, j.total.Packets[1], j.Bytes
		c.First[i], c.Duration[i] = j.total.First/1000-c.Epoch, int64(j.total.Duration()/1000)
		c.Protocol[i] = protocols[joined(j)]
	}
	return c
}

func makeColumns(n int) columns {
	return columns{
		Endpoints: []string{}, Protocols: []string{},
		Capture: make([]int, n), Src: make([]int, n), Dst: make([]int, n),
		Botnet: make([]int, n), Score: make([]float64, n),
		Packets: make([]uint64, n), Back: make([]uint64, n), Bytes: make([]uint64, n),
		First: make([]int64, n), Duration: make([]int64, n), Protocol: make([]int, n),
	}
}

func (f *Facts) endpointNumbers(c *columns) map[packet.Endpoint]int {
	number := make(map[packet.Endpoint]int)
	for i := range f.flows {
		number[f.flows[i].Src], number[f.flows[i].Dst] = 0, 0
	}
	sorted := make([]packet.Endpoint, 0, len(number))
	for e := range number {
		sorted = append(sorted, e)
	}
	slices.SortFunc(sorted, packet.Endpoint.Compare)
	for i, e := range sorted {
		number[e] = i
		c.Endpoints = append(c.Endpoints, e.String())
	}
	return number
}

func (f *Facts) protocolNumbers(c *columns) map[string]int {
	number := make(map[string]int)
	for i := range f.flows {
		number[joined(f.flows[i])] = 0
	}
	for text := range number {
		c.Protocols = append(c.Protocols, text)
	}
	slices.Sort(c.Protocols)
	for i, text := range c.Protocols {
		number[text] = i
	}
	return number
}

func joined(j *judged) string { return strings.Join(j.Protocols, " ") }

// reasonColumns are the reasons of the first flows, as the page gets them. The reasons
// of flow i are those from From[i] to below From[i+1].
type reasonColumns struct {
	Base    float64   `json:"base"`    // log-odds
	Phrases []string  `json:"phrases"` // each text once
	Summary []int     `json:"summary"` // number in Phrases, by flow
	Rest    []float64 `json:"rest"`    // push of weaker reasons, by flow
	From    []int     `json:"from"`
	Text    []int     `json:"text"` // number in Phrases, by reason
	Push    []float64 `json:"push"` // log-odds, by reason
}

func (f *Facts) reasonColumns() reasonColumns {
	c := reasonColumns{
		Phrases: []string{}, Summary: []int{}, Rest: []float64{},
		From: []int{0}, Text: []int{}, Push: []float64{},
	}
	if base := f.base(); base != nil {
		c.Base = *base
	}
	numbers := make(map[string]int)
	number := func(text string) int {
		n, ok := numbers[text]
		if !ok {
			n = len(c.Phrases)
			numbers[text] = n
			c.Phrases = append(c.Phrases, text)
		}
		return n
	}
	for i := range f.flows {
		why := f.flows[i].why
		if why == nil {
			break // flows with reasons come first
		}
		strongest, rest := why.Strongest(reasonsShown)
		for _, r := range strongest {
			c.Text = append(c.Text, number(r.Text))
			c.Push = append(c.Push, rounded(r.Push, 1e3))
		}
		c.Summary = append(c.Summary, number(why.Summary))
		c.Rest = append(c.Rest, rounded(rest, 1e3))
		c.From = append(c.From, len(c.Text))
	}
	return c
}

func rounded(x, per float64) float64 { return math.Round(x*per) / per }

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
