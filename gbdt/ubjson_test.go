package gbdt

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestUBJSON(t *testing.T) {
	f := func(in string, want string) {
		t.Helper()
		v, err := parseUBJSON([]byte(in))
		if err != nil {
			t.Errorf("%q: %v", in, err)
		} else if got := show(v); got != want {
			t.Errorf("%q is %s, want %s", in, got, want)
		}
	}
	bad := func(in string, says string) {
		t.Helper()
		if _, err := parseUBJSON([]byte(in)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: error %v, want one that says %q", in, err, says)
		}
	}
	f("{}", "{}")
	f("{i\x01ai\xff}", "{a:-1}")
	f("{#i\x01i\x01aU\xff", "{a:255}")
	f("N[SNi\x02hiN[]Z]", `["hi" [] null]`)
	f("[SU\x02hi[]Z]", `["hi" [] null]`)
	f("[TFI\x01\x00]", "[1 0 256]")
	f("[#i\x02l\x00\x01\x00\x00L\x00\x00\x00\x01\x00\x00\x00\x00", "[65536 4.294967296e+09]")
	f("[$d#i\x01\x3f\x80\x00\x00", "[1]")
	f("[D\x3f\xf0\x00\x00\x00\x00\x00\x00]", "[1]")
	f("[$U#i\x00", "[]")
	bad("", "unexpected EOF")
	bad("{", "unexpected EOF")
	bad("[#", "unexpected EOF")
	bad("[$U", "a type without a size")
	bad("[$Ui\x01", "a type without a size")
	bad("{$U#i\x01", "only arrays of numbers")
	bad("[$Z#L\x7f\xff\xff\xff\xff\xff\xff\xff", "only arrays of numbers")
	bad("[$U#L\x7f\xff\xff\xff\xff\xff\xff\xff", "a length of")
	bad("[#i\xff", "a length of -1")
	bad("[#d\x3f\x80\x00\x00", "want an integer")
	bad("[Si\x09hi]", "a length of 9")
	bad("[q]", "not known")
	bad("]", "not known")
	bad("[}", "not known")
	bad("{}{", "1 bytes after the end")
	bad("{i\x01aTi\x01aT}", "twice")
}

// show writes a document for comparison.
func show(v *value) string {
	switch v.kind {
	case object:
		var all []string
		members := slices.SortedFunc(slices.Values(v.members.members), func(x, y keyed) int { return strings.Compare(x.key, y.key) })
		for _, m := range members {
			all = append(all, m.key+":"+show(m.value))
		}
		return "{" + strings.Join(all, " ") + "}"
	case array:
		var all []string
		for _, x := range v.numbers {
			all = append(all, formatNumber(x))
		}
		for _, e := range v.list {
			all = append(all, show(e))
		}
		return "[" + strings.Join(all, " ") + "]"
	case text:
		return `"` + v.text + `"`
	case number:
		return formatNumber(v.number)
	}
	return "null"
}

func formatNumber(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
