package dataset

import (
	"context"
	"fmt"
	"math"
	"os"

	"botnetdetect/feature"
)

// Columns are the features and labels of very many agnostic examples, column by column:
// 41 bytes an example, where a Set takes several hundred.
type Columns struct {
	Values [feature.Count][]float32
	Labels []uint8

	from    []uint32 // where each example comes from: its place in origins
	origins []origin
	places  map[origin]uint32
}

// origin is where examples come from.
type origin struct{ capture, source string }

// classes are the folders of sources, by label.
var classes = [2]string{"Benign/", "Botnet/"}

// maxOrigins bounds the origins that are told apart; the examples of further ones count as of none.
const maxOrigins = 1 << 20

func newColumns() *Columns {
	return &Columns{origins: []origin{{}}, places: map[origin]uint32{{}: 0}}
}

// Botnet returns how many examples are botnet.
func (c *Columns) Botnet() (n int) {
	for _, label := range c.Labels {
		n += int(label)
	}
	return n
}

// Sources counts examples by "Benign/skype", "Botnet/storm", …, and the captures that they come from.
func (c *Columns) Sources() (sources map[string]int, captures int) {
	counts := make([][2]int, len(c.origins)) // by label
	for i, at := range c.from {
		counts[at][c.Labels[i]]++
	}
	sources = make(map[string]int)
	seen := make(map[string]bool)
	for at, o := range c.origins {
		for label, n := range counts[at] {
			if n > 0 && o.source != "" {
				sources[classes[label]+o.source] += n
			}
			if n > 0 && o.capture != "" {
				seen[o.capture] = true
			}
		}
	}
	return sources, len(seen)
}

// Traffic returns the features of an example.
func (c *Columns) Traffic(i int) feature.Block {
	b := feature.Block{Protocol: feature.AnyProtocol}
	for k := range c.Values {
		b.Values[k] = float64(c.Values[k][i])
	}
	return b
}

// Split is Set.Split: it parts the same examples in the same order. It takes over what is in c.
func (c *Columns) Split(share float64, seed uint64) (train, test *Columns) {
	order := Shuffled(len(c.Labels), seed)
	n := int(share * float64(len(order)))
	train, test = &Columns{origins: c.origins}, &Columns{origins: c.origins}
	for k := range c.Values {
		train.Values[k], test.Values[k] = parted(c.Values[k], order, n)
		c.Values[k] = nil
	}
	train.Labels, test.Labels = parted(c.Labels, order, n)
	train.from, test.from = parted(c.from, order, n)
	*c = *newColumns()
	return train, test
}

// parted returns the first n of x in an order, and the rest: each in memory of its own, so that one does not
// outlive its use because of the other.
func parted[T any](x []T, order []int, n int) (first, rest []T) {
	return reordered(x, order[:n]), reordered(x, order[n:])
}

func reordered[T any](x []T, order []int) []T {
	y := make([]T, len(order))
	for i, j := range order {
		y[i] = x[j]
	}
	return y
}

// ReadColumns reads the features of agnostic Parquet files, or of folders of them, row by row. If one is of
// another kind, ok is false and ReadFile may read it.
func ReadColumns(ctx context.Context, paths ...string) (c *Columns, ok bool, err error) {
	c = newColumns()
	for _, path := range paths {
		parts, err := partsOf(path)
		if err != nil || parts == nil {
			return nil, false, err
		}
		for _, part := range parts {
			if ok, err = c.read(ctx, part); err != nil {
				return nil, true, fmt.Errorf("%s: %w", part, err)
			}
			if !ok {
				return nil, false, nil
			}
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
	if err := checkTexts(row.Capture, row.Source); err != nil {
		return err
	}
	for i, x := range row.values() {
		if math.IsInf(x, 0) || math.IsNaN(x) {
			return fmt.Errorf("%s is not finite", feature.Names[i])
		}
		c.Values[i] = append(c.Values[i], single(x))
	}
	c.Labels = append(c.Labels, uint8(row.Label))
	c.from = append(c.from, c.place(origin{row.Capture, row.Source}))
	return nil
}

// single rounds to float32, within its finite range.
func single(x float64) float32 { return float32(min(max(x, -math.MaxFloat32), math.MaxFloat32)) }

// place returns the place of an origin in origins.
func (c *Columns) place(o origin) uint32 {
	at, known := c.places[o]
	if !known && len(c.origins) < maxOrigins {
		at = uint32(len(c.origins))
		c.origins, c.places[o] = append(c.origins, o), at
	}
	return at
}
