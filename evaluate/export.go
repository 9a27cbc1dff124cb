package evaluate

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"botnetdetect/feature"
	"botnetdetect/gbdt"
	"botnetdetect/internal/safefile"
	"botnetdetect/model"
)

// WriteTable writes a table with what each row is, for programs that check the figures:
// tab-separated, a row a flow, first capture, src, dst, source and label, then the
// features as the trees see them (float32).
func (c *Corpus) WriteTable(w io.Writer, name string) error {
	t := c.Tables[name]
	if t == nil {
		return fmt.Errorf("cannot write table %s: it is not there", name)
	}
	out := csv.NewWriter(w)
	out.Comma = '\t'
	if err := out.Write(append([]string{"capture", "src", "dst", "source", "label"}, t.Names...)); err != nil {
		return err
	}
	columns := make(gbdt.Dense, len(t.Names))
	for i := range columns {
		columns[i] = column(t.Data, i)
	}
	for r, f := range c.Flows {
		row := []string{f.Capture, f.Src, f.Dst, f.Source, label(f.Botnet)}
		for _, values := range columns {
			row = append(row, strconv.FormatFloat(float64(values[r]), 'g', -1, 32))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Export writes what another program needs to check the figures into a folder: every
// table of features, the folds of every protocol, the model of every fold, and the score
// of every flow tested. docs/format/evaluation.md describes the files.
type Export struct {
	Folder string
	folds  map[Protocol][]Fold
}

// NewExport makes the folder.
func NewExport(folder string) (*Export, error) {
	if err := os.MkdirAll(filepath.Join(folder, "models"), 0o777); err != nil {
		return nil, fmt.Errorf("cannot export: %w", err)
	}
	return &Export{Folder: folder, folds: make(map[Protocol][]Fold)}, nil
}

// Keep is for Options.Keep: it writes the model, if the detector has one, and notes the fold.
func (e *Export) Keep(p Protocol, d Detector, f Fold, t Trained) error {
	if !slices.ContainsFunc(e.folds[p], func(o Fold) bool { return o.Name == f.Name }) {
		e.folds[p] = append(e.folds[p], f)
	}
	if t.Trees == nil {
		return nil
	}
	return e.write("models/"+ModelFile(p, d.Name, f.Name), func(w io.Writer) error { return writeModel(w, d, t) })
}

// writeModel writes trees of the nine features as a model that every verb takes, other
// trees as they are.
func writeModel(w io.Writer, d Detector, t Trained) error {
	m, err := model.New(t.Trees, feature.Mode(d.Table), t.Threshold)
	if err != nil {
		return t.Trees.WriteJSON(w)
	}
	return m.Write(w)
}

// ModelFile is the name of the file with the model of a fold.
func ModelFile(p Protocol, detector, fold string) string {
	safe := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '_'
		case r == '×':
			return 'x'
		case r >= 0x80 || strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ':
			return '-'
		}
		return r
	}, fold)
	return fmt.Sprintf("%s-%s-%s.json", p, detector, safe)
}

// Finish writes all else. The result must have been made with Options.Scores.
func (e *Export) Finish(c *Corpus, r *Result) error {
	for name := range c.Tables {
		if err := e.write("features-"+name+".tsv", func(w io.Writer) error { return c.WriteTable(w, name) }); err != nil {
			return err
		}
	}
	for p, folds := range e.folds {
		slices.SortFunc(folds, func(x, y Fold) int { return strings.Compare(x.Name, y.Name) })
		if err := e.write("folds-"+string(p)+".tsv", func(w io.Writer) error { return WriteFolds(w, c, folds) }); err != nil {
			return err
		}
	}
	return e.write("scores.tsv", r.writeScores)
}

func (r *Result) writeScores(w io.Writer) error {
	out := csv.NewWriter(w)
	out.Comma = '\t'
	if err := out.Write([]string{"protocol", "detector", "fold", "capture", "src", "dst", "label", "score", "model"}); err != nil {
		return err
	}
	for i := range r.Folds {
		f := &r.Folds[i]
		for _, s := range f.Scores {
			row := []string{
				string(f.Protocol), f.Detector, f.Fold, s.Capture, s.Src, s.Dst, label(s.Botnet),
				strconv.FormatFloat(s.Score, 'g', -1, 64), ModelFile(f.Protocol, f.Detector, f.Fold),
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

func label(botnet bool) string {
	if botnet {
		return "1"
	}
	return "0"
}

func (e *Export) write(name string, fill func(io.Writer) error) error {
	return safefile.Write(filepath.Join(e.Folder, name), fill)
}
