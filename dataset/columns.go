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

// ReadColumns reads the features of an agnostic Parquet file, row by row. If it is none, ok
// is false and ReadFile may read it.
func ReadColumns(ctx context.Context, path string) (c *Columns, ok bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, fmt.Errorf("cannot read features: %w", err)
	}
	defer f.Close()
	if !isParquet(f) {
		return nil, false, nil
	}
	file, mode, err := openParquet(f)
	if err != nil {
		return nil, true, fmt.Errorf("%s: %w", path, err)
	}
	if mode != feature.Agnostic {
		return nil, false, nil
	}
	c = &Columns{Sources: make(map[string]int), Captures: make(map[string]bool)}
	if err := eachRow(ctx, file, c.add); err != nil {
		return nil, true, fmt.Errorf("%s: %w", path, err)
	}
	return c, true, nil
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
