package gbdt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// UBJSON (draft 12, https://ubjson.org) is JSON with a type letter before each
// value and big-endian numbers. Arrays and objects may give their size, and
// their elements' type, first.

var errShort = io.ErrUnexpectedEOF

// ubjson reads one UBJSON document.
type ubjson struct {
	builder
	data []byte
	left []int64 // by open array or object: elements still to come, or -1 if an end mark tells
}

func parseUBJSON(data []byte) (*value, error) {
	u := &ubjson{data: data}
	for u.root == nil || len(u.open) > 0 {
		if err := u.step(); err != nil {
			return nil, fmt.Errorf("byte %d: %w", len(data)-len(u.data), err)
		}
	}
	if len(u.data) > 0 {
		return nil, fmt.Errorf("%d bytes after the end", len(u.data))
	}
	return u.root, nil
}

// step reads the next value, or the end of what is open.
func (u *ubjson) step() error {
	if n := len(u.left); n > 0 && u.left[n-1] == 0 {
		u.close()
		return nil
	}
	mark, err := u.mark()
	if err != nil {
		return err
	}
	if n := len(u.left); n > 0 {
		if u.left[n-1] < 0 && (mark == ']' && u.inside() == array || mark == '}' && u.inside() == object) {
			u.close()
			return nil
		}
		if u.left[n-1] > 0 {
			u.left[n-1]--
		}
	}
	if u.inside() == object {
		if mark, err = u.member(mark); err != nil {
			return err
		}
	}
	return u.value(mark)
}

func (u *ubjson) close() {
	u.end()
	u.left = u.left[:len(u.left)-1]
}

// mark returns the next type letter.
func (u *ubjson) mark() (byte, error) {
	for {
		b, err := u.take(1)
		if err != nil {
			return 0, err
		}
		if b[0] != 'N' { // no operation
			return b[0], nil
		}
	}
}

// member reads a key, whose length starts with mark, and the value's letter.
func (u *ubjson) member(mark byte) (byte, error) {
	k, err := u.text(mark)
	if err == nil {
		err = u.key(k)
	}
	if err != nil {
		return 0, err
	}
	return u.mark()
}

func (u *ubjson) value(mark byte) error {
	switch mark {
	case '{':
		return u.container(object)
	case '[':
		return u.container(array)
	case 'S':
		mark, err := u.mark()
		if err != nil {
			return err
		}
		s, err := u.text(mark)
		if err != nil {
			return err
		}
		return u.addText(s)
	case 'T', 'F':
		return u.addBool(mark == 'T')
	case 'Z':
		return u.addNull()
	}
	x, err := u.number(mark)
	if err != nil {
		return err
	}
	return u.addNumber(x)
}

// container opens an array or object, and reads it whole if its elements'
// type is given.
func (u *ubjson) container(k kind) error {
	if err := u.begin(k); err != nil {
		return err
	}
	u.left = append(u.left, -1)
	if len(u.data) == 0 {
		return errShort
	}
	switch u.data[0] {
	case '$':
		return u.typed()
	case '#':
		n, err := u.size()
		u.left[len(u.left)-1] = n
		return err
	}
	return nil
}

// typed reads an array of numbers of one type.
func (u *ubjson) typed() error {
	head, err := u.take(2)
	if err != nil {
		return err
	}
	width := numberWidth(head[1])
	if u.inside() != array || width == 0 {
		return fmt.Errorf("%v of type %q, want only arrays of numbers to have one", u.inside(), head[1])
	}
	if len(u.data) == 0 || u.data[0] != '#' {
		return errors.New("a type without a size")
	}
	n, err := u.size()
	if err != nil {
		return err
	}
	if n > int64(len(u.data)/width) {
		return errShort
	}
	numbers := make([]float64, n)
	for i := range numbers {
		if numbers[i], err = u.number(head[1]); err != nil {
			return err
		}
	}
	u.open[len(u.open)-1].numbers = numbers
	u.left[len(u.left)-1] = 0
	return nil
}

// size reads "#" and a number of elements. Each element takes a byte at least.
func (u *ubjson) size() (int64, error) {
	if _, err := u.take(1); err != nil {
		return 0, err
	}
	mark, err := u.mark()
	if err != nil {
		return 0, err
	}
	return u.length(mark)
}

func (u *ubjson) length(mark byte) (int64, error) {
	if mark == 'd' || mark == 'D' {
		return 0, fmt.Errorf("a length of type %q, want an integer", mark)
	}
	x, err := u.number(mark)
	if err != nil {
		return 0, err
	}
	if x < 0 || x > float64(len(u.data)) {
		return 0, fmt.Errorf("a length of %v with %d bytes to come", x, len(u.data))
	}
	return int64(x), nil
}

func (u *ubjson) text(mark byte) (string, error) {
	n, err := u.length(mark)
	if err != nil {
		return "", err
	}
	b, err := u.take(int(n))
	return string(b), err
}

func (u *ubjson) take(n int) ([]byte, error) {
	if len(u.data) < n {
		return nil, errShort
	}
	b := u.data[:n]
	u.data = u.data[n:]
	return b, nil
}

// numberWidth returns the bytes of a number type, or 0 for another letter.
func numberWidth(mark byte) int {
	switch mark {
	case 'i', 'U':
		return 1
	case 'I':
		return 2
	case 'l', 'd':
		return 4
	case 'L', 'D':
		return 8
	}
	return 0
}

func (u *ubjson) number(mark byte) (float64, error) {
	width := numberWidth(mark)
	if width == 0 {
		return 0, fmt.Errorf("type %q is not known", mark)
	}
	b, err := u.take(width)
	if err != nil {
		return 0, err
	}
	switch mark {
	case 'i':
		return float64(int8(b[0])), nil
	case 'U':
		return float64(b[0]), nil
	case 'I':
		return float64(int16(binary.BigEndian.Uint16(b))), nil
	case 'l':
		return float64(int32(binary.BigEndian.Uint32(b))), nil
	case 'd':
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b))), nil
	case 'D':
		return math.Float64frombits(binary.BigEndian.Uint64(b)), nil
	}
	return float64(int64(binary.BigEndian.Uint64(b))), nil
}
