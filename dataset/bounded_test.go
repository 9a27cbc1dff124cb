package dataset

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"botnetdetect/feature"
)

// manyProtocols is a JSON record of n protocols.
func manyProtocols(n int) string {
	e := Example{Src: "a", Dst: "b"}
	for i := range n {
		e.Traffic = append(e.Traffic, feature.Block{Protocol: fmt.Sprint("P", i)})
	}
	return string(appendRecord(nil, &e))
}

// endless repeats a text until far more was read than any record may take.
type endless struct {
	text string
	left int // bytes
	at   int // in text
}

var errOverread = errors.New("read on and on")

func (e *endless) Read(p []byte) (n int, err error) {
	if e.left <= 0 {
		return 0, errOverread
	}
	for ; n < len(p); n++ {
		p[n] = e.text[e.at]
		e.at = (e.at + 1) % len(e.text)
	}
	e.left -= n
	return n, nil
}

func TestRecordIsBounded(t *testing.T) {
	f := func(read func(io.Reader) (Set, error), start, forever, want string) {
		t.Helper()
		_, err := read(io.MultiReader(strings.NewReader(start), &endless{text: forever, left: 4 * maxRecord}))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q and then %q forever: error is %.200v, want one with %q", start, forever, err, want)
		}
	}
	const json = "it is longer than 16777216 bytes"
	record := `{"label":1,"src":"a","dst":"b","traffic":{` + nine + `}}`
	f(ReadJSON, `[`+record+`,{"src":"`, "a", "record 2: "+json)
	f(ReadJSON, `[`+record+`,{"traffic":{`, `"x#duration":1,`, "record 2: "+json)
	f(ReadJSON, `[`+record+`,{"other":[`, `[],`, "record 2: "+json)
	f(ReadJSON, `"`, "a", json)
	f(ReadJSON, `[`, " ", json)
	f(ReadJSON, `[`+record, " ", json)
	f(ReadJSON, `[`+record+`]`, " ", json)
	f(ReadJSON, `[`+record+`]"`, "a", json)

	const csv = "longer than 1048576 bytes"
	header := "label,src,_#num_pkts,_#variance_time,_#duration,_#sum_len,_#avg_len,_#variance_len,_#first_len,_#sym_corr,_#sym_len_corr\n"
	f(ReadCSV, "", "a", "header: it is "+csv)
	f(ReadCSV, "", ",", "header: it is "+csv)
	f(ReadCSV, header+"0,a,1,2,3,4,5,6,7,8,9\n0,", "a", "row 2: it is "+csv)
	f(ReadCSV, header+`0,"`, "a\n", "row 1: it is "+csv)
	f(ReadCSV, header, "\n", "row 1: it is "+csv)
}

// TestManyRecordsAreNotBounded: the bound is on each record, not on the file.
func TestManyRecordsAreNotBounded(t *testing.T) {
	f := func(read func(io.Reader) (Set, error), start, record, between, end string, size int) {
		t.Helper()
		n := 2*size/len(record) + 1
		text := start + strings.Repeat(record+between, n-1) + record + end
		set, err := read(strings.NewReader(text))
		if err != nil || len(set.Examples) != n {
			t.Errorf("%d records, want %d: %v", len(set.Examples), n, err)
		}
	}
	wide := `{"label":1,"src":"a","dst":"b","filler":"` + strings.Repeat("a", 1<<20) + `","traffic":{` + nine + `}}`
	f(ReadJSON, "[", wide, ",", "]", maxRecord)
	var one bytes.Buffer
	set := Set{feature.Agnostic, []Example{{Src: strings.Repeat("a", maxText), Traffic: []feature.Block{{Protocol: feature.AnyProtocol}}}}}
	if err := set.WriteCSV(&one); err != nil {
		t.Fatal(err)
	}
	header, row, _ := strings.Cut(one.String(), "\n")
	f(ReadCSV, header+"\n", row, "", "", maxRow)
}

func TestMostProtocols(t *testing.T) {
	set, err := ReadJSON(strings.NewReader("[" + manyProtocols(maxProtocols) + "]"))
	if err != nil || len(set.Examples[0].Traffic) != maxProtocols {
		t.Error(err)
	}
}

// TestOnlySharedTextsAreInterned: endpoints may all differ.
func TestOnlySharedTextsAreInterned(t *testing.T) {
	b := builder{names: make(map[string]string)}
	for _, src := range []string{"a", "b", "c"} {
		e := Example{Src: src, Dst: "d", Capture: "capture", Source: "source"}
		if err := b.keep(e); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.names) != 2 {
		t.Errorf("kept %v", b.names)
	}
}

func BenchmarkReadJSONProtocols(b *testing.B) {
	for _, n := range []int{4, 64, maxProtocols} {
		text := "[" + manyProtocols(n) + "]"
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := ReadJSON(strings.NewReader(text)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
