package gbdt

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"
)

// jsonWriter writes JSON as XGBoost reads it: where it wants a float it does not
// take 1, only 1E0.
type jsonWriter struct {
	w     io.Writer
	buf   []byte
	comma bool
	err   error
}

func (j *jsonWriter) put(s string) {
	j.buf = append(j.buf, s...)
	if len(j.buf) > 1<<16 {
		_ = j.flush() // keeps its error for the last flush
	}
}

func (j *jsonWriter) flush() error {
	if j.err == nil {
		_, j.err = j.w.Write(j.buf)
	}
	j.buf = j.buf[:0]
	return j.err
}

// next puts the comma before all but the first element.
func (j *jsonWriter) next() {
	if j.comma {
		j.put(",")
	}
	j.comma = true
}

func (j *jsonWriter) beginObject()   { j.open("{") }
func (j *jsonWriter) beginArray(int) { j.open("[") }
func (j *jsonWriter) endObject()     { j.close("}") }
func (j *jsonWriter) endArray()      { j.close("]") }

func (j *jsonWriter) open(s string) {
	j.next()
	j.put(s)
	j.comma = false
}

func (j *jsonWriter) close(s string) {
	j.put(s)
	j.comma = true
}

func (j *jsonWriter) key(k string) {
	j.text(k)
	j.put(":")
	j.comma = false
}

func (j *jsonWriter) text(s string) {
	j.next()
	var quoted strings.Builder
	e := json.NewEncoder(&quoted)
	e.SetEscapeHTML(false)  // XGBoost 1.7 takes \u003c for six letters
	if e.Encode(s) == nil { // a string always has a JSON form
		j.put(strings.TrimSuffix(quoted.String(), "\n"))
	}
}

func (j *jsonWriter) integer(n int) {
	j.next()
	j.put(strconv.Itoa(n))
}

func (j *jsonWriter) integers(_ byte, n int, at func(int) int64) {
	j.open("[")
	for i := range n {
		j.next()
		j.put(strconv.FormatInt(at(i), 10))
	}
	j.close("]")
}

func (j *jsonWriter) floats(n int, at func(int) float32) {
	j.open("[")
	for i := range n {
		j.next()
		j.put(formatFloat(at(i)))
	}
	j.close("]")
}

// formatFloat writes the shortest decimal that reads back the same, with an
// exponent.
func formatFloat(x float32) string { return strconv.FormatFloat(float64(x), 'E', -1, 32) }
