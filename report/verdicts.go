// Package report writes verdicts and figures for people and programs.
package report

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"botnetdetect/detect"
	"botnetdetect/packet"
)

// Format is how verdicts are written.
type Format string

// The formats. docs/format/verdicts.md describes them.
const (
	Text      Format = "txt"   // source, destination and verdict between tabs, a line a flow
	CSV       Format = "csv"   // a header, then a row a flow
	JSON      Format = "json"  // one array of objects
	JSONLines Format = "jsonl" // an object a line
)

// FormatOf returns the format that a file's name asks for by its ending; Text if the
// ending says nothing.
func FormatOf(path string) Format {
	ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
	if f, err := ParseFormat(ending); err == nil {
		return f
	}
	return Text
}

// ParseFormat reads a format's name.
func ParseFormat(s string) (Format, error) {
	switch f := Format(s); f {
	case Text, CSV, JSON, JSONLines:
		return f, nil
	}
	return "", fmt.Errorf("no format is called %q: want txt, csv, json or jsonl", s)
}

// Verdicts writes verdicts in one format. Close ends the output; without it the
// output is not whole.
type Verdicts struct {
	out    *bufio.Writer
	csv    *csv.Writer
	format Format
	count  int
}

// Window says of a verdict on watched traffic which packets it rests on, and why it is given.
type Window struct {
	Start, End time.Time
	Change     string // "new", "revised", "withdrawn", "expired" or "last"
}

// NewVerdicts begins output on w, which Close does not close.
func NewVerdicts(w io.Writer, format Format) (*Verdicts, error) {
	return newVerdicts(w, format, fields)
}

// NewLive is NewVerdicts for verdicts with a window, written by WriteIn. If it continues
// what was written before, CSV has no header.
func NewLive(w io.Writer, format Format, continued bool) (*Verdicts, error) {
	if continued {
		return newVerdicts(w, format, nil)
	}
	return newVerdicts(w, format, slices.Concat(fields, windowFields))
}

func newVerdicts(w io.Writer, format Format, header []string) (*Verdicts, error) {
	v := &Verdicts{out: bufio.NewWriter(w), format: format}
	if format != CSV {
		return v, nil
	}
	v.csv = csv.NewWriter(v.out)
	if header == nil {
		return v, nil
	}
	return v, v.csv.Write(header)
}

// fields are the columns of CSV and the keys of JSON, in order.
var fields = []string{
	"capture", "src", "dst", "verdict", "score", "packets", "bytes", "first", "last", "duration", "protocols",
}

// windowFields are further columns of verdicts with a window. In JSON they are an object
// "window" with "start" and "end", and "change".
var windowFields = []string{"window_start", "window_end", "change"}

// Write writes one verdict.
func (v *Verdicts) Write(d *detect.Verdict) error { return v.write(d, nil) }

// WriteIn writes one verdict with its window.
func (v *Verdicts) WriteIn(d *detect.Verdict, w Window) error {
	return v.write(d, &w)
}

// write writes one verdict; w is nil if it has no window.
func (v *Verdicts) write(d *detect.Verdict, w *Window) error {
	v.count++
	switch v.format {
	case CSV:
		return v.csv.Write(append(row(d), w.columns()...))
	case JSON:
		separator := ",\n"
		if v.count == 1 {
			separator = "[\n"
		}
		return v.object(separator, objectOf(d, w), "")
	case JSONLines:
		return v.object("", objectOf(d, w), "\n")
	}
	_, err := v.out.Write(appendText(v.out.AvailableBuffer(), d, w))
	return err
}

// appendText appends a verdict as a line of text.
func appendText(line []byte, d *detect.Verdict, w *Window) []byte {
	line = append(d.Src.AppendText(line), '\t')
	line = append(d.Dst.AppendText(line), '\t')
	line = append(line, d.Text()...)
	for _, column := range w.columns() {
		line = append(append(line, '\t'), column...)
	}
	return append(line, '\n')
}

// columns are those of windowFields; none if w is nil.
func (w *Window) columns() []string {
	if w == nil {
		return nil
	}
	return []string{stamp(w.Start), stamp(w.End), w.Change}
}

// Flush writes what is held back.
func (v *Verdicts) Flush() error {
	if v.csv != nil {
		v.csv.Flush()
		if err := v.csv.Error(); err != nil {
			return err
		}
	}
	return v.out.Flush()
}

// Close ends the output.
func (v *Verdicts) Close() error {
	switch {
	case v.format == JSON && v.count == 0:
		v.out.WriteString("[]\n")
	case v.format == JSON:
		v.out.WriteString("\n]\n")
	}
	return v.Flush()
}

func (v *Verdicts) object(before string, o object, after string) error {
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	v.out.WriteString(before)
	v.out.Write(text)
	_, err = v.out.WriteString(after) // a bufio.Writer keeps its first error
	return err
}

// object is a verdict as JSON.
type object struct {
	Capture   string   `json:"capture"`
	Src       string   `json:"src"`
	Dst       string   `json:"dst"`
	Verdict   string   `json:"verdict"`
	Score     float64  `json:"score"`
	Packets   uint64   `json:"packets"`
	Bytes     uint64   `json:"bytes"`
	First     string   `json:"first"`
	Last      string   `json:"last"`
	Duration  float64  `json:"duration"` // seconds
	Protocols []string `json:"protocols"`
	Host      string   `json:"host,omitempty"` // where hosts are judged too
	Window    *window  `json:"window,omitempty"`
	Change    string   `json:"change,omitempty"`
}

type window struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

func objectOf(d *detect.Verdict, w *Window) object {
	o := object{
		Capture: d.Capture, Src: d.Src.String(), Dst: d.Dst.String(),
		Verdict: d.Text(), Score: d.Score, Packets: d.Packets, Bytes: d.Bytes,
		First: stamp(d.First), Last: stamp(d.Last), Duration: d.Duration.Seconds(),
		Protocols: d.Protocols,
	}
	if d.Host != (packet.Endpoint{}) {
		o.Host = d.Host.String()
	}
	if w != nil {
		o.Window, o.Change = &window{stamp(w.Start), stamp(w.End)}, w.Change
	}
	return o
}

func row(d *detect.Verdict) []string {
	return []string{
		d.Capture, d.Src.String(), d.Dst.String(), d.Text(),
		strconv.FormatFloat(d.Score, 'g', -1, 64),
		strconv.FormatUint(d.Packets, 10), strconv.FormatUint(d.Bytes, 10),
		stamp(d.First), stamp(d.Last),
		strconv.FormatFloat(d.Duration.Seconds(), 'g', -1, 64),
		strings.Join(d.Protocols, " "),
	}
}

// stamp writes a time in UTC with all that is known of it.
func stamp(t time.Time) string { return t.Format(time.RFC3339Nano) }
