package synthetic

import (
	"math"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const hosts = 4000 // drawn to compare with the documentation

// drawn returns the values of each trait, true as 1, over many hosts.
func drawn(t *testing.T) map[string][]float64 {
	t.Helper()
	all := make(map[string][]float64)
	for seed := range uint64(hosts) {
		h, err := New(seed, Options{})
		if err != nil {
			t.Fatal(err)
		}
		v := reflect.ValueOf(h.Traits())
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			switch f := v.Field(i); f.Kind() {
			case reflect.Float64:
				all[name] = append(all[name], f.Float())
			case reflect.Int:
				all[name] = append(all[name], float64(f.Int()))
			case reflect.Bool:
				n := 0.0
				if f.Bool() {
					n = 1
				}
				all[name] = append(all[name], n)
			default:
				all[name+" "+f.String()] = append(all[name+" "+f.String()], 1)
			}
		}
	}
	return all
}

var row = regexp.MustCompile("(?m)^\\| `(\\w+)`(.*)\\|$")

// TestDocumented compares what is drawn with the tables of docs/synthetic.md: ranges, medians and
// shares. Every number among the traits must be in one of them.
func TestDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/synthetic.md")
	if err != nil {
		t.Fatal(err)
	}
	all := drawn(t)
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		name, cells := m[1], strings.Split(m[2], "|")
		values := all[name]
		if len(values) == 0 {
			continue // a table of words
		}
		delete(all, name)
		if _, err := strconv.ParseFloat(strings.TrimSpace(cells[1]), 64); err == nil {
			checkShare(t, name, values, cells[1:])
			continue
		}
		checkRange(t, name, values, cells[2:])
	}
	for name, values := range all {
		if !strings.Contains(name, " ") {
			t.Errorf("%s is not documented: %v, …", name, values[0])
		} else if len(values) < hosts/20 {
			t.Errorf("%s: %d times of %d", name, len(values), hosts)
		}
	}
}

// checkRange wants values within [least, most], and half of them, give or take four
// standard errors and ties, below the median.
func checkRange(t *testing.T, name string, values []float64, cells []string) {
	t.Helper()
	least, median, most := number(t, name, cells[0]), number(t, name, cells[1]), number(t, name, cells[2])
	if lo, hi := slices.Min(values), slices.Max(values); lo < least || hi > most {
		t.Errorf("%s: drawn from %v to %v", name, lo, hi)
	}
	below, above := 0, 0
	for _, v := range values {
		if v < median*0.97 {
			below++
		}
		if v > median*1.03 {
			above++
		}
	}
	bound := hosts/2 + int(2*math.Sqrt(hosts))
	if below > bound || above > bound {
		t.Errorf("%s: %d below %v, %d above, of %d", name, below, median, above, hosts)
	}
}

// checkShare wants the share of values that are not zero, and those within their range.
func checkShare(t *testing.T, name string, values []float64, cells []string) {
	t.Helper()
	want, have := number(t, name, cells[0]), 0
	for _, v := range values {
		if v == 0 {
			continue
		}
		have++
		if low := strings.TrimSpace(cells[1]); low != "" && (v < number(t, name, low) || v > number(t, name, cells[2])) {
			t.Errorf("%s: drawn %v", name, v)
		}
	}
	if got, sigma := float64(have)/hosts, math.Sqrt(want*(1-want)/hosts); math.Abs(got-want) > 4*sigma {
		t.Errorf("%s: share %.3f, documented %v", name, got, want)
	}
}

func number(t *testing.T, name, cell string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
	if err != nil {
		t.Fatalf("%s: documented as %q", name, cell)
	}
	return v
}
