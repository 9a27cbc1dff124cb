package serve

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"botnetdetect/history"
)

// What is allow-listed is told to whoever watches, at once and after a restart, and comes off
// the list again.
func TestAllow(t *testing.T) {
	var told Allowed
	s := newServer(t, func(c *Config) { c.Allowed = func(a Allowed) { told = a } })
	say := func(body string, want int) string {
		t.Helper()
		status, _, answer := get(s, "POST", "/api/allow", body, "Content-Type", "application/json")
		if status != want {
			t.Errorf("%s: status %d, want %d: %s", body, status, want, answer)
		}
		return answer
	}
	var grants []history.Grant
	if err := json.Unmarshal([]byte(say(`{"entry":" 10.20.30.40/16 ","note":"the lab"}`, http.StatusOK)), &grants); err != nil {
		t.Fatal(err)
	}
	if len(grants) != 1 || grants[0].Entry != "10.20.0.0/16" || grants[0].Note != "the lab" || !slices.Equal(told.Entries, []string{"10.20.0.0/16"}) {
		t.Errorf("kept %+v, told %+v", grants, told)
	}
	say(`{"entry":"2001:db8::1"}`, http.StatusOK)
	for _, wrong := range []string{"", "@/etc/passwd", "example.org", "0.0.0.0/0", "10.0.0.0/33", "fe80::1%eth0"} {
		if answer := say(`{"entry":"`+wrong+`"}`, http.StatusBadRequest); !strings.Contains(answer, "neither an address nor a network") {
			t.Errorf("%q: %s", wrong, answer)
		}
	}
	say(`{"entry":"10.0.0.1","note":"`+strings.Repeat("x", history.MaxNote+1)+`"}`, http.StatusBadRequest)

	again, err := New(Config{Store: s.config.Store, Folder: t.TempDir(), Allowed: func(a Allowed) { told = a }})
	if err != nil || !slices.Equal(told.Entries, []string{"10.20.0.0/16", "2001:db8::1"}) {
		t.Errorf("a new server tells %+v, %v", told, err)
	}
	if status, _, _ := get(again, "DELETE", "/api/allow?entry=10.20.0.0%2F16", ""); status != http.StatusOK || !slices.Equal(told.Entries, []string{"2001:db8::1"}) {
		t.Errorf("taken off: status %d, told %+v", status, told)
	}
	if status, _, _ := get(again, "DELETE", "/api/allow?entry=10.20.0.0%2F16", ""); status != http.StatusNotFound {
		t.Errorf("taken off twice: status %d", status)
	}
}

// All open pages hear of the list.
func TestAllowIsTold(t *testing.T) {
	s := newServer(t, nil)
	next := follow(t, start(t, s))
	next("hello")
	get(s, "POST", "/api/allow", `{"entry":"10.0.0.0/8"}`, "Content-Type", "application/json")
	if told := next("grants"); !strings.Contains(told, `"entry":"10.0.0.0/8"`) {
		t.Errorf("told %s", told)
	}
}

// Flows with what is allow-listed on the page are left alone in captures, too.
func TestUploadLeavesAllowedAlone(t *testing.T) {
	s := newServer(t, judging(program(t, "judge")))
	start(t, s)
	if err := s.config.Store.PutGrant("198.51.0.0/24", ""); err != nil {
		t.Fatal(err)
	}
	if u := settled(t, s, upload(t, s, "a.pcap", swarm(260))); u.State != history.Done || u.Judged != 10 {
		t.Errorf("of 260 flows, 250 of them allowed: %+v", u)
	}
}
