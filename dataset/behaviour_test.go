package dataset

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"botnetdetect/behaviour"
	"botnetdetect/feature"

	"github.com/google/go-cmp/cmp"
)

// behaved is a set of mode behaviour.
func behaved() Set {
	s := Set{Mode: feature.Behavioural}
	for i, manner := range manners {
		e := Example{Botnet: i%2 == 1, Src: "10.0.0.1", Dst: "10.0.0.2", Capture: "a.pcap", Source: "storm", Host: "10.0.0.1", Manner: manner}
		for k := range behaviour.All() {
			e.Behaviour = append(e.Behaviour, float64(i)+float64(k)/3)
		}
		s.Examples = append(s.Examples, e)
	}
	return s
}

func TestBehaviourIsKept(t *testing.T) {
	want := behaved()
	for name, f := range map[string]struct {
		write func(*bytes.Buffer) error
		read  func(*bytes.Buffer) (Set, error)
	}{
		"JSON": {func(b *bytes.Buffer) error { return want.WriteJSON(b) }, func(b *bytes.Buffer) (Set, error) { return ReadJSON(b) }},
		"Parquet": {func(b *bytes.Buffer) error { return want.WriteParquet(b) }, func(b *bytes.Buffer) (Set, error) {
			return ReadFile(context.Background(), writeTemp(t, t.TempDir(), b.Bytes()), false)
		}},
		"CSV": {func(b *bytes.Buffer) error { return want.WriteCSV(b) }, func(b *bytes.Buffer) (Set, error) { return ReadCSV(b) }},
	} {
		var b bytes.Buffer
		if err := f.write(&b); err != nil {
			t.Fatal(err)
		}
		got, err := f.read(&b)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestBehaviourErrors(t *testing.T) {
	var b bytes.Buffer
	if err := behaved().WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	good := b.String()
	f := func(old, replaced, want string) {
		t.Helper()
		bad := strings.Replace(good, old, replaced, 1)
		if _, err := ReadJSON(strings.NewReader(bad)); bad == good || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s for %s: %v", replaced, old, err)
		}
	}
	f(`"host.peers"`, `"host.pears"`, "has no feature host.peers")
	f(`"flow.evidence":0`, `"flow.evidence":0,"more":1`, "dump the captures again")
	f(`"manner":"other"`, `"manner":"smoke"`, `manner is "smoke"`)
	f(`"host":"10.0.0.1"`, `"traffic":{"_#num_pkts":1},"host":"10.0.0.1"`, "both traffic and behaviour")
	f(`"flow.evidence":0`, `"flow.evidence":1e400`, "record 1")
}
