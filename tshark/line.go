package tshark

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"botnetdetect/packet"
)

// parse reads one line of fields into p, whose Seq it leaves, and returns the addresses that
// the packet names, valid until the next call. Answers count in DNS
// proper only: over mDNS and LLMNR hosts name themselves, and would take all their
// own flows out of sight; in ICMP errors answers are merely quoted.
func (r *Reader) parse(line string, p *packet.Packet) (answers []packet.Endpoint, err error) {
	column := strings.Split(line, "\t")
	if len(column) != len(fields) {
		return nil, fmt.Errorf("%d fields, want %d", len(column), len(fields))
	}
	if p.Time, err = parseTime(column[0]); err != nil {
		return nil, err
	}
	length, err := strconv.ParseUint(column[1], 10, 32)
	if err != nil {
		return nil, err
	}
	p.Length = uint32(length)
	p.Src, p.Dst = endpoint(column[2]), endpoint(column[3])
	if p.Protocol, err = r.Vocabulary.Intern(strings.ReplaceAll(column[4], " ", "_")); err != nil {
		return nil, err
	}
	r.answers = r.answers[:0]
	if column[4] == "DNS" {
		r.answers = appendAddresses(r.answers, column[5], column[6])
	}
	return r.answers, nil
}

// endpoint reads a column; what is neither IP nor MAC address is no endpoint.
func endpoint(s string) packet.Endpoint {
	e, err := packet.Parse(s)
	if err != nil {
		return packet.Endpoint{}
	}
	return e
}

func appendAddresses(to []packet.Endpoint, lists ...string) []packet.Endpoint {
	for _, list := range lists {
		for s := range strings.SplitSeq(list, ",") {
			if e := endpoint(s); e.Kind() == packet.IPv4 || e.Kind() == packet.IPv6 {
				to = append(to, e)
			}
		}
	}
	return to
}

// parseTime reads seconds with up to nine decimals, such as -1.500000000, as
// nanoseconds. Beyond what 64 bits hold it is an error.
func parseTime(s string) (int64, error) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return 0, err
	}
	if len(fraction) > 9 {
		fraction = fraction[:9]
	}
	ns, err := strconv.ParseUint((fraction + "000000000")[:9], 10, 32)
	if err != nil {
		return 0, err
	}
	if seconds < 0 || seconds > math.MaxInt64/1_000_000_000-1 {
		return 0, fmt.Errorf("time %s s does not fit", s)
	}
	t := seconds*1_000_000_000 + int64(ns)
	if negative {
		t = -t
	}
	return t, nil
}
