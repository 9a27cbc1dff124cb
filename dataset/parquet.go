package dataset

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"botnetdetect/feature"

	"github.com/parquet-go/parquet-go"
)

// labelled is what both kinds of row have. docs/format/dataset.md describes the schemas.
type labelled struct {
	Label   int32  `parquet:"label"` // 0 benign, 1 botnet
	Src     string `parquet:"src"`
	Dst     string `parquet:"dst"`
	Capture string `parquet:"capture,dict"`
	Source  string `parquet:"source,dict"`
}

// statistics are the nine features of one protocol, in the order of feature.Names.
type statistics struct {
	NumPkts      float64 `parquet:"num_pkts"`
	VarianceTime float64 `parquet:"variance_time"`
	Duration     float64 `parquet:"duration"`
	SumLen       float64 `parquet:"sum_len"`
	AvgLen       float64 `parquet:"avg_len"`
	VarianceLen  float64 `parquet:"variance_len"`
	FirstLen     float64 `parquet:"first_len"`
	SymCorr      float64 `parquet:"sym_corr"`
	SymLenCorr   float64 `parquet:"sym_len_corr"`
}

// agnosticRow is an example of protocol-agnostic features: plain columns.
type agnosticRow struct {
	labelled
	statistics
}

// awareRow is an example of protocol-aware features: a list of protocols.
type awareRow struct {
	labelled
	Traffic []awareBlock `parquet:"traffic,list"`
}

type awareBlock struct {
	Protocol string `parquet:"protocol,dict"`
	statistics
}

func statisticsOf(v *feature.Values) statistics {
	return statistics{v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8]}
}

func (n *statistics) values() feature.Values {
	return feature.Values{
		n.NumPkts, n.VarianceTime, n.Duration, n.SumLen, n.AvgLen, n.VarianceLen, n.FirstLen, n.SymCorr, n.SymLenCorr,
	}
}

func labelledOf(e *Example) labelled {
	return labelled{int32(number(e.Botnet)), e.Src, e.Dst, e.Capture, e.Source}
}

const (
	parquetMagic   = "PAR1"
	modeKey        = "botnetdetect.mode" // in the file's metadata: aware, agnostic or behaviour
	rowsPerGroup   = 1 << 17
	rowsAtATime    = 1 << 10
	maxParquetRows = math.MaxInt32 // what the trees take
)

// WriteParquet writes a set as Parquet, zstd-compressed. ReadFile gets back the same bits.
// See docs/format/dataset.md.
func (s Set) WriteParquet(w io.Writer) error {
	switch s.Mode {
	case feature.Behavioural:
		return s.writeBehaviour(w)
	case feature.Agnostic:
		return writeRows(w, s, func(e *Example) agnosticRow {
			return agnosticRow{labelledOf(e), statisticsOf(&e.Traffic[0].Values)}
		})
	}
	return writeRows(w, s, func(e *Example) awareRow {
		row := awareRow{labelled: labelledOf(e)}
		for i := range e.Traffic {
			row.Traffic = append(row.Traffic, awareBlock{e.Traffic[i].Protocol, statisticsOf(&e.Traffic[i].Values)})
		}
		return row
	})
}

func writeRows[T any](w io.Writer, s Set, row func(*Example) T) error {
	out := parquet.NewGenericWriter[T](w, parquetOptions(s.Mode)...)
	rows := make([]T, 0, rowsAtATime)
	for i := range s.Examples {
		rows = append(rows, row(&s.Examples[i]))
		if len(rows) == cap(rows) || i == len(s.Examples)-1 {
			if _, err := out.Write(rows); err != nil {
				return fmt.Errorf("cannot write Parquet: %w", err)
			}
			rows = rows[:0]
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("cannot write Parquet: %w", err)
	}
	return nil
}

// openParquet reads a Parquet file's footer. The library panics on some files that are
// not well-formed; guard turns that into an error.
func openParquet(f *os.File) (file *parquet.File, mode feature.Mode, err error) {
	defer guard(&err)
	info, err := f.Stat()
	if err != nil {
		return nil, "", err
	}
	if err = checkFooter(f, info.Size()); err != nil {
		return nil, "", err
	}
	if file, err = parquet.OpenFile(f, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true)); err != nil {
		return nil, "", err
	}
	if n := file.NumRows(); n < 0 || n > maxParquetRows {
		return nil, "", fmt.Errorf("it says to have %d rows, at most %d are read", n, maxParquetRows)
	}
	text, ok := file.Lookup(modeKey)
	if mode = feature.Mode(text); !ok { // written by another program
		mode = feature.Agnostic
		if _, nested := file.Schema().Lookup("traffic", "list", "element", "protocol"); nested {
			mode = feature.Aware
		} else if _, host := file.Schema().Lookup("manner"); host {
			mode = feature.Behavioural
		}
	}
	if mode == feature.Behavioural {
		return file, mode, nil // its columns are looked for when it is read
	}
	if mode != feature.Agnostic && mode != feature.Aware {
		return nil, "", fmt.Errorf("it says to be of mode %q", mode)
	}
	return file, mode, lacking(file, mode)
}

// checkFooter refuses a file whose footer would not fit in it: the library makes room for as
// many bytes as the last eight of the file say, up to 4 GiB, before it reads any.
func checkFooter(f io.ReaderAt, size int64) error {
	var end [8]byte
	if size < int64(len(parquetMagic)+len(end)) {
		return fmt.Errorf("it has %d bytes, too few for Parquet", size)
	}
	if _, err := f.ReadAt(end[:], size-int64(len(end))); err != nil {
		return err
	}
	if n, room := int64(binary.LittleEndian.Uint32(end[:])), size-int64(len(parquetMagic)+len(end)); n > room {
		return fmt.Errorf("its footer says to be of %d bytes, and the file has room for %d: it is damaged or cut short", n, room)
	}
	return nil
}

// lacking says which column a file lacks, if one is missing: the library would read it as zeros.
func lacking(file *parquet.File, mode feature.Mode) error {
	columns := [][]string{{"label"}}
	for _, name := range feature.Names {
		path := []string{name}
		if mode == feature.Aware {
			path = []string{"traffic", "list", "element", name}
		}
		columns = append(columns, path)
	}
	for _, path := range columns {
		if _, ok := file.Schema().Lookup(path...); !ok {
			return fmt.Errorf("it has no column %v; want those of docs/format/dataset.md", path)
		}
	}
	return nil
}

// guard turns a panic into an error.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("not well-formed Parquet: %v", r)
	}
}

// readParquet adds the rows of a file that WriteParquet wrote.
func (b *builder) readParquet(ctx context.Context, f *os.File) error {
	file, mode, err := openParquet(f)
	if err != nil {
		return err
	}
	if b.parts != "" && b.parts != mode {
		return fmt.Errorf("it holds features of mode %s, files before it of mode %s", mode, b.parts)
	}
	b.parts = mode
	switch mode {
	case feature.Behavioural:
		return b.readBehaviour(ctx, file)
	case feature.Agnostic:
		return eachRow(ctx, file, func(row *agnosticRow) error {
			return b.addParquet(&row.labelled, []feature.Block{{Protocol: feature.AnyProtocol, Values: row.values()}})
		})
	}
	b.aware = true
	return eachRow(ctx, file, func(row *awareRow) error {
		blocks, err := row.blocks()
		if err != nil {
			return err
		}
		return b.addParquet(&row.labelled, blocks)
	})
}

func (r *awareRow) blocks() ([]feature.Block, error) {
	if n := len(r.Traffic); n == 0 || n > maxProtocols {
		return nil, fmt.Errorf("%d protocols, want 1 to %d", n, maxProtocols)
	}
	blocks := make([]feature.Block, len(r.Traffic))
	for i := range r.Traffic {
		blocks[i] = feature.Block{Protocol: r.Traffic[i].Protocol, Values: r.Traffic[i].values()}
	}
	return blocks, nil
}

// eachRow hands the rows of a file to use, one after the other; a row is valid until use returns.
func eachRow[T any](ctx context.Context, file *parquet.File, use func(*T) error) (err error) {
	defer guard(&err)
	in := parquet.NewGenericReader[T](file)
	defer func() { _ = in.Close() }()
	for at := 0; ; {
		rows := make([]T, rowsAtATime) // anew: lists must not show what rows before had
		n, err := in.Read(rows)
		for i := range rows[:n] {
			if err := use(&rows[i]); err != nil {
				return fmt.Errorf("row %d: %w", at+i+1, err)
			}
		}
		at += n
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("row %d: %w", at+1, err)
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
}

func (b *builder) addParquet(l *labelled, blocks []feature.Block) error {
	if l.Label != 0 && l.Label != 1 {
		return fmt.Errorf("label is %d, must be 0 (benign) or 1 (botnet)", l.Label)
	}
	for i := range blocks {
		for k, value := range blocks[i].Values {
			if math.IsInf(value, 0) || math.IsNaN(value) {
				return fmt.Errorf("%s is not finite", feature.FullName(blocks[i].Protocol, k))
			}
		}
	}
	if err := b.name(blocks); err != nil {
		return err
	}
	for i := 1; i < len(blocks); i++ {
		if blocks[i].Protocol == blocks[i-1].Protocol {
			return fmt.Errorf("protocol %s is there twice", blocks[i].Protocol)
		}
	}
	return b.keep(Example{
		Botnet: l.Label == 1, Src: l.Src, Dst: l.Dst, Capture: l.Capture, Source: l.Source, Traffic: blocks,
	})
}
