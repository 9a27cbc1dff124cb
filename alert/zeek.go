package alert

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"botnetdetect/live"
	"botnetdetect/packet"
)

// zeekFields are the columns of a Zeek log and their types.
var zeekFields = [][2]string{
	{"ts", "time"}, {"alert_id", "string"}, {"change", "string"}, {"host", "addr"}, {"verdict", "string"},
	{"score", "double"}, {"evidence", "double"}, {"flows", "count"}, {"botnet_peers", "count"},
	{"window_start", "time"}, {"window_end", "time"}, {"model", "string"}, {"threshold", "double"},
	{"peers", "set[addr]"}, {"community_ids", "vector[string]"}, {"reasons", "vector[string]"}, {"msg", "string"},
}

// zeekHeader returns the lines that begin a Zeek log.
func zeekHeader() string {
	names, types := make([]string, 0, len(zeekFields)), make([]string, 0, len(zeekFields))
	for _, f := range zeekFields {
		names, types = append(names, f[0]), append(types, f[1])
	}
	return "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tbotnetdetect\n" +
		"#fields\t" + strings.Join(names, "\t") + "\n#types\t" + strings.Join(types, "\t") + "\n"
}

func zeekLine(a *live.Alert) []byte {
	var peers, ids, reasons []string
	for i := range a.Flows {
		v := &a.Flows[i]
		if peer := zeekAddress(v.Peer); peer != unset {
			peers = append(peers, peer)
		}
		ids = append(ids, v.CommunityIDs...)
		for _, r := range v.Reasons {
			reasons = append(reasons, fmt.Sprintf("%v: %s %s", v.Peer, r.Odds(), r.Text))
		}
	}
	fields := []string{
		zeekTime(a.Time), a.ID, a.Change.String(), zeekAddress(a.Host), a.State.String(),
		number(a.Score), number(a.Evidence), strconv.Itoa(a.HostState.Flows), strconv.Itoa(a.BotnetPeers),
		zeekTime(a.Window.Start), zeekTime(a.Window.End), zeekText(a.Model.Origin), number(a.Model.Threshold),
		zeekList(peers), zeekList(ids), zeekList(reasons), zeekText(message(a)),
	}
	return []byte(strings.Join(fields, "\t") + "\n")
}

// unset stands where there is no value.
const unset = "-"

// zeekAddress is unset for a MAC address, which Zeek's type does not take; the message has it.
func zeekAddress(e packet.Endpoint) string {
	if _, isIP := e.IP(); !isIP {
		return unset
	}
	return e.String()
}

func zeekTime(t time.Time) string {
	return fmt.Sprintf("%d.%06d", t.Unix(), t.Nanosecond()/1000)
}

// zeekText writes text as Zeek does: bytes that would end a field, or are no text, as \xHH.
func zeekText(s string) string {
	switch s {
	case "":
		return "(empty)"
	case unset, "(empty)": // as text
		return fmt.Sprintf("\\x%02x%s", s[0], s[1:])
	}
	var b strings.Builder
	for _, c := range []byte(s) {
		if c < ' ' || c == '\\' || c == 0x7f {
			fmt.Fprintf(&b, "\\x%02x", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func zeekList(items []string) string {
	if len(items) == 0 {
		return "(empty)"
	}
	escaped := make([]string, 0, len(items))
	for _, item := range items {
		escaped = append(escaped, strings.ReplaceAll(zeekText(item), ",", "\\x2c"))
	}
	return strings.Join(escaped, ",")
}
