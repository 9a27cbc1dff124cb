package gbdt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// jsonScan reads one JSON document (RFC 8259) into its builder. A model is mostly numbers, and
// is read whenever the program starts: the library's decoder, which makes a value of each,
// took most of that time.
type jsonScan struct {
	builder
	data  []byte
	at    int
	known map[string]string // keys that came before, by how they are written
}

// parseJSON reads one JSON document.
func parseJSON(data []byte) (*value, error) {
	s := &jsonScan{data: data}
	for {
		if err := s.value(); err != nil {
			return nil, fmt.Errorf("byte %d: %w", s.at, err)
		}
		more, err := s.after()
		if err != nil {
			return nil, fmt.Errorf("byte %d: %w", s.at, err)
		}
		if !more {
			return s.root, nil
		}
	}
}

// next skips white space and returns the byte after it, which it leaves; 0 at the end.
func (s *jsonScan) next() byte {
	for ; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// value reads a value, or the beginning of one up to the first value in it.
func (s *jsonScan) value() error {
	for {
		switch c := s.next(); c {
		case '{', '[':
			if within, err := s.open(c); err != nil || !within {
				return err
			}
		case '"':
			t, err := s.text()
			if err != nil {
				return err
			}
			return s.addText(t)
		case 't', 'f', 'n':
			return s.word()
		default:
			return s.number()
		}
	}
}

// open begins an object, with its first key, or an array. It reports whether a value is to
// follow; if not, it has been ended.
func (s *jsonScan) open(c byte) (within bool, err error) {
	k, closing := object, byte('}')
	if c == '[' {
		k, closing = array, ']'
	}
	s.at++
	if err := s.begin(k); err != nil {
		return false, err
	}
	if s.next() == closing {
		s.at++
		s.end()
		return false, nil
	}
	if k == object {
		return true, s.member()
	}
	return true, nil
}

// after reads what follows a value, up to the next one. It reports whether there is one.
func (s *jsonScan) after() (more bool, err error) {
	for {
		c, in := s.next(), s.inside()
		switch {
		case in == null && s.at == len(s.data):
			return false, nil
		case in == null:
			return false, errors.New("data after the end")
		case s.at == len(s.data):
			return false, io.ErrUnexpectedEOF
		}
		s.at++
		switch {
		case c == ',' && in == object:
			return true, s.member()
		case c == ',':
			return true, nil
		case c == '}' && in == object, c == ']' && in == array:
			s.end()
		default:
			s.at--
			return false, fmt.Errorf("%q after a value", c)
		}
	}
}

// member reads the key of an object's member, and the colon.
func (s *jsonScan) member() error {
	if s.next() != '"' {
		return errors.New("a member without a key")
	}
	quoted, plain, err := s.quoted()
	if err != nil {
		return err
	}
	k, err := s.keyOf(quoted, plain)
	if err != nil {
		return err
	}
	if s.next() != ':' {
		return errors.New("a key without a value")
	}
	s.at++
	return s.key(k)
}

// keyOf is unquote for keys, which it makes only once: each tree has the keys of the one before.
func (s *jsonScan) keyOf(quoted []byte, plain bool) (string, error) {
	if known, ok := s.known[string(quoted)]; ok {
		return known, nil
	}
	k, err := unquote(quoted, plain)
	if err == nil && len(s.known) < mostKnown {
		if s.known == nil {
			s.known = make(map[string]string)
		}
		s.known[string(quoted)] = k
	}
	return k, err
}

// mostKnown bounds jsonScan.known: XGBoost's models have some 60 keys.
const mostKnown = 256

// text reads a string, which begins here.
func (s *jsonScan) text() (string, error) {
	quoted, plain, err := s.quoted()
	if err != nil {
		return "", err
	}
	return unquote(quoted, plain)
}

// quoted reads a string as it is written; it is plain if there is no escape in it.
func (s *jsonScan) quoted() (quoted []byte, plain bool, err error) {
	rest := s.data[s.at:]
	plain = true
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '\\':
			plain = false
			i++
		case c < ' ':
			return nil, false, errors.New("a control character in a string")
		case c == '"':
			s.at += i + 1
			return rest[:i+1], plain, nil
		}
	}
	return nil, false, io.ErrUnexpectedEOF
}

// unquote returns the text of a string, plain if there is no escape in it.
func unquote(quoted []byte, plain bool) (t string, err error) {
	if body := quoted[1 : len(quoted)-1]; plain && utf8.Valid(body) {
		return string(body), nil
	}
	err = json.Unmarshal(quoted, &t)
	return t, err
}

// word reads true, false or null.
func (s *jsonScan) word() error {
	for _, w := range [...]string{"true", "false", "null"} {
		if bytes.HasPrefix(s.data[s.at:], []byte(w)) {
			s.at += len(w)
			if w == "null" {
				return s.addNull()
			}
			return s.addBool(w == "true")
		}
	}
	return errors.New("an unknown word")
}

func (s *jsonScan) number() error {
	b := s.data[s.at:]
	n := numberLength(b)
	switch {
	case len(b) == 0:
		return io.ErrUnexpectedEOF
	case n == 0:
		return errors.New("no value where one must be")
	}
	x, err := parseNumber(b[:n])
	if err != nil {
		return err
	}
	s.at += n
	return s.addNumber(x)
}

// parseNumber returns the number that b, which is one, stands for.
func parseNumber(b []byte) (float64, error) {
	const exact = 15 // digits that a float64 holds
	if digits(b) == len(b) && len(b) <= exact {
		n := 0
		for _, c := range b {
			n = 10*n + int(c-'0')
		}
		return float64(n), nil
	}
	x, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return 0, fmt.Errorf("number %.40s is out of range", b)
	}
	return x, nil
}

// numberLength returns the length of the number that b begins with; 0 if it begins with
// none.
func numberLength(b []byte) int {
	n := 0
	if n < len(b) && b[n] == '-' {
		n++
	}
	whole := digits(b[n:])
	if whole == 0 || whole > 1 && b[n] == '0' {
		return 0
	}
	n += whole
	if n < len(b) && b[n] == '.' {
		f := digits(b[n+1:])
		if f == 0 {
			return 0
		}
		n += 1 + f
	}
	if n < len(b) && b[n]|0x20 == 'e' {
		n++
		if n < len(b) && (b[n] == '+' || b[n] == '-') {
			n++
		}
		e := digits(b[n:])
		if e == 0 {
			return 0
		}
		n += e
	}
	return n
}

// digits returns how many digits b begins with.
func digits(b []byte) (n int) {
	for n < len(b) && b[n]-'0' <= 9 {
		n++
	}
	return n
}
