package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Splice writes the verdicts that another Verdicts of the same format wrote, from its
// beginning to its Close.
func (v *Verdicts) Splice(r io.Reader) error {
	in := bufio.NewReaderSize(r, 64<<10)
	switch v.format {
	case CSV:
		v.csv.Flush()
		if err := skip(in, "capture,", true); err != nil {
			return err
		}
	case JSON:
		return v.spliceArray(in)
	}
	_, err := io.Copy(v.out, in)
	return err
}

// spliceArray writes the elements of an array as they stand.
func (v *Verdicts) spliceArray(in *bufio.Reader) error {
	if empty, err := in.Peek(3); err == nil && string(empty) == "[]\n" {
		return nil
	}
	if err := skip(in, "[\n", false); err != nil {
		return err
	}
	separator := ",\n"
	if v.count == 0 {
		separator = "[\n"
	}
	v.count++
	v.out.WriteString(separator)
	const end = "\n]\n"
	for {
		part, err := in.Peek(in.Size())
		if err == io.EOF && strings.HasSuffix(string(part), end) {
			_, err = v.out.Write(part[:len(part)-len(end)])
			return err
		}
		if err != nil {
			return fmt.Errorf("cannot join verdicts: an array does not end: %w", io.ErrUnexpectedEOF)
		}
		part = part[:len(part)-len(end)]
		v.out.Write(part)
		_, _ = in.Discard(len(part)) // it has just been peeked
	}
}

// skip reads past a beginning, and the rest of its line if asked to.
func skip(in *bufio.Reader, start string, line bool) error {
	if got, err := in.Peek(len(start)); err != nil || string(got) != start {
		return fmt.Errorf("cannot join verdicts: they begin with %q, want %q", got, start)
	}
	if line {
		_, err := in.ReadSlice('\n')
		return err
	}
	_, err := in.Discard(len(start))
	return err
}
