package behaviour

import (
	"math"
	"slices"
)

// Judged reports whether values, which Features returned, say anything of a botnet: there
// is evidence, and it is not a download.
func Judged(values []float64) bool { return Evidence(values) && !Download(values) }

// enough reports whether something can be said of a cohort: there are enough peers, and the host spoke at
// all. A network's broadcast address only listens.
func (c *Cohort) enough() bool { return c.enoughBeside(0) }

// enoughBeside is enough, but for so many peers that say nothing.
func (c *Cohort) enoughBeside(others uint32) bool {
	return c.Peers-c.Downloads >= MinPeers+others && (c.Began > 0 || c.payloads[0] > 0)
}

// Download reports whether values are of a flow in which the host did what browsers do: it
// opened a TCP connection, and the peer sent at least three times the payload that it got, some of it in
// segments of bulkBytes or more. Such a flow says nothing of a botnet, whatever else its host
// does: a bot's host is browsed from, too. Bots' peers seldom answer so.
func Download(values []float64) bool {
	return values[flowUDP] >= 0 && values[flowUDP] < 0.5 && values[flowBegan] == 1 &&
		values[flowLongest] >= bulkBytes && values[flowRatio] <= -downloadTimes
}

// downloadTimes is ln 3: flow.byte_ratio is a logarithm.
var downloadTimes = math.Log(3)

// download is Download, of a flow as its host sees it.
func (v *view) download() bool {
	return mannerOf(v) == TCP && v.began() && v.b.MaxPayload[1] >= bulkBytes && v.byteRatio() <= -downloadTimes
}

func (v *view) byteRatio() float64 {
	return math.Log((1 + float64(v.b.PayloadBytes[0])) / (1 + float64(v.b.PayloadBytes[1])))
}

// Where what decides is among the features.
var (
	flowUDP     = placeOf("flow.udp")
	flowBegan   = placeOf("flow.began")
	flowLongest = placeOf("flow.max_in")
	flowRatio   = placeOf("flow.byte_ratio")
)

func placeOf(name string) int {
	return slices.IndexFunc(all, func(f Feature) bool { return f.Name == name })
}
