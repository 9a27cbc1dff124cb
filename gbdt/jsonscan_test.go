package gbdt

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// slowJSON is parseJSON by the library's decoder.
func slowJSON(data []byte) (*value, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var b builder
	wantKey := false
	for {
		t, err := d.Token()
		switch {
		case err == io.EOF && b.root != nil && len(b.open) == 0:
			return b.root, nil
		case err == io.EOF:
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		}
		if k, ok := t.(string); ok && wantKey {
			err, wantKey = b.key(k), false
		} else {
			err = addToken(&b, t)
			wantKey = b.inside() == object
		}
		if err != nil {
			return nil, err
		}
	}
}

func addToken(b *builder, t json.Token) error {
	switch t := t.(type) {
	case json.Delim:
		switch t {
		case '{':
			return b.begin(object)
		case '[':
			return b.begin(array)
		}
		b.end()
		return nil
	case string:
		return b.addText(t)
	case bool:
		return b.addBool(t)
	case json.Number:
		x, err := strconv.ParseFloat(t.String(), 64)
		if err != nil {
			return errors.New("out of range")
		}
		return b.addNumber(x)
	}
	return b.addNull()
}

// sameJSON says how the two readers differ; "" if they agree.
func sameJSON(data []byte) string {
	got, err := parseJSON(data)
	want, wantErr := slowJSON(data)
	switch {
	case (err == nil) != (wantErr == nil):
		return "error " + errorText(err) + ", want " + errorText(wantErr)
	case !reflect.DeepEqual(got, want):
		return "another document"
	}
	return ""
}

func errorText(err error) string {
	if err == nil {
		return "none"
	}
	return err.Error()
}

var jsonTexts = []string{
	`{}`, `[]`, ` { "a" : [ 1 , 2.5e3, -0, 0.1E-7 ] , "b" : { "c" : [ ] } } `, `[true,false]`, `[null]`, `"a"`, `1`,
	`{"a":"\u00e9\n\"\\ \ud834\udd1e \ud834"}`, "[\"\xff\"]", `{"a":1,"a":2}`, `{"\u0061":1,"a":2}`,
	``, ` `, `{`, `[`, `[1`, `[1,`, `[1,]`, `[,1]`, `[1 2]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `{"a" 1}`, `{"a":1]`, `[1}`,
	`{} {}`, `[] 1`, `[]]`, `01`, `-`, `+1`, `1.`, `.5`, `1e`, `1e+`, `-01`, `1e400`, `0x1p3`, `1_0`, `NaN`, `Infinity`, `tru`, `truex`,
	`"a`, `"\`, `"\"`, `"\x"`, "\"a\nb\"", "[1]\x00", "\x00", "\ufeff{}", `[1,"a"]`, `["a",1]`, `[[1],2]`, `[1e-400]`,
}

func TestJSONAsTheLibrary(t *testing.T) {
	for _, s := range append(jsonTexts, strings.Repeat("[", 40)+strings.Repeat("]", 40)) {
		if diff := sameJSON([]byte(s)); diff != "" {
			t.Errorf("%.60q: %s", s, diff)
		}
	}
}

func FuzzJSON(f *testing.F) {
	for _, s := range jsonTexts {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if diff := sameJSON(data); diff != "" {
			t.Error(diff)
		}
	})
}

func BenchmarkReadModel(b *testing.B) {
	data, err := os.ReadFile("../model/default/model_behaviour.json")
	if err != nil {
		b.Fatal(err)
	}
	for name, parse := range map[string]func([]byte) (*value, error){"ours": parseJSON, "library's": slowJSON} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := parse(data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
