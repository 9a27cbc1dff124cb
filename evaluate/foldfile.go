package evaluate

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// ReadFolds reads folds of a corpus: tab-separated rows with a header that names at
// least the columns fold and capture. A capture is named by the end of its path; src and
// dst, if given, name one flow of it. The column side says "train" or "test"; without
// it, each fold tests what it lists and trains on all else. Missing are sentences about
// captures and flows that the corpus does not have. See docs/format/evaluation.md.
func ReadFolds(r io.Reader, c *Corpus) (folds []Fold, missing []string, err error) {
	rows := csv.NewReader(r)
	rows.Comma = '\t'
	header, err := rows.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("cannot read folds: %w", err)
	}
	b := foldReader{c: c, column: make(map[string]int), rows: c.byCapture(), found: make(map[string]int)}
	for i, name := range header {
		b.column[name] = i
	}
	for _, name := range []string{"fold", "capture"} {
		if _, ok := b.column[name]; !ok {
			return nil, nil, fmt.Errorf("cannot read folds: no column %q; want a header with fold and capture, and maybe side, src and dst, between tabs", name)
		}
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return b.finish(), b.missing, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("cannot read folds: %w", err) // which names the line
		}
		if err := b.add(row); err != nil {
			line, _ := rows.FieldPos(0)
			return nil, nil, fmt.Errorf("cannot read folds: line %d: %w", line, err)
		}
	}
}

type foldReader struct {
	c       *Corpus
	column  map[string]int
	rows    map[string][]int // every end of a capture's path → its rows
	found   map[string]int   // fold's name → index in folds
	folds   []Fold
	missing []string
}

// byCapture returns rows by every end of their capture's path, such as "b/c.pcap".
func (c *Corpus) byCapture() map[string][]int {
	rows := make(map[string][]int)
	for r := range c.Flows {
		name := strings.ReplaceAll(c.Flows[r].Capture, "\\", "/")
		if name == "" {
			rows[""] = append(rows[""], r)
		}
		for name != "" {
			rows[name] = append(rows[name], r)
			_, rest, _ := strings.Cut(name, "/")
			name = rest
		}
	}
	return rows
}

func (b *foldReader) field(row []string, name string) string {
	if i, ok := b.column[name]; ok {
		return row[i]
	}
	return ""
}

func (b *foldReader) add(row []string) error {
	f := b.fold(b.field(row, "fold"))
	rows := b.listed(row)
	if len(rows) == 0 {
		b.missing = append(b.missing, strings.TrimSpace(fmt.Sprintf("fold %s: there are no flows %s %s of capture %s here",
			f.Name, b.field(row, "src"), b.field(row, "dst"), b.field(row, "capture"))))
	}
	switch side := b.field(row, "side"); side {
	case "test", "":
		f.Test = append(f.Test, rows...)
	case "train":
		f.Train = append(f.Train, rows...)
	default:
		return fmt.Errorf("side is %q, want train or test", side)
	}
	return nil
}

func (b *foldReader) fold(name string) *Fold {
	i, seen := b.found[name]
	if !seen {
		i = len(b.folds)
		b.found[name] = i
		b.folds = append(b.folds, Fold{Name: name})
	}
	return &b.folds[i]
}

// listed returns the rows that a line names.
func (b *foldReader) listed(row []string) (rows []int) {
	ends := [2]string{b.field(row, "src"), b.field(row, "dst")}
	for _, r := range b.rows[strings.TrimPrefix(b.field(row, "capture"), "./")] {
		f := &b.c.Flows[r]
		if ends == [2]string{} || ends == [2]string{f.Src, f.Dst} || ends == [2]string{f.Dst, f.Src} {
			rows = append(rows, r)
		}
	}
	return rows
}

func (b *foldReader) finish() []Fold {
	_, sides := b.column["side"]
	for i := range b.folds {
		f := &b.folds[i]
		slices.Sort(f.Test)
		f.Test = slices.Compact(f.Test)
		if !sides {
			f.Train = b.c.singletons().without(f.Test, b.c.all())
		}
		slices.Sort(f.Train)
		f.Train = slices.Compact(f.Train)
		f.Family, f.Source = b.c.tested(f.Test)
	}
	return b.folds
}

// WriteFolds writes folds as ReadFolds reads them, with the column side.
func WriteFolds(w io.Writer, c *Corpus, folds []Fold) error {
	out := csv.NewWriter(w)
	out.Comma = '\t'
	if err := out.Write([]string{"fold", "side", "capture", "src", "dst"}); err != nil {
		return err
	}
	captures := c.captures()
	for i := range folds {
		for _, side := range []struct {
			name string
			rows []int
		}{{"train", folds[i].Train}, {"test", folds[i].Test}} {
			if err := c.writeSide(out, captures, folds[i].Name, side.name, side.rows); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// writeSide writes a line a capture where all of it is on the side, else a line a flow.
func (c *Corpus) writeSide(out *csv.Writer, captures Groups, fold, side string, rows []int) error {
	here := make([]int, len(captures.Names))
	for _, r := range rows {
		here[captures.Of[r]]++
	}
	whole := captures.rows()
	for i, n := range here {
		if n == 0 || n < len(whole[i]) || c.Flows[whole[i][0]].Capture == "" {
			continue
		}
		if err := out.Write([]string{fold, side, captures.Names[i], "", ""}); err != nil {
			return err
		}
	}
	for _, r := range rows {
		f := &c.Flows[r]
		if i := captures.Of[r]; here[i] == len(whole[i]) && f.Capture != "" {
			continue
		}
		if err := out.Write([]string{fold, side, f.Capture, f.Src, f.Dst}); err != nil {
			return err
		}
	}
	return nil
}
