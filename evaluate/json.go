package evaluate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxResult bounds the JSON of a result, in bytes.
const maxResult = 1 << 30

// WriteJSON writes r as one object whose lists have an element a line, so that files are
// small and their differences readable. Read gets back the same.
func (r *Result) WriteJSON(w io.Writer) error {
	out := bufio.NewWriter(w)
	j := jsonWriter{out: out, before: "{\n"}
	j.field("format", r.Format)
	j.field("tool", r.Tool)
	j.field("settings", r.Settings)
	j.field("data", r.Data)
	writeList(&j, "remarks", r.Remarks)
	writeList(&j, "audits", r.Audits)
	writeList(&j, "detectors", r.Detectors)
	writeList(&j, "gaps", r.Gaps)
	writeList(&j, "summary", r.Summary)
	writeList(&j, "folds", r.Folds)
	out.WriteString("\n}\n")
	return errors.Join(j.err, out.Flush())
}

// jsonWriter writes the fields of an object. It keeps the first error.
type jsonWriter struct {
	out    *bufio.Writer // keeps its own first error
	before string        // what separates the next thing from the last
	err    error
}

func (j *jsonWriter) field(name string, value any) {
	j.value(fmt.Sprintf("%q:", name), value)
	j.before = ",\n"
}

func (j *jsonWriter) value(name string, value any) {
	text, err := json.Marshal(value)
	if err != nil && j.err == nil {
		j.err = fmt.Errorf("cannot write evaluation: %w", err)
	}
	j.out.WriteString(j.before + name)
	j.out.Write(text)
}

func writeList[T any](j *jsonWriter, name string, list []T) {
	j.out.WriteString(j.before + fmt.Sprintf("%q:[", name))
	j.before = "\n "
	for i := range list {
		j.value("", &list[i])
		j.before = ",\n "
	}
	j.out.WriteString("]")
	j.before = ",\n"
}

// Read reads what WriteJSON wrote.
func Read(in io.Reader) (*Result, error) {
	text, err := io.ReadAll(io.LimitReader(in, maxResult+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read evaluation: %w", err)
	}
	if len(text) > maxResult {
		return nil, fmt.Errorf("cannot read evaluation: it is longer than %d bytes", maxResult)
	}
	var r Result
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&r); err != nil {
		return nil, fmt.Errorf("cannot read evaluation: %w; want what evaluate --output FILE.json wrote", err)
	}
	if r.Format != Format {
		return nil, fmt.Errorf("cannot read evaluation of format %d: this version reads format %d", r.Format, Format)
	}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("cannot read evaluation: %w", err)
	}
	return &r, nil
}

// check wants what writing a result counts on.
func (r *Result) check() error {
	if len(r.Detectors) == 0 {
		return errors.New("it names no detector")
	}
	for _, s := range r.Summary {
		if len(s.Pooled.Budgets) != len(s.Budgets) || len(s.Pooled.At) != len(r.Settings.BaseRates) {
			return fmt.Errorf("the summary of %s, %s does not have a figure for each budget and base rate", s.Protocol, s.Detector)
		}
	}
	return nil
}
