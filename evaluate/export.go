package evaluate

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"botnetdetect/gbdt"
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
		row := []string{f.Capture, f.Src, f.Dst, f.Source, strconv.Itoa(int(c.labels([]int{r})[0]))}
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
