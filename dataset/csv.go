package dataset

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"botnetdetect/behaviour"
	"botnetdetect/feature"
)

// columns of a CSV file that are not features, in the order they are written; the last
// two in mode behaviour only.
var columns = []string{"label", "src", "dst", "capture", "source", "host", "manner"}

// columnsBoth is how many of them every mode has.
const columnsBoth = 5

// WriteCSV writes an agnostic set: a header, then one row an example. ReadCSV gets
// back the same bits. See docs/format/dataset.md.
func (s Set) WriteCSV(w io.Writer) error {
	if s.Mode == feature.Aware {
		return errors.New("cannot write protocol-aware features as CSV: there is no fixed set of columns; write JSON")
	}
	out := csv.NewWriter(w)
	header := slices.Clone(columns[:columnsBoth])
	if s.Mode == feature.Behavioural {
		header = append(slices.Clone(columns), behaviour.Names()...)
	} else {
		header = append(header, agnosticNames()...)
	}
	if err := out.Write(header); err != nil {
		return err
	}
	for i := range s.Examples {
		if err := out.Write(s.Examples[i].row()); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// agnosticNames returns the full names of the nine features.
func agnosticNames() (names []string) {
	for i := range feature.Count {
		names = append(names, feature.FullName(feature.AnyProtocol, i))
	}
	return names
}

func (e *Example) row() []string {
	row := []string{strconv.Itoa(number(e.Botnet)), e.Src, e.Dst, e.Capture, e.Source}
	values := e.Behaviour
	if values != nil {
		row = append(row, e.Host, e.Manner)
	} else {
		values = e.Traffic[0].Values[:]
	}
	for _, value := range values {
		row = append(row, strconv.FormatFloat(value, 'g', -1, 64))
	}
	return row
}

// ReadCSV reads what WriteCSV wrote: the label and the nine features must be there,
// in any order; src, dst, capture and source may be. Errors name the line or row.
// It is an error
// if there are no rows, if a row takes more than 1 MiB and if a column is there twice.
func ReadCSV(r io.Reader) (Set, error) {
	limit := newBounded(bufio.NewReaderSize(r, 64<<10), maxRow)
	in := csv.NewReader(limit)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return Set{}, fmt.Errorf("cannot read CSV header: %w", unexpected(err))
	}
	layout, err := readHeader(slices.Clone(header))
	if err != nil {
		return Set{}, err
	}
	b := builder{names: make(map[string]string)}
	for n := 1; ; n++ {
		limit.next(in.InputOffset())
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return b.set()
		}
		if err != nil {
			return Set{}, fmt.Errorf("cannot read row %d: %w", n, err)
		}
		if err := b.addRow(layout, row); err != nil {
			line, _ := in.FieldPos(0)
			return Set{}, fmt.Errorf("cannot read line %d: %w", line, err)
		}
	}
}

// layout says where a CSV file has what.
type layout struct {
	column  map[string]int
	mode    feature.Mode
	names   []string // of the mode's features
	feature []int    // where each of them is
}

func readHeader(header []string) (l layout, err error) {
	l = layout{column: make(map[string]int), mode: feature.Agnostic, names: agnosticNames()}
	if slices.Contains(header, behaviour.All()[0].Name) {
		l.mode, l.names = feature.Behavioural, behaviour.Names()
	}
	l.feature = slices.Repeat([]int{-1}, len(l.names))
	for at, name := range header {
		if slices.Contains(columns, name) {
			if _, twice := l.column[name]; twice {
				return l, fmt.Errorf("cannot read CSV: column %d is %.60q once more", at+1, name)
			}
			l.column[name] = at
			continue
		}
		i := slices.Index(l.names, name)
		if i < 0 {
			return l, fmt.Errorf("cannot read CSV: column %d is %.60q; want %v and features such as %s", at+1, name, columns, l.names[0])
		}
		if l.feature[i] >= 0 {
			return l, fmt.Errorf("cannot read CSV: column %d is %.60q once more", at+1, name)
		}
		l.feature[i] = at
	}
	if _, ok := l.column["label"]; !ok {
		return l, errors.New("cannot read CSV: no column label")
	}
	if i := slices.Index(l.feature, -1); i >= 0 {
		return l, fmt.Errorf("cannot read CSV: no column %s", l.names[i])
	}
	return l, nil
}

func (b *builder) addRow(l layout, row []string) error {
	text := func(name string) string {
		if at, ok := l.column[name]; ok {
			return row[at]
		}
		return ""
	}
	label := text("label")
	if label != "0" && label != "1" {
		return fmt.Errorf("label is %.60q, must be 0 (benign) or 1 (botnet)", label)
	}
	e := Example{Botnet: label == "1", Src: text("src"), Dst: text("dst"), Capture: text("capture"), Source: text("source")}
	values := make([]float64, len(l.feature))
	for i, at := range l.feature {
		value, err := strconv.ParseFloat(row[at], 64)
		if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
			return fmt.Errorf("%s is %.60q, not a finite number", l.names[i], row[at])
		}
		values[i] = value
	}
	if l.mode == feature.Behavioural {
		e.Host, e.Manner, e.Behaviour = text("host"), text("manner"), values
		return b.keepBehaviour(e)
	}
	e.Traffic = []feature.Block{{Protocol: feature.AnyProtocol, Values: feature.Values(values)}}
	return b.keep(e)
}
