package dataset

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"botnetdetect/feature"
	"botnetdetect/internal/pcaptest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"
)

func TestCaptureLabel(t *testing.T) {
	f := func(path string, want Label, ok bool) {
		t.Helper()
		got, err := Labeller{}.Capture(filepath.FromSlash(path))
		if (err == nil) != ok || got != want {
			t.Errorf("%s: %+v, %v; want %+v", path, got, err, want)
		}
		if err != nil && !strings.Contains(err.Error(), filepath.Base(path)) {
			t.Errorf("error does not name the capture: %v", err)
		}
	}
	f("/d/Benign/skype/a.pcap", Label{false, "skype"}, true)
	f("/d/BOTNET/storm/deep/a.pcap", Label{true, "storm"}, true)
	f("/d/botnet/a.pcap", Label{true, ""}, true)
	f("/Benign/old/Botnet/zeus/a.pcap", Label{true, "zeus"}, true) // nearest the file
	f("/d/benigna/a.pcap", Label{}, false)
	f("/d/benign", Label{}, false) // a file of that name labels nothing
	f("/d/benign.pcap", Label{}, false)

	above := filepath.Join(t.TempDir(), "Botnet", "storm")
	if err := os.MkdirAll(above, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(above)
	f("a.pcap", Label{}, false) // the working directory says nothing
	f("../a.pcap", Label{}, false)
	f("Benign/../a.pcap", Label{}, false)
	f("Benign/skype/a.pcap", Label{false, "skype"}, true)
	f("./Benign//skype/./a.pcap", Label{false, "skype"}, true)
	f("../../Botnet/storm/a.pcap", Label{true, "storm"}, true)
	f(filepath.Join(above, "a.pcap"), Label{true, "storm"}, true)
}

func TestPairLabels(t *testing.T) {
	const file = "capture\tip_a\tip_b\tpackets\tclass\n" +
		"Botnet/x/x.pcap\t10.0.0.9\t10.0.0.10\t5\tp2p\n" +
		"Botnet/x/x.pcap\t10.0.0.9\t10.0.0.11\t5\tambiguous\n"
	pairs, err := ReadPairLabels(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	l := Labeller{Pairs: pairs}
	f := func(path, src, dst string, use bool) {
		t.Helper()
		capture, err := l.Capture(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := l.Flow(path, capture, src, dst); got != use {
			t.Errorf("%s %s-%s: used %v", path, src, dst, got)
		}
	}
	f("/data/Botnet/x/x.pcap", "10.0.0.10", "10.0.0.9", true)
	f("/data/Botnet/x/x.pcap", "10.0.0.11", "10.0.0.9", false) // ambiguous
	f("/data/Botnet/x/x.pcap", "10.0.0.7", "10.0.0.9", false)  // not listed
	f("/data/Botnet/y/x.pcap", "10.0.0.7", "10.0.0.9", true)   // another capture: by folder
}

func TestPairLabelsMalformed(t *testing.T) {
	const header = "capture\tip_a\tip_b\tclass\n"
	f := func(text, want string) {
		t.Helper()
		_, err := ReadPairLabels(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80q: error %v, want one with %q", text, err, want)
		}
	}
	f("", "no header: unexpected EOF")
	f("capture\tip_a\n", `no column "ip_b"; want a header with capture, ip_a, ip_b, class between tabs`)
	f("capture\tip_a\tip_b\tclass\tclass\n", `column "class" is there twice`)
	f(header+"x\ta\tb\tp2p\nx\ta\tb\tP2P\n", `line 3: class "P2P" is not known: want one of p2p, bot_spam, lan_infrastructure, malware_other_or_background, ambiguous`)
	f(header+"x\ta\tb\t\n", `line 2: class "" is not known`)
	f(header+"x\ta\tp2p\n", "line 2: wrong number of fields")
	f(header+strings.Repeat("x", 2*maxRow), "it is longer than 1048576 bytes")
	f(header+strings.Repeat("x", 2*maxText)+"\ta\tb\tp2p\n", "line 2: \"xxxxxxxxxxxxxxxxxxxx\"… is longer than 4096 bytes")
}

// TestReadPairLabelsOfCorpus: the classes are those that the corpus uses.
func TestReadPairLabelsOfCorpus(t *testing.T) {
	f, err := os.Open(pcaptest.Shared(t, "data", "PAIR_LABELS.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if pairs, err := ReadPairLabels(f); err != nil || !pairs.Lists("/data/Botnet/storm/storm.pcap") {
		t.Error(err)
	}
}

// TestLabelsCompareAddresses: how an address is written does not matter.
func TestLabelsCompareAddresses(t *testing.T) {
	f := func(table, src, dst string, want bool) {
		t.Helper()
		l, err := ReadLabels(strings.NewReader(table))
		if err != nil {
			t.Fatal(err)
		}
		_, used := l.Flow("/d/x.pcap", Label{}, src, dst)
		if used != want {
			t.Errorf("%q: flow %s to %s is used: %v, want %v", table, src, dst, used, want)
		}
	}
	pair := func(a, b string) string { return "capture\tip_a\tip_b\tclass\nx.pcap\t" + a + "\t" + b + "\tp2p\n" }
	f(pair("2001:DB8:0:0::1", "FE80::2"), "2001:db8::1", "fe80::2", true)
	f(pair("2001:DB8:0:0::1", "FE80::2"), "fe80::2", "2001:db8::1", true)
	f(pair("2001:db8::1", "fe80::2"), "2001:db8::1", "fe80::3", false)
	f(pair("AA:BB:CC:00:11:22", "10.0.0.1"), "10.0.0.1", "aa:bb:cc:00:11:22", true)
	f(pair("a name", "10.0.0.1"), "10.0.0.1", "a name", true)
	f(pair("a name", "10.0.0.1"), "10.0.0.1", "A name", false)
	host := "capture\thost\tclass\nx.pcap\t2001:DB8::0:1\tbotnet\n"
	f(host, "2001:db8::1", "10.0.0.1", true)
	f(host, "2001:db8::2", "10.0.0.1", false)
}

// sets draws sets of the given mode that a file can hold.
func sets(mode feature.Mode) *rapid.Generator[Set] {
	value := rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64)
	text := rapid.StringMatching(`[ -~é\n"]{0,8}`)
	return rapid.Custom(func(t *rapid.T) Set {
		s := Set{Mode: mode}
		for range rapid.IntRange(1, 4).Draw(t, "examples") {
			e := Example{
				Botnet: rapid.Bool().Draw(t, "botnet"),
				Src:    text.Draw(t, "src"), Dst: text.Draw(t, "dst"),
				Capture: text.Draw(t, "capture"), Source: text.Draw(t, "source"),
			}
			protocols := []string{feature.AnyProtocol}
			if mode == feature.Aware {
				protocols = []string{"BT-DHT", "TCP", `odd"#name`}[:rapid.IntRange(1, 3).Draw(t, "protocols")]
			}
			for _, p := range protocols {
				b := feature.Block{Protocol: p}
				for i := range b.Values {
					b.Values[i] = value.Draw(t, "value")
				}
				e.Traffic = append(e.Traffic, b)
			}
			s.Examples = append(s.Examples, e)
		}
		return s
	})
}

func TestJSONRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := sets(rapid.SampledFrom([]feature.Mode{feature.Aware, feature.Agnostic}).Draw(t, "mode")).Draw(t, "set")
		var file bytes.Buffer
		if err := want.WriteJSON(&file); err != nil {
			t.Fatal(err)
		}
		got, err := ReadJSON(&file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCSVRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := sets(feature.Agnostic).Draw(t, "set")
		var file bytes.Buffer
		if err := want.WriteCSV(&file); err != nil {
			t.Fatal(err)
		}
		got, err := ReadCSV(&file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

const nine = `"_#num_pkts":1,"_#variance_time":0,"_#duration":0,"_#sum_len":60,"_#avg_len":60,"_#variance_len":0,"_#first_len":60,"_#sym_corr":0.5,"_#sym_len_corr":0.5`

func TestReadJSONErrors(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, err := ReadJSON(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: error is %v, want one with %q", text, err, want)
		}
	}
	good := `{"label":1,"src":"a","dst":"b","traffic":{` + nine + `}}`
	f(`{"label":1}`, "want a JSON array")
	f(``, "want a JSON array")
	f(`[`+good+`,{"label":2,"traffic":{}}]`, "record 2: label must be 0")
	f(`[{"traffic":{}}]`, "record 1: label must be 0")
	f(`[{"label":0,"traffic":{"TCP#num_pkts":1}}]`, "record 1: 1 features, want 9")
	f(`[{"label":0,"traffic":{"TCP#weight":1}}]`, `record 1: cannot read feature name "TCP#weight"`)
	f(`[{"label":0,"traffic":{"TCP#num_pkts":1e999}}]`, "record 1")
	f(`[`+good, "unexpected EOF")
	f(`[`+good[:40], "unexpected EOF")
	f(`[]`, "no records")
	f(`[`+good+`,`+good+`,{"label":0,"traffic":{}}]`, "record 3: it has no traffic")
	f(`[{"label":0}]`, "record 1: it has no traffic")
	for _, after := range []string{`[]`, `{}`, `]`, `,`, `x`, `"text"`} {
		f(`[`+good+`]`+after, "something follows the array, which ends at byte")
	}
	f(strings.Replace(`[`+good+`]`, `"a"`, `"`+strings.Repeat("a", maxText+1)+`"`, 1), "record 1: \"aaaaaaaaaaaaaaaaaaaa\"… is longer than 4096 bytes")
	f(`[`+manyProtocols(maxProtocols+1)+`]`, "record 1: it has 36873 features, more than nine for each of 4096 protocols")
}

func TestReadCSVErrors(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, err := ReadCSV(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: error is %v, want one with %q", text, err, want)
		}
	}
	header := "label,_#num_pkts,_#variance_time,_#duration,_#sum_len,_#avg_len,_#variance_len,_#first_len,_#sym_corr,_#sym_len_corr"
	f("", "EOF")
	f("label,weight\n", `column 2 is "weight"`)
	f("label,TCP#num_pkts\n", `column 2 is "TCP#num_pkts"`)
	f("label,_#num_pkts\n", "no column _#variance_time")
	f(strings.TrimPrefix(header, "label,")+"\n", "no column label")
	f(header+"\n0,1,2,3,4,5,6,7,8,9\n7,1,2,3,4,5,6,7,8,9\n", "line 3: label is")
	f(header+"\n0,1,2,3,4,5,6,7,8,NaN\n", "line 2: _#sym_len_corr is")
	f(header+"\n0,1,2\n", "wrong number of fields")
	f(header+"\n", "no records")
	f(header+",label\n", `column 11 is "label" once more`)
	f(header+",_#duration\n", `column 11 is "_#duration" once more`)
}

func TestReadFileDecompresses(t *testing.T) {
	text := []byte(`[{"label":1,"src":"a","dst":"b","traffic":{` + nine + `}}]`)
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write(text)
	w.Close()
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"plain": text, "gzip": gz.Bytes(), "zstd": enc.EncodeAll(text, nil)} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if set, err := ReadFile(t.Context(), path, false); err != nil || len(set.Examples) != 1 || !set.Examples[0].Botnet {
			t.Errorf("%s: %v, %v", name, set, err)
		}
	}
}

func TestSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Set{Mode: feature.Agnostic, Examples: make([]Example, rapid.IntRange(0, 50).Draw(t, "n"))}
		for i := range s.Examples {
			s.Examples[i].Src = string(rune('a' + i))
		}
		share, seed := rapid.Float64Range(0, 1).Draw(t, "share"), rapid.Uint64().Draw(t, "seed")
		train, test := s.Split(share, seed)
		if len(train.Examples) != int(share*float64(len(s.Examples))) {
			t.Errorf("%d of %d to train on with share %v", len(train.Examples), len(s.Examples), share)
		}
		seen := make(map[string]int)
		_ = append(train.Examples, Example{Src: "more to learn from"}) // does not come to be tested
		for _, e := range append(train.Examples, test.Examples...) {
			seen[e.Src]++
		}
		if len(seen) != len(s.Examples) {
			t.Errorf("%d distinct examples of %d came out", len(seen), len(s.Examples))
		}
		again, _ := s.Split(share, seed)
		if !cmp.Equal(train, again) {
			t.Error("the same seed gave another split")
		}
	})
}

func FuzzReadJSON(f *testing.F) {
	f.Add([]byte(`[{"label":1,"src":"a","dst":"b","traffic":{` + nine + `}}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ReadJSON(bytes.NewReader(b))
		if err == nil && s.WriteJSON(new(bytes.Buffer)) != nil {
			t.Error("what was read cannot be written")
		}
	})
}

func FuzzReadCSV(f *testing.F) {
	f.Add([]byte("label,_#num_pkts,_#variance_time,_#duration,_#sum_len,_#avg_len,_#variance_len,_#first_len,_#sym_corr,_#sym_len_corr\n0,1,2,3,4,5,6,7,8,9\n"))
	f.Fuzz(func(t *testing.T, b []byte) { ReadCSV(bytes.NewReader(b)) })
}

func FuzzReadPairLabels(f *testing.F) {
	f.Add([]byte("capture\tip_a\tip_b\tclass\nx\t1\t2\tp2p\n"))
	f.Fuzz(func(t *testing.T, b []byte) { ReadPairLabels(bytes.NewReader(b)) })
}

func TestReadFileStops(t *testing.T) {
	path := filepath.Join(t.TempDir(), "endless.json")
	record := `{"label":1,"src":"a","dst":"b","traffic":{` + nine + `}}`
	text := "[" + strings.Repeat(record+",", 20_000) + record + "]"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, csv := range []bool{false, true} {
		if _, err := ReadFile(ctx, path, csv); !errors.Is(err, context.Canceled) {
			t.Errorf("csv %v: error is %v", csv, err)
		}
	}
}
