package dataset

import (
	"fmt"
	"io"
)

// Bounds on what one record may take, so that a small compressed file cannot exhaust
// memory. The largest honest record, of all protocols that have a name, is far below.
const (
	maxRecord    = 16 << 20 // bytes of a JSON record
	maxRow       = 1 << 20  // bytes of a CSV row, or of one of labels
	maxText      = 4 << 10  // bytes of an endpoint, a path or a source
	maxProtocols = 4096     // of one record
)

// bounded is a reader that fails once the record at hand is too long. A decoder reads on
// only if what it has does not hold a whole record, so what it reads beyond the start of
// the record at hand is what the record takes.
type bounded struct {
	r     io.Reader
	limit int64 // bytes that a record may take
	given int64 // bytes read so far
	end   int64 // where the record at hand must have ended
}

func newBounded(r io.Reader, limit int64) *bounded { return &bounded{r: r, limit: limit, end: limit} }

// next says that the record before ended at offset.
func (b *bounded) next(offset int64) { b.end = offset + b.limit }

func (b *bounded) Read(p []byte) (int, error) {
	left := b.end - b.given
	if left <= 0 {
		return 0, fmt.Errorf("it is longer than %d bytes", b.limit)
	}
	n, err := b.r.Read(p[:min(int64(len(p)), left)])
	b.given += int64(n)
	return n, err
}

// checkTexts refuses texts that nobody would write.
func checkTexts(texts ...string) error {
	for _, text := range texts {
		if len(text) > maxText {
			return fmt.Errorf("%.20q… is longer than %d bytes", text, maxText)
		}
	}
	return nil
}
