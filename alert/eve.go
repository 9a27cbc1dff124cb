package alert

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"botnetdetect/live"
)

// What an EVE alert says of its rule. The number is from the range that is free for local
// rules (1,000,000 to 1,999,999).
const (
	eveTime      = "2006-01-02T15:04:05.000000-0700"
	signatureID  = 1_480_001
	signature    = "BOTNETDETECT peer-to-peer botnet traffic"
	eveCategory  = "Malware Command and Control Activity Detected"
	highSeverity = 1
)

// eveEvent is an event of Suricata's EVE JSON, with the keys that its schema knows. What it
// does not know is in the alert's metadata as tags, "name=value": the schema closes metadata,
// too.
type eveEvent struct {
	Timestamp   string   `json:"timestamp"`
	FlowID      uint64   `json:"flow_id"`
	EventType   string   `json:"event_type"`
	SrcIP       string   `json:"src_ip"`
	SrcPort     *uint16  `json:"src_port,omitempty"`
	DestIP      string   `json:"dest_ip"`
	DestPort    *uint16  `json:"dest_port,omitempty"`
	Proto       string   `json:"proto,omitempty"`
	CommunityID string   `json:"community_id,omitempty"`
	Alert       eveAlert `json:"alert"`
	Flow        eveFlow  `json:"flow"`
}

type eveAlert struct {
	Action      string      `json:"action"`
	GID         int         `json:"gid"`
	SignatureID int         `json:"signature_id"`
	Rev         int         `json:"rev"`
	Signature   string      `json:"signature"`
	Category    string      `json:"category"`
	Severity    int         `json:"severity"`
	Metadata    eveMetadata `json:"metadata"`
}

type eveMetadata struct {
	Tag []string `json:"tag"`
}

type eveFlow struct {
	Start string `json:"start"`
}

// eveEvents returns an event for each botnet flow of an alert; none if it was taken back.
func eveEvents(a *live.Alert) []any {
	events := make([]any, 0, len(a.Flows))
	for i := range a.Flows {
		events = append(events, eveOf(a, &a.Flows[i]))
	}
	return events
}

func eveOf(a *live.Alert, v *live.Evidence) eveEvent {
	e := eveEvent{
		Timestamp: a.Time.UTC().Format(eveTime), FlowID: flowID(a.ID, v), EventType: "alert",
		SrcIP: a.Host.String(), DestIP: v.Peer.String(),
		Alert: eveAlert{"allowed", 1, signatureID, 1, signature, eveCategory, highSeverity, eveMetadata{tags(a, v)}},
		Flow:  eveFlow{v.First.UTC().Format(eveTime)},
	}
	if len(v.Tuples) == 0 {
		return e
	}
	t := v.Tuples[0]
	e.CommunityID, e.Proto = t.CommunityID, protocolName(t.Protocol)
	if e.Proto == "TCP" || e.Proto == "UDP" || e.Proto == "SCTP" {
		e.SrcPort, e.DestPort = &t.SrcPort, &t.DstPort
		if v.Src != a.Host {
			e.SrcPort, e.DestPort = e.DestPort, e.SrcPort
		}
	}
	return e
}

// tags is what EVE has no keys for. A name may come several times.
func tags(a *live.Alert, v *live.Evidence) []string {
	all := []string{
		"alert_id=" + a.ID, "change=" + a.Change.String(), "score=" + number(v.Score), "evidence=" + number(a.Evidence),
		"botnet_peers=" + strconv.Itoa(a.BotnetPeers), "summary=" + v.Summary,
		"packets=" + strconv.FormatUint(v.Packets, 10), "bytes=" + strconv.FormatUint(v.Bytes, 10),
		"window_start=" + stamp(a.Window.Start), "window_end=" + stamp(a.Window.End),
		"model=" + a.Model.Origin, "model_digest=" + a.Model.Digest, "threshold=" + number(a.Model.Threshold),
	}
	for _, r := range v.Reasons {
		all = append(all, "reason="+r.Odds()+" "+r.Text)
	}
	for _, p := range v.Protocols {
		all = append(all, "protocol="+p)
	}
	for _, id := range v.CommunityIDs {
		all = append(all, "community_id="+id)
	}
	return all
}

// flowID returns a number that JSON readers keep exactly, the same for one flow of an alert.
func flowID(alert string, v *live.Evidence) uint64 {
	id, _ := hex.DecodeString(alert)
	hash := binary.BigEndian.Uint64(append(id, make([]byte, 8)...))
	for _, b := range v.Src.String() + " " + v.Dst.String() {
		hash = (hash ^ uint64(b)) * 0x100000001b3 // FNV-1a
	}
	return hash >> 12
}

// protocolName returns the name that Suricata gives an IP protocol.
func protocolName(number uint8) string {
	names := map[uint8]string{1: "ICMP", 2: "IGMP", 6: "TCP", 17: "UDP", 47: "GRE", 50: "ESP", 58: "IPv6-ICMP", 132: "SCTP"}
	if name, ok := names[number]; ok {
		return name
	}
	return strconv.Itoa(int(number))
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
