package dataset

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"botnetdetect/packet"
)

// readTable reads tab-separated rows, of at most 1 MiB each, below a header that names at
// least these columns, and gives add the fields of each row in the columns' order. Errors
// name the line.
func readTable(r io.Reader, columns []string, add func(fields []string) error) error {
	limit := newBounded(bufio.NewReaderSize(r, 64<<10), maxRow)
	rows := csv.NewReader(limit)
	rows.Comma, rows.LazyQuotes, rows.ReuseRecord = '\t', true, true
	header, err := rows.Read()
	if err != nil {
		return fmt.Errorf("no header: %w", unexpected(err))
	}
	places, err := place(header, columns)
	if err != nil {
		return err
	}
	fields := make([]string, len(columns))
	for {
		limit.next(rows.InputOffset())
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for i, at := range places {
			fields[i] = row[at]
		}
		if err := add(fields); err != nil {
			line, _ := rows.FieldPos(0)
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// place returns where in a header each column stands.
func place(header, columns []string) (places []int, err error) {
	for _, name := range columns {
		at := slices.Index(header, name)
		if at < 0 {
			return nil, fmt.Errorf("no column %q; want a header with %s between tabs", name, strings.Join(columns, ", "))
		}
		if slices.Contains(header[at+1:], name) {
			return nil, fmt.Errorf("column %q is there twice", name)
		}
		places = append(places, at)
	}
	return places, nil
}

// checkClass refuses a class that is not known; a slip must not change what is trained on.
func checkClass(class string, known []string) error {
	if !slices.Contains(known, class) {
		return fmt.Errorf("class %q is not known: want one of %s", class, strings.Join(known, ", "))
	}
	return nil
}

// canonical returns an endpoint's text as flows have it, whatever way its address is
// written (2001:DB8::1, 2001:db8:0::1); what is no address stays as it is.
func canonical(endpoint string) string {
	if e, err := packet.Parse(endpoint); err == nil {
		return e.String()
	}
	return strings.Clone(endpoint)
}
