package behaviour

import (
	"math"
	"slices"
)

// Judged reports whether values, which Features returned, say anything of a botnet: there
// is evidence, and it is not a download.
func Judged(values []float64) bool { return Evidence(values) && !Download(values) }

// Download reports whether values are of a flow in which the host did what browsers do: it
// opened a TCP connection, and the peer sent at least three times the payload that it got, some of it in
// segments of bulkBytes or more. Such a flow says nothing of a botnet, whatever else its host
// does: a bot's host is browsed from, too. Bots' peers seldom answer so.
func Download(values []float64) bool {
	return values[downloadUDP] < 0.5 && values[downloadBegan] == 1 &&
		values[downloadLongest] >= bulkBytes && values[downloadRatio] <= -downloadTimes
}

// downloadTimes is ln 3: flow.byte_ratio is a logarithm.
var downloadTimes = math.Log(3)

// Where what makes a download is among the features.
var (
	downloadUDP     = placeOf("flow.udp")
	downloadBegan   = placeOf("flow.began")
	downloadLongest = placeOf("flow.max_in")
	downloadRatio   = placeOf("flow.byte_ratio")
)

func placeOf(name string) int {
	return slices.IndexFunc(all, func(f Feature) bool { return f.Name == name })
}
