package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func open1(t *testing.T, path string, limits Limits) *Store {
	t.Helper()
	s, err := OpenStore(path, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// reopen closes a store and opens its file again.
func reopen(t *testing.T, s *Store, path string) *Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return open1(t, path, Limits{})
}

func file(t *testing.T) string { return filepath.Join(t.TempDir(), "history.db") }

// sighting is one of a host at a minute past noon.
func sighting(host string, minute int, score float64) *Sighting {
	end := noon.Add(time.Duration(minute) * time.Minute)
	s := &Sighting{
		Key:       Key{"eth0", host},
		Judgement: Judgement{Time: end, Verdict: Benign, Score: score, Flows: 3, Peers: 3, Packets: 30, Bytes: 3000},
		First:     end.Add(-time.Minute), Last: end,
		Summary: "many small packets", Base: -2, Reasons: []Reason{{"few bytes a packet", 1.5}},
		Contacts: []Peer{{Name: "192.0.2.1", Score: score, Packets: 10, Bytes: 1000, First: end.Add(-time.Minute), Last: end}},
	}
	if score >= 0.5 {
		s.Verdict, s.Evidence, s.Botnet, s.BotnetPeers = Botnet, 3*score, 3, 3
		s.Contacts[0].Botnet = true
	}
	return s
}

func TestRoundTrip(t *testing.T) {
	path := file(t)
	s := open1(t, path, Limits{})
	s.See(sighting("10.0.0.1", 0, 0.2))
	s.See(sighting("10.0.0.1", 1, 0.9))
	s.See(sighting("10.0.0.1", 2, 0.4))
	s.See(sighting("10.0.0.2", 2, 0.1))
	want := s.Hosts()
	wantDetail, err := s.Detail(Key{"eth0", "10.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s, path)
	if diff := cmp.Diff(want, s.Hosts()); diff != "" {
		t.Errorf("after a restart the hosts differ:\n%s", diff)
	}
	d, err := s.Detail(Key{"eth0", "10.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantDetail, d); diff != "" {
		t.Errorf("after a restart the detail differs:\n%s", diff)
	}
	h := s.Hosts()[0]
	if h.Host != "10.0.0.1" || h.Worst.Score != 0.9 || h.Latest.Score != 0.4 || h.Seen != 3 || len(d.Moments) != 3 {
		t.Errorf("the first host is %+v with %d moments", h, len(d.Moments))
	}
	if !h.First.Equal(noon.Add(-time.Minute)) || !h.Last.Equal(noon.Add(2*time.Minute)) {
		t.Errorf("it was seen from %v to %v", h.First, h.Last)
	}
}

// What people said is on disk before they are told so: no Flush, no Close.
func TestMarkIsDurable(t *testing.T) {
	path := file(t)
	s := open1(t, path, Limits{})
	s.See(sighting("10.0.0.1", 0, 0.9))
	if _, err := s.Mark(Key{"eth0", "10.0.0.1"}, Acknowledged, "asked Ada"); err != nil {
		t.Fatal(err)
	}
	killed := copyOf(t, path)
	after := open1(t, killed, Limits{})
	h, ok := after.Host(Key{"eth0", "10.0.0.1"})
	if !ok || h.Triage.State != Acknowledged || h.Triage.Note != "asked Ada" || len(h.Triage.Log) != 1 {
		t.Errorf("after a crash the triage is %+v", h.Triage)
	}
	if _, err := s.Mark(Key{"eth0", "10.0.0.9"}, Acknowledged, ""); !errors.Is(err, ErrUnknown) {
		t.Errorf("marking a host that is not there: %v", err)
	}
	if _, err := s.Mark(Key{"eth0", "10.0.0.1"}, "odd", ""); err == nil {
		t.Error("a state that does not exist was taken")
	}
}

// copyOf copies a file while its store is open, which is what a crash leaves.
func copyOf(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

// A sighting never takes back what people said, though it was flushed later.
func TestMarkOutlivesFlush(t *testing.T) {
	path := file(t)
	s := open1(t, path, Limits{})
	s.See(sighting("10.0.0.1", 0, 0.9))
	if _, err := s.Mark(Key{"eth0", "10.0.0.1"}, Allowed, ""); err != nil {
		t.Fatal(err)
	}
	s.See(sighting("10.0.0.1", 1, 0.95))
	s = reopen(t, s, path)
	if h := s.Hosts()[0]; h.Triage.State != Allowed || h.Worst.Score != 0.95 {
		t.Errorf("after a restart the host is %+v", h)
	}
	if got := s.Allowed(); len(got) != 1 || got[0].Host != "10.0.0.1" {
		t.Errorf("allowed hosts: %v", got)
	}
}

// Beyond the limit, hosts that weigh least go, but none that people have touched.
func TestForget(t *testing.T) {
	path := file(t)
	s := open1(t, path, Limits{Hosts: 100})
	s.See(sighting("10.9.9.9", 0, 0.01))
	if _, err := s.Mark(Key{"eth0", "10.9.9.9"}, Acknowledged, "mine"); err != nil {
		t.Fatal(err)
	}
	for i := range 500 {
		s.See(sighting(fmt.Sprintf("10.0.%d.%d", i/250, i%250), 0, 0.3))
		if i%100 == 0 {
			s.See(sighting(fmt.Sprintf("10.1.0.%d", i/100), 0, 0.9))
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	hosts := s.Hosts()
	botnet := 0
	for i := range hosts {
		if hosts[i].Worst.Verdict == Botnet {
			botnet++
		}
	}
	if _, kept := s.Host(Key{"eth0", "10.9.9.9"}); !kept || botnet != 5 || len(hosts) > 100 {
		t.Errorf("of %d hosts %d are Botnet, want all 5; the touched one is kept: %v", len(hosts), botnet, kept)
	}
	if got := s.Status().Forgotten; got != 506-len(hosts) {
		t.Errorf("%d are counted as forgotten, want %d", got, 506-len(hosts))
	}
	n := len(hosts)
	if s = reopen(t, s, path); len(s.Hosts()) != n {
		t.Errorf("%d hosts are on disk, want %d", len(s.Hosts()), n)
	}
}

func TestUploads(t *testing.T) {
	path := file(t)
	s := open1(t, path, Limits{})
	for i := range 3 {
		u := Upload{ID: fmt.Sprint("u", i), Name: "a.pcap\x1b\xff", Time: noon.Add(time.Duration(i) * time.Hour), State: Waiting}
		if err := s.PutUpload(u); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.DropUpload("u1"); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s, path)
	var ids []string
	for _, u := range s.Uploads() {
		ids = append(ids, u.ID)
	}
	if !slices.Equal(ids, []string{"u2", "u0"}) {
		t.Errorf("uploads are %v", ids)
	}
	if u, ok := s.Upload("u0"); !ok || u.Name != "a.pcap\x1b�" {
		t.Errorf("the upload is %+v", u)
	}
}

// Texts from outside are bounded and valid.
func TestHostileTexts(t *testing.T) {
	s := open1(t, file(t), Limits{})
	seen := sighting("\xff\x00"+strings.Repeat("é", 10_000), 0, 0.9)
	seen.Source, seen.Summary = "so\x00urce", strings.Repeat("x", 1e6)
	for range 1000 {
		seen.Reasons = append(seen.Reasons, Reason{strings.Repeat("y", 1e4), 1})
		seen.Contacts = append(seen.Contacts, Peer{Name: fmt.Sprint(len(seen.Contacts)), Protocols: strings.Repeat("z", 1e4)})
	}
	h := s.See(seen)
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	d, err := s.Detail(h.Key)
	if err != nil {
		t.Fatal(err)
	}
	if record, err := encode(&d); err != nil || len(record) > 64<<10 || len(h.Host) > maxText || strings.Contains(h.Source+h.Host, "\x00") {
		t.Errorf("the detail takes %d bytes, the name %d: %v", len(record), len(h.Host), err)
	}
	if h, err = s.Mark(h.Key, Open, strings.Repeat("n", 1e5)); err != nil || len(h.Triage.Note) != MaxNote {
		t.Errorf("the note takes %d bytes, %v", len(h.Triage.Note), err)
	}
	for range 100 {
		h, err = s.Mark(h.Key, Open, "again")
	}
	if err != nil || len(h.Triage.Log) != maxLog {
		t.Errorf("the log has %d actions, %v", len(h.Triage.Log), err)
	}
}

func TestOtherVersion(t *testing.T) {
	path := file(t)
	s := open1(t, path, Limits{})
	err := s.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(metaBucket).Put(versionKey, []byte("0")) })
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	var version *VersionError
	if _, err := OpenStore(path, Limits{}); !errors.As(err, &version) || version.Found != "0" {
		t.Errorf("an old version: %v", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the old file is gone: %v", err)
	}
}

func TestInUse(t *testing.T) {
	path := file(t)
	open1(t, path, Limits{})
	if _, err := OpenStore(path, Limits{}); err == nil || !strings.Contains(err.Error(), "open in another process") {
		t.Errorf("a file that is in use: %v", err)
	}
}

// A calendar that was wrong for a while leaves no host with a verdict of the future. What is late
// by minutes is late.
func TestCalendarIsSetBack(t *testing.T) {
	s := open1(t, file(t), Limits{})
	f := func(minute int, score float64, want Verdict, wantLast int) {
		t.Helper()
		h := s.See(sighting("10.0.0.1", minute, score))
		if last := noon.Add(time.Duration(wantLast) * time.Minute); h.Latest.Verdict != want || !h.Last.Equal(last) {
			t.Errorf("now %v, last seen %v; want %v, %v", h.Latest.Verdict, h.Last, want, last)
		}
	}
	f(5*365*24*60, 0.9, Botnet, 5*365*24*60)
	f(7, 0.2, Benign, 7)
	f(8, 0.9, Botnet, 8)
	f(7, 0.2, Botnet, 8)
}

// While the disk takes nothing, hosts that come and are forgotten leave nothing behind.
func TestForgottenBeforeTheyAreWritten(t *testing.T) {
	path := file(t)
	s := open1(t, path, Limits{Hosts: 100})
	s.See(sighting("10.1.0.1", 0, 0.1))
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	for i := range 5000 {
		s.See(sighting(fmt.Sprintf("10.2.%d.%d", i/250, i%250), 1, 0.3))
	}
	if len(s.gone) != 1 || !s.gone[Key{"eth0", "10.1.0.1"}] {
		t.Errorf("%d hosts to be taken off the disk, want the one that is there", len(s.gone))
	}
	want := s.Status().Hosts
	s = reopen(t, s, path)
	if got := s.Status(); got.Hosts != want || len(s.gone) != 0 || len(s.stored) != want {
		t.Errorf("after a restart %+v and %d stored, want %d hosts", got, len(s.stored), want)
	}
}
