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

	"botnetdetect/feature"
)

// columns of a CSV file that are not features, in the order they are written.
var columns = []string{"label", "src", "dst", "capture", "source"}

// WriteCSV writes an agnostic set: a header, then one row an example. ReadCSV gets
// back the same bits. See docs/format/dataset.md.
func (s Set) WriteCSV(w io.Writer) error {
	if s.Mode != feature.Agnostic {
		return errors.New("cannot write protocol-aware features as CSV: there is no fixed set of columns; write JSON")
	}
	out := csv.NewWriter(w)
	header := slices.Clone(columns)
	for i := range feature.Count {
		header = append(header, feature.FullName(feature.AnyProtocol, i))
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

func (e *Example) row() []string {
	row := []string{strconv.Itoa(number(e.Botnet)), e.Src, e.Dst, e.Capture, e.Source}
	for _, value := range e.Traffic[0].Values {
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
	feature [feature.Count]int
}

func readHeader(header []string) (l layout, err error) {
	l.column = make(map[string]int)
	for i := range l.feature {
		l.feature[i] = -1
	}
	for at, name := range header {
		if slices.Contains(columns, name) {
			if _, twice := l.column[name]; twice {
				return l, fmt.Errorf("cannot read CSV: column %d is %q once more", at+1, name)
			}
			l.column[name] = at
			continue
		}
		protocol, i, err := feature.ParseName(name)
		if err != nil || protocol != feature.AnyProtocol {
			return l, fmt.Errorf("cannot read CSV: column %d is %q; want %v and features such as _#num_pkts", at+1, name, columns)
		}
		if l.feature[i] >= 0 {
			return l, fmt.Errorf("cannot read CSV: column %d is %q once more", at+1, name)
		}
		l.feature[i] = at
	}
	if _, ok := l.column["label"]; !ok {
		return l, errors.New("cannot read CSV: no column label")
	}
	if i := slices.Index(l.feature[:], -1); i >= 0 {
		return l, fmt.Errorf("cannot read CSV: no column %s", feature.FullName(feature.AnyProtocol, i))
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
		return fmt.Errorf("label is %q, must be 0 (benign) or 1 (botnet)", label)
	}
	block := feature.Block{Protocol: feature.AnyProtocol}
	for i, at := range l.feature {
		value, err := strconv.ParseFloat(row[at], 64)
		if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
			return fmt.Errorf("%s is %q, not a finite number", feature.Names[i], row[at])
		}
		block.Values[i] = value
	}
	return b.keep(Example{
		Botnet: label == "1", Src: text("src"), Dst: text("dst"),
		Capture: text("capture"), Source: text("source"),
		Traffic: []feature.Block{block},
	})
}
