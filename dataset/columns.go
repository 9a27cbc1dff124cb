package dataset

import (
	"context"
	"fmt"
	"math"
	"os"

	"botnetdetect/feature"
)

// Columns are the features and labels of very many agnostic examples, column by column:
// 37 bytes an example, where a Set takes several hundred.
type Columns struct {
	Values [feature.Count][]float32
	Labels []uint8
	// Sources counts examples by "Benign/skype", "Botnet/storm", …
	Sources map[string]int
	// Captures are the captures that they come from.
	Captures map[string]bool
}

// Botnet returns how many examples are botnet.
func (c *Columns) Botnet() (n int) {
	for _, label := range c.Labels {
		n += int(label)
	}
	return n
}

// maxCounted bounds the sources and captures that are told apart.
const maxCounted = 1 << 20

// ReadColumns reads the features of an agnostic Parquet file, or of a folder of them, row by row. If it is none, ok
// is false and ReadFile may read it.
func ReadColumns(ctx context.Context, path string) (c *Columns, ok bool, err error) {
	parts, err := partsOf(path)
	if err != nil || parts == nil {
		return nil, false, err
	}
	c = &Columns{Sources: make(map[string]int), Captures: make(map[string]bool)}
	for _, part := range parts {
		if ok, err = c.read(ctx, part); err != nil {
			return nil, true, fmt.Errorf("%s: %w", part, err)
		}
		if !ok {
			return nil, false, nil
		}
	}
	return c, true, nil
}

// read adds the rows of a file; ok is false if it is not agnostic.
func (c *Columns) read(ctx context.Context, path string) (ok bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	file, mode, err := openParquet(f)
	if err != nil || mode != feature.Agnostic {
		return false, err
	}
	return true, eachRow(ctx, file, c.add)
}

func (c *Columns) add(row *agnosticRow) error {
	if row.Label != 0 && row.Label != 1 {
		return fmt.Errorf("label is %d, must be 0 (benign) or 1 (botnet)", row.Label)
	}
	for i, x := range row.values() {
		if math.IsInf(x, 0) || math.IsNaN(x) {
			return fmt.Errorf("%s is not finite", feature.Names[i])
		}
		c.Values[i] = append(c.Values[i], float32(min(max(x, -math.MaxFloat32), math.MaxFloat32)))
	}
	c.Labels = append(c.Labels, uint8(row.Label))
	if err := checkTexts(row.Capture, row.Source); err != nil {
		return err
	}
	if row.Source != "" && len(c.Sources) < maxCounted {
		c.Sources[[2]string{"Benign/", "Botnet/"}[row.Label]+row.Source]++
	}
	if row.Capture != "" && len(c.Captures) < maxCounted {
		c.Captures[row.Capture] = true
	}
	return nil
}
