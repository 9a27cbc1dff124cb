package dataset

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"botnetdetect/feature"
)

// record is an example as JSON.
type record struct {
	Label   *int               `json:"label"` // 0 benign, 1 botnet
	Src     string             `json:"src"`
	Dst     string             `json:"dst"`
	Capture string             `json:"capture,omitempty"`
	Source  string             `json:"source,omitempty"`
	Traffic map[string]float64 `json:"traffic"`

	Host      string             `json:"host,omitempty"`
	Manner    string             `json:"manner,omitempty"`
	Behaviour map[string]float64 `json:"behaviour"`
}

// WriteJSON writes an array of records {label, src, dst, capture, source, traffic},
// one a line; traffic maps full feature names to values. ReadJSON gets back the same
// bits. See docs/format/dataset.md.
func (s Set) WriteJSON(w io.Writer) error {
	out := bufio.NewWriter(w)
	var line []byte
	for i := range s.Examples {
		line = append(line[:0], "[\n"...)
		if i > 0 {
			line = append(line[:0], ",\n"...)
		}
		line = appendRecord(line, &s.Examples[i])
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	end := "\n]\n"
	if len(s.Examples) == 0 {
		end = "[]\n"
	}
	if _, err := out.WriteString(end); err != nil {
		return err
	}
	return out.Flush()
}

func appendRecord(b []byte, e *Example) []byte {
	b = append(b, `{"label":`...)
	b = strconv.AppendInt(b, int64(number(e.Botnet)), 10)
	for _, field := range []struct{ name, value string }{
		{"src", e.Src}, {"dst", e.Dst}, {"capture", e.Capture}, {"source", e.Source},
	} {
		b = append(b, `,"`+field.name+`":`...)
		b = appendString(b, field.value)
	}
	if e.Behaviour != nil {
		return appendBehaviour(b, e)
	}
	b = append(b, `,"traffic":{`...)
	for k, block := range e.Traffic {
		for i, value := range block.Values {
			if k+i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, feature.FullName(block.Protocol, i))
			b = append(b, ':')
			b = strconv.AppendFloat(b, value, 'g', -1, 64)
		}
	}
	return append(b, "}}"...)
}

// appendString appends s as a JSON string.
func appendString(b []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil { // no string is refused
		return append(b, `""`...)
	}
	return append(b, quoted...)
}

func number(is bool) int {
	if is {
		return 1
	}
	return 0
}

// ReadJSON reads what WriteJSON or the reference wrote. A set whose every block is
// of AnyProtocol is agnostic, any other protocol-aware. Errors name the record,
// counted from 1. It is an error if there are no records, if a record takes more than
// 16 MiB or has no traffic, and if anything follows the array.
func ReadJSON(r io.Reader) (Set, error) {
	limit := newBounded(bufio.NewReaderSize(r, 64<<10), maxRecord)
	in := json.NewDecoder(limit)
	if err := openArray(in); err != nil {
		return Set{}, err
	}
	b := builder{names: make(map[string]string)}
	for n := 1; ; n++ {
		limit.next(in.InputOffset())
		if !in.More() {
			break
		}
		var rec record
		err := in.Decode(&rec)
		if err == nil {
			err = b.add(rec)
		}
		if err != nil {
			return Set{}, fmt.Errorf("cannot read record %d: %w", n, unexpected(err))
		}
	}
	if err := closeArray(in); err != nil {
		return Set{}, err
	}
	return b.set()
}

func openArray(in *json.Decoder) error {
	const want = "want a JSON array of records {label, src, dst, traffic}"
	t, err := in.Token()
	if err != nil {
		return fmt.Errorf("cannot read examples: %w; %s", unexpected(err), want)
	}
	if t != json.Delim('[') {
		return errors.New("cannot read examples: " + want)
	}
	return nil
}

// closeArray reads the end of the array and of the file.
func closeArray(in *json.Decoder) error {
	if _, err := in.Token(); err != nil {
		return fmt.Errorf("cannot read examples to their end: %w", unexpected(err))
	}
	end := in.InputOffset()
	_, err := in.Token()
	var other *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err == nil, errors.As(err, &other):
		return fmt.Errorf("cannot read examples: something follows the array, which ends at byte %d", end)
	}
	return fmt.Errorf("cannot read examples to their end: %w", err)
}

// unexpected turns an end of file in the midst of things into an error that says so.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
