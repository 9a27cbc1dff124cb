package behaviour

import (
	"fmt"
	"math"
	"strings"
)

// Words says a feature's value for people; place is in All.
func Words(place int, value float64) string {
	f := &all[place]
	what, isSpread := strings.CutPrefix(f.About, "standard deviation over peers of log2 ")
	switch {
	case value == unknown:
		return f.About + ": not known"
	case f.Name == "host.peers" && value >= math.Log1p(mostPeers):
		return fmt.Sprintf("peers of the host that it speaks with in this way: %d or more", mostPeers)
	case f.Name == "host.peers":
		return fmt.Sprintf("peers of the host that it speaks with in this way: %.0f", math.Expm1(value))
	case strings.HasPrefix(f.About, "share"):
		return fmt.Sprintf("%s: %.0f %%", f.About, 100*value)
	case isSpread:
		return fmt.Sprintf("factor by which %s differ from peer to peer (one standard deviation): %.3g", what, math.Exp2(value))
	case strings.Contains(f.About, "log2 payload bytes"):
		return fmt.Sprintf("%s: about %.0f bytes", strings.Replace(f.About, "log2 payload bytes", "payload bytes", 1), math.Exp2(value-0.5))
	}
	return fmt.Sprintf("%s: %.3g", f.About, value)
}
