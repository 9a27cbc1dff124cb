package reason

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"botnetdetect/behaviour"
	"botnetdetect/feature"
	"botnetdetect/flow"
)

// Summary describes the packets of s, of which there is at least one.
func Summary(s *flow.Sums) string {
	v := feature.Of(s)
	parts := []string{packets(s.N())}
	if s.N() > 1 {
		parts[0] += " " + within(v[feature.Duration])
		parts = append(parts, Bytes(v[feature.AvgLen])+" each on average")
	} else {
		parts = append(parts, Bytes(v[feature.SumLen]))
	}
	return strings.Join(append(parts, balance(s)), ", ")
}

// within says how long some packets took.
func within(seconds float64) string {
	if seconds == 0 {
		return "at one moment"
	}
	return "in " + Seconds(seconds)
}

// balance says how the packets are shared between the two sides.
func balance(s *flow.Sums) string {
	there, back := s.Packets[0], s.Packets[1]
	if there == 0 || back == 0 {
		return "no reply"
	}
	return fmt.Sprintf("%d one way and %d the other", max(there, back), min(there, back))
}

// phrase says in words what feature i of some packets is.
func phrase(s *flow.Sums, i int) string {
	v := feature.Of(s)
	switch i {
	case feature.NumPkts:
		return packets(s.N())
	case feature.VarianceTime:
		return spread(v[i], "packets at one moment", "packets spread over ±", Seconds)
	case feature.Duration:
		return lasting(v[i])
	case feature.SumLen:
		return Bytes(v[i]) + " in all"
	case feature.AvgLen:
		return Bytes(v[i]) + " a packet on average"
	case feature.VarianceLen:
		return spread(v[i], "packets of one size", "sizes vary by ±", Bytes)
	case feature.FirstLen:
		return "first packet of " + Bytes(v[i])
	case feature.SymCorr:
		return packetBalance(s)
	case feature.SymLenCorr:
		return byteBalance(s)
	}
	return "feature " + strconv.Itoa(i)
}

// Feature says in words what a feature measures: "UDP: average length". A name that is
// none of ours is returned as it is.
func Feature(name string) string {
	if i := slices.Index(behaviour.Names(), name); i >= 0 {
		return behaviour.All()[i].About
	}
	protocol, i, err := feature.ParseName(name)
	if err != nil {
		return name
	}
	words := [feature.Count]string{
		feature.NumPkts: "packets", feature.VarianceTime: "spread of packet times", feature.Duration: "duration",
		feature.SumLen: "bytes in all", feature.AvgLen: "average length", feature.VarianceLen: "spread of lengths",
		feature.FirstLen: "length of the first packet", feature.SymCorr: "balance of packets, there and back",
		feature.SymLenCorr: "balance of bytes, there and back",
	}
	return withProtocol(protocol, words[i])
}

// spread describes a variance by its root, which has a unit that people know.
func spread(variance float64, none, some string, unit func(float64) string) string {
	if variance == 0 {
		return none
	}
	return some + unit(math.Sqrt(variance))
}

func lasting(seconds float64) string {
	if seconds == 0 {
		return "over in one moment"
	}
	return "lasts " + Seconds(seconds)
}

func packetBalance(s *flow.Sums) string {
	there, back := s.Packets[0], s.Packets[1]
	if there == 0 || back == 0 {
		return "no reply"
	}
	return fmt.Sprintf("%s one way, %d the other", packets(max(there, back)), min(there, back))
}

func byteBalance(s *flow.Sums) string {
	there, back := s.Bytes[0], s.Bytes[1]
	if there == 0 || back == 0 {
		return "no bytes back"
	}
	return fmt.Sprintf("%s one way, %s the other", Bytes(float64(max(there, back))), Bytes(float64(min(there, back))))
}

func packets(n uint64) string {
	if n == 1 {
		return "1 packet"
	}
	return strconv.FormatUint(n, 10) + " packets"
}

// Bytes writes a number of bytes, at least 0, for people: "1 byte", "38 bytes",
// "1.8 kB". A prefix is a power of 1,000.
func Bytes(x float64) string {
	if x < 999.5 {
		return plural(short(x), "byte")
	}
	units := []string{"kB", "MB", "GB", "TB", "PB", "EB"}
	i := -1
	for x >= 999.5 && i < len(units)-1 {
		x, i = x/1000, i+1
	}
	return short(x) + " " + units[i]
}

// Seconds writes a time span, at least 0, for people: "12 µs", "450 ms", "3.2 s",
// "1 min 12 s", "2 h 5 min", "3 d 4 h".
func Seconds(x float64) string {
	switch {
	case x < 0.9995e-3:
		return short(x*1e6) + " µs"
	case x < 0.9995:
		return short(x*1e3) + " ms"
	case x < 59.5:
		return short(x) + " s"
	case x < 3570:
		return twoUnits(math.Round(x), 60, "min", "s")
	case x < 85800:
		return twoUnits(math.Round(x/60), 60, "h", "min")
	}
	return twoUnits(math.Round(x/3600), 24, "d", "h")
}

// twoUnits writes n small units as large and small ones, without a 0 of the small.
func twoUnits(n, inLarge float64, large, small string) string {
	whole, rest := math.Floor(n/inLarge), math.Mod(n, inLarge)
	if rest == 0 {
		return fmt.Sprintf("%.0f %s", whole, large)
	}
	return fmt.Sprintf("%.0f %s %.0f %s", whole, large, rest, small)
}

// short writes a number below 1,000 with as few digits as it can be told apart by.
func short(x float64) string {
	if x < 9.95 && math.Abs(x-math.Round(x)) >= 0.05 {
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 0, 64)
}

func plural(number, unit string) string {
	if number == "1" {
		return number + " " + unit
	}
	return number + " " + unit + "s"
}
