package gbdt

import (
	"errors"
	"fmt"
	"strconv"
)

// value is a part of a JSON or UBJSON document. Numbers of an array are kept
// apart from it, since a model is mostly arrays of numbers.
type value struct {
	kind    kind
	text    string
	number  float64
	numbers []float64 // of an array of numbers or booleans
	list    []*value  // of another array
	members *dict     // of an object
}

type kind uint8

const (
	null kind = iota
	text
	number
	array
	object
)

var kindNames = [...]string{"null", "a string", "a number", "an array", "an object"}

func (k kind) String() string { return kindNames[k] }

// Limits of a document. A model needs nesting of 8, and some 30 values a tree;
// numbers in arrays do not count.
const (
	maxNesting = 32
	maxValues  = 1 << 22
)

// builder makes a document from its parts in order, on a stack of its own: a
// hostile file must not choose how deep we recurse.
type builder struct {
	open []*value
	keys []string // of the open objects' members; "" in arrays
	root *value
	size int // values

	values []value   // to be used next
	pool   []float64 // its capacity is for the numbers of the next array
}

// Values and numbers are allocated so many at a time. A model is thousands of both, and this
// program reads one whenever it starts.
const (
	valuesAtOnce  = 256
	numbersAtOnce = 1024
)

func (b *builder) value(k kind) *value {
	if len(b.values) == 0 {
		b.values = make([]value, valuesAtOnce)
	}
	v := &b.values[0]
	b.values, v.kind = b.values[1:], k
	return v
}

func (b *builder) addText(t string) error {
	v := b.value(text)
	v.text = t
	return b.add(v)
}

func (b *builder) addNull() error { return b.add(b.value(null)) }

func (b *builder) begin(k kind) error {
	if len(b.open) == maxNesting {
		return fmt.Errorf("more than %d levels of nesting", maxNesting)
	}
	v := b.value(k)
	if k == object {
		v.members = new(dict)
	}
	if err := b.add(v); err != nil {
		return err
	}
	b.open, b.keys = append(b.open, v), append(b.keys, "")
	return nil
}

// end closes the innermost array or object.
func (b *builder) end() {
	if v := b.open[len(b.open)-1]; v.numbers != nil {
		n := len(v.numbers)
		b.pool, v.numbers = v.numbers[n:], v.numbers[:n:n]
	}
	b.open, b.keys = b.open[:len(b.open)-1], b.keys[:len(b.keys)-1]
}

// inside returns what is open, or null outside of all.
func (b *builder) inside() kind {
	if len(b.open) == 0 {
		return null
	}
	return b.open[len(b.open)-1].kind
}

func (b *builder) key(k string) error {
	if b.open[len(b.open)-1].members.find(k) != nil {
		return fmt.Errorf("key %q occurs twice", k)
	}
	b.keys[len(b.keys)-1] = k
	return nil
}

func (b *builder) add(v *value) error {
	if b.size++; b.size > maxValues {
		return fmt.Errorf("more than %d values", maxValues)
	}
	if len(b.open) == 0 {
		if b.root != nil {
			return errors.New("data after the end")
		}
		b.root = v
		return nil
	}
	in := b.open[len(b.open)-1]
	if in.kind == object {
		in.members.add(b.keys[len(b.keys)-1], v)
		return nil
	}
	if in.numbers != nil {
		return errors.New("an array of numbers and others")
	}
	in.list = append(in.list, v)
	return nil
}

func (b *builder) addNumber(x float64) error {
	if b.inside() != array {
		v := b.value(number)
		v.number = x
		return b.add(v)
	}
	in := b.open[len(b.open)-1]
	if in.list != nil {
		return errors.New("an array of numbers and others")
	}
	if in.numbers == nil {
		if cap(b.pool) == 0 {
			b.pool = make([]float64, 0, numbersAtOnce)
		}
		in.numbers = b.pool[:0]
	}
	in.numbers = append(in.numbers, x)
	return nil
}

func (b *builder) addBool(x bool) error {
	if x {
		return b.addNumber(1)
	}
	return b.addNumber(0)
}

// at returns the member that a path of keys leads to.
func (v *value) at(path ...string) (*value, error) {
	for i, k := range path {
		if v.kind != object {
			return nil, fmt.Errorf("%s is %v, want an object", name(path[:i]), v.kind)
		}
		next := v.members.find(k)
		if next == nil {
			return nil, fmt.Errorf("%s is missing", name(path[:i+1]))
		}
		v = next
	}
	return v, nil
}

func name(path []string) string {
	s := "model"
	for _, k := range path {
		s += "." + k
	}
	return s
}

// want returns the member at a path if it is of a kind.
func (v *value) want(k kind, path ...string) (*value, error) {
	m, err := v.at(path...)
	if err == nil && m.kind != k {
		return nil, fmt.Errorf("%s is %v, want %v", name(path), m.kind, k)
	}
	return m, err
}

// wantText returns the string at a path.
func (v *value) wantText(path ...string) (string, error) {
	m, err := v.want(text, path...)
	if err != nil {
		return "", err
	}
	return m.text, nil
}

// wantInt returns the integer from low to high at a path, which XGBoost writes
// as a string.
func (v *value) wantInt(low, high int, path ...string) (int, error) {
	s, err := v.wantText(path...)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("%s is %q, want an integer from %d to %d", name(path), s, low, high)
	}
	return n, nil
}

// wantTexts returns the array of strings at a path.
func (v *value) wantTexts(path ...string) ([]string, error) {
	m, err := v.want(array, path...)
	if err != nil {
		return nil, err
	}
	if len(m.numbers) > 0 {
		return nil, fmt.Errorf("%s holds numbers, want strings", name(path))
	}
	var all []string
	for i, e := range m.list {
		if e.kind != text {
			return nil, fmt.Errorf("%s: element %d is %v, want a string", name(path), i, e.kind)
		}
		all = append(all, e.text)
	}
	return all, nil
}

// wantNumbers returns the array of numbers at a path.
func (v *value) wantNumbers(path ...string) ([]float64, error) {
	m, err := v.want(array, path...)
	if err != nil {
		return nil, err
	}
	if len(m.list) > 0 {
		return nil, fmt.Errorf("%s holds %v, want numbers", name(path), m.list[0].kind)
	}
	return m.numbers, nil
}
