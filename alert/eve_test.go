package alert

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"botnetdetect/live"
)

// eveKeys is what Suricata's schema (etc/schema.json of github.com/OISF/suricata, versions 6
// and 7) says of the keys that are used here: it allows no others at the top, in "alert", in
// its "metadata", and in "flow"; none but event_type and timestamp has to be there.
var eveKeys = map[string]func(any) error{
	"timestamp": matches(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d+[+\-]\d+$`), "flow_id": integer, "event_type": matches("^alert$"),
	"src_ip": address, "src_port": integer, "dest_ip": address, "dest_port": integer, "proto": matches(`^[\w-]+$`),
	"community_id": matches("^1:"), "alert": isObject, "flow": isObject,
	"alert.action": matches("^(allowed|blocked)$"), "alert.gid": integer, "alert.signature_id": integer, "alert.rev": integer,
	"alert.signature": matches("."), "alert.category": matches("."), "alert.severity": integer, "alert.metadata": isObject,
	"alert.metadata.tag": texts,
	"flow.start":         matches(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d{4}$`),
}

func matches(pattern string) func(any) error {
	return func(x any) error {
		if s, ok := x.(string); !ok || !regexp.MustCompile(pattern).MatchString(s) {
			return fmt.Errorf("%v does not match %s", x, pattern)
		}
		return nil
	}
}

func integer(x any) error {
	if n, ok := x.(float64); !ok || n != float64(uint64(n)) || n >= 1<<53 {
		return fmt.Errorf("%v is no integer that JSON readers keep", x)
	}
	return nil
}

func address(x any) error {
	_, err := netip.ParseAddr(fmt.Sprint(x))
	return err
}

func isObject(x any) error {
	if _, ok := x.(map[string]any); !ok {
		return fmt.Errorf("%v is no object", x)
	}
	return nil
}

func texts(x any) error {
	list, ok := x.([]any)
	for _, item := range list {
		if s, isText := item.(string); !isText || !strings.Contains(s, "=") {
			ok = false
		}
	}
	if !ok {
		return fmt.Errorf("%v is no list of texts with names", x)
	}
	return nil
}

// checkEVE checks an event, or an object in it, against eveKeys.
func checkEVE(prefix string, event map[string]any) error {
	for key, x := range event {
		check, ok := eveKeys[prefix+key]
		if !ok {
			return fmt.Errorf("the schema has no key %s%s", prefix, key)
		}
		if err := check(x); err != nil {
			return fmt.Errorf("%s%s: %w", prefix, key, err)
		}
		if inner, ok := x.(map[string]any); ok {
			if err := checkEVE(prefix+key+".", inner); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestEVE(t *testing.T) {
	a := example(t)
	for _, change := range []func(){
		func() {},
		func() { a.Flows[0].Tuples[0].Protocol = 1 },
		func() { a.Flows[0].Tuples = nil },
	} {
		change()
		var event map[string]any
		if err := json.Unmarshal([]byte(records(t, EVE, a)[0]), &event); err != nil {
			t.Fatal(err)
		}
		if err := checkEVE("", event); err != nil {
			t.Error(err)
		}
	}
}

// The host is the source, whichever side of the flow it is on, with its port.
func TestEVEIsFromTheHost(t *testing.T) {
	a := example(t)
	v := &a.Flows[0]
	v.Src, v.Dst = v.Dst, v.Src
	v.Tuples[0].SrcPort, v.Tuples[0].DstPort = v.Tuples[0].DstPort, v.Tuples[0].SrcPort
	e := eveOf(a, v)
	if e.SrcIP != "192.168.0.2" || *e.SrcPort != 4000 || e.DestIP != "198.51.100.7" || *e.DestPort != 53 {
		t.Errorf("%s %d to %s %d", e.SrcIP, *e.SrcPort, e.DestIP, *e.DestPort)
	}
	a.Change, a.Flows, a.Time = live.Expired, nil, time.Now()
	if got := records(t, EVE, a); len(got) != 0 {
		t.Errorf("an alert that was taken back is no event: %q", got)
	}
}
