package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"

	"botnetdetect/behaviour"
	"botnetdetect/feature"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// The columns of examples of mode behaviour: texts, the label, and a number a feature, named
// as behaviour.All names them.
var behaviourTexts = []string{"src", "dst", "capture", "source", "host", "manner"}

func behaviourSchema() *parquet.Schema {
	columns := parquet.Group{"label": parquet.Int(32)}
	for _, name := range behaviourTexts {
		columns[name] = parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	}
	for _, f := range behaviour.All() {
		columns[f.Name] = parquet.Leaf(parquet.DoubleType)
	}
	return parquet.NewSchema("flow", columns)
}

// behaviourColumns are the places of columns in a file.
type behaviourColumns struct {
	count    int
	label    int
	texts    []int
	features []int
}

// columnsOf finds the columns of mode behaviour, of the types that they should have.
func columnsOf(s *parquet.Schema) (c behaviourColumns, err error) {
	find := func(name string, kind parquet.Kind) (at int) {
		leaf, ok := s.Lookup(name)
		switch {
		case !ok:
			err = errors.Join(err, fmt.Errorf("it has no column [%s]; dump the captures again with this version", name))
		case leaf.Node.Type().Kind() != kind || leaf.MaxRepetitionLevel > 0:
			err = errors.Join(err, fmt.Errorf("column %s is of type %v, want %v", name, leaf.Node.Type(), kind))
		}
		return leaf.ColumnIndex
	}
	c.count, c.label = len(s.Columns()), find("label", parquet.Int32)
	for _, name := range behaviourTexts {
		c.texts = append(c.texts, find(name, parquet.ByteArray))
	}
	for _, f := range behaviour.All() {
		c.features = append(c.features, find(f.Name, parquet.Double))
	}
	return c, err
}

// row is an example as a row of a file of its own schema.
func (c *behaviourColumns) row(e *Example) parquet.Row {
	row := make(parquet.Row, c.count)
	set := func(at int, v parquet.Value) { row[at] = v.Level(0, 0, at) }
	set(c.label, parquet.Int32Value(int32(number(e.Botnet))))
	for i, text := range []string{e.Src, e.Dst, e.Capture, e.Source, e.Host, e.Manner} {
		set(c.texts[i], parquet.ByteArrayValue([]byte(text)))
	}
	for i, value := range e.Behaviour {
		set(c.features[i], parquet.DoubleValue(value))
	}
	return row
}

// example reads a row.
func (c *behaviourColumns) example(row parquet.Row) (e Example, label int32, err error) {
	byColumn := make([]parquet.Value, c.count)
	for _, v := range row {
		if at := v.Column(); at >= 0 && at < c.count {
			byColumn[at] = v
		}
	}
	for i, text := range []*string{&e.Src, &e.Dst, &e.Capture, &e.Source, &e.Host, &e.Manner} {
		*text = string(byColumn[c.texts[i]].ByteArray())
	}
	e.Behaviour = make([]float64, len(c.features))
	for i, at := range c.features {
		if byColumn[at].IsNull() {
			return e, 0, fmt.Errorf("it has no %s", behaviour.All()[i].Name)
		}
		e.Behaviour[i] = byColumn[at].Double()
	}
	return e, byColumn[c.label].Int32(), nil
}

func (s Set) writeBehaviour(w io.Writer) (err error) {
	schema := behaviourSchema()
	columns, err := columnsOf(schema)
	if err != nil {
		return err
	}
	out := parquet.NewWriter(w, append(parquetOptions(s.Mode), schema)...)
	for i := range s.Examples {
		if _, err := out.WriteRows([]parquet.Row{columns.row(&s.Examples[i])}); err != nil {
			return fmt.Errorf("cannot write Parquet: %w", err)
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("cannot write Parquet: %w", err)
	}
	return nil
}

// readBehaviour adds the rows of a file of mode behaviour.
func (b *builder) readBehaviour(ctx context.Context, file *parquet.File) (err error) {
	defer guard(&err)
	columns, err := columnsOf(file.Schema())
	if err != nil {
		return err
	}
	at, rows := 0, make([]parquet.Row, rowsAtATime)
	for _, group := range file.RowGroups() {
		in := group.Rows()
		for err == nil {
			var n int
			n, err = in.ReadRows(rows)
			for _, row := range rows[:n] {
				at++
				if bad := b.addBehaviourRow(&columns, row); bad != nil {
					return errors.Join(fmt.Errorf("row %d: %w", at, bad), in.Close())
				}
			}
			if err == nil {
				err = ctx.Err()
			}
		}
		if closed := in.Close(); !errors.Is(err, io.EOF) || closed != nil {
			return fmt.Errorf("row %d: %w", at+1, errors.Join(err, closed))
		}
		err = nil
	}
	return nil
}

func (b *builder) addBehaviourRow(columns *behaviourColumns, row parquet.Row) error {
	e, label, err := columns.example(row)
	if err != nil {
		return err
	}
	if label != 0 && label != 1 {
		return fmt.Errorf("label is %d, must be 0 (benign) or 1 (botnet)", label)
	}
	e.Botnet = label == 1
	return b.keepBehaviour(e)
}

// parquetOptions are what all files are written by.
func parquetOptions(mode feature.Mode) []parquet.WriterOption {
	return []parquet.WriterOption{
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedDefault}),
		parquet.MaxRowsPerRowGroup(rowsPerGroup),
		parquet.KeyValueMetadata(modeKey, string(mode)),
	}
}
