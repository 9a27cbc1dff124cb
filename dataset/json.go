package dataset

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
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

func number(botnet bool) int {
	if botnet {
		return 1
	}
	return 0
}

// ReadJSON reads what WriteJSON or the reference wrote. A set whose every block is
// of AnyProtocol is agnostic, any other protocol-aware. Errors name the record,
// counted from 1.
func ReadJSON(r io.Reader) (Set, error) {
	in := json.NewDecoder(bufio.NewReaderSize(r, 1<<20))
	if t, err := in.Token(); err != nil || t != json.Delim('[') {
		const want = "want a JSON array of records {label, src, dst, traffic}"
		if err != nil {
			return Set{}, fmt.Errorf("cannot read examples: %w; "+want, unexpected(err))
		}
		return Set{}, errors.New("cannot read examples: " + want)
	}
	b := builder{names: make(map[string]string)}
	for n := 1; in.More(); n++ {
		var rec record
		if err := in.Decode(&rec); err != nil {
			return Set{}, fmt.Errorf("cannot read record %d: %w", n, unexpected(err))
		}
		if err := b.add(rec); err != nil {
			return Set{}, fmt.Errorf("cannot read record %d: %w", n, err)
		}
	}
	if _, err := in.Token(); err != nil {
		return Set{}, fmt.Errorf("cannot read examples to their end: %w", unexpected(err))
	}
	return b.set(), nil
}

// unexpected turns an end of file in the midst of things into an error that says so.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// builder turns records into a set. Equal strings share their bytes.
type builder struct {
	examples []Example
	names    map[string]string
	aware    bool
}

func (b *builder) add(rec record) error {
	if rec.Label == nil || *rec.Label != 0 && *rec.Label != 1 {
		return errors.New("label must be 0 (benign) or 1 (botnet)")
	}
	traffic, err := b.blocks(rec.Traffic)
	if err != nil {
		return err
	}
	b.examples = append(b.examples, Example{
		Botnet: *rec.Label == 1,
		Src:    b.intern(rec.Src), Dst: b.intern(rec.Dst),
		Capture: b.intern(rec.Capture), Source: b.intern(rec.Source),
		Traffic: traffic,
	})
	return nil
}

func (b *builder) set() Set {
	if b.aware {
		return Set{feature.Aware, b.examples}
	}
	return Set{feature.Agnostic, b.examples}
}

func (b *builder) intern(s string) string {
	if shared, ok := b.names[s]; ok {
		return shared
	}
	b.names[s] = s
	return s
}

// blocks groups features by protocol; each protocol must have all nine.
func (b *builder) blocks(traffic map[string]float64) ([]feature.Block, error) {
	var blocks []feature.Block
	for name, value := range traffic {
		protocol, i, err := feature.ParseName(name)
		if err != nil {
			return nil, err
		}
		if math.IsInf(value, 0) || math.IsNaN(value) {
			return nil, fmt.Errorf("%s is not finite", name)
		}
		at := slices.IndexFunc(blocks, func(x feature.Block) bool { return x.Protocol == protocol })
		if at < 0 {
			at = len(blocks)
			blocks = append(blocks, feature.Block{Protocol: b.intern(protocol)})
		}
		blocks[at].Values[i] = value
		b.aware = b.aware || protocol != feature.AnyProtocol
	}
	if want := len(blocks) * feature.Count; len(traffic) != want {
		return nil, fmt.Errorf("%d features, want %d: nine for each of %d protocols", len(traffic), want, len(blocks))
	}
	slices.SortFunc(blocks, func(x, y feature.Block) int { return cmp.Compare(x.Protocol, y.Protocol) })
	return blocks, nil
}
