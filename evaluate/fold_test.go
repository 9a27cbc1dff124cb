package evaluate

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Whatever the corpus, no fold divides a group, and no fold tests nothing.
func TestFoldsDivideNoGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCorpus(t)
		by := rapid.SampledFrom([]Grouping{ByCapture, ByHost}).Draw(t, "grouping")
		groups := c.Groups(by)
		for _, p := range []Protocol{Capture, Family, Source, Grid} {
			folds, err := c.Folds(p, groups, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range folds {
				if err := f.check(c, groups); err != nil {
					t.Fatalf("%s: %v", p, err)
				}
				if len(f.Test) == 0 {
					t.Fatalf("%s: fold %s tests nothing", p, f.Name)
				}
			}
		}
	})
}

// Random, capture, family and source test every flow once; each trains on all groups
// that it does not touch.
func TestFoldsTestEveryFlowOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCorpus(t)
		_, botnet := c.balance(c.all())
		if botnet == 0 || botnet == len(c.Flows) {
			t.Skip("one class: what is left out with a family or source is not there")
		}
		for _, p := range []Protocol{Random, Capture, Family, Source} {
			groups := c.Groups(ByHost)
			if p == Random {
				groups = c.Groups(ByFlow)
			}
			folds, _ := c.Folds(p, groups, 7)
			tested := make([]int, len(c.Flows))
			for _, f := range folds {
				for _, r := range f.Test {
					tested[r]++
				}
				if d := cmp.Diff(groups.without(f.Test, c.all()), f.Train); d != "" {
					t.Fatalf("%s, fold %s: training rows (-want +got):\n%s", p, f.Name, d)
				}
			}
			for r, n := range tested {
				if n != 1 {
					t.Fatalf("%s: flow %d (%+v) is tested %d times", p, r, c.Flows[r], n)
				}
			}
		}
	})
}

// A cell of the grid tests a family and a source, all of them, and trains on neither.
func TestGridCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCorpus(t)
		groups := c.Groups(ByHost)
		folds, _ := c.Folds(Grid, groups, 1)
		if want := len(c.sources(true)) * len(c.sources(false)); len(folds) != want {
			t.Fatalf("%d cells, want %d", len(folds), want)
		}
		for _, f := range folds {
			for r := range c.Flows {
				own := c.Flows[r].is(true, f.Family) || c.Flows[r].is(false, f.Source)
				if own != slices.Contains(f.Test, r) {
					t.Fatalf("cell %s: flow %+v: tested is not %v", f.Name, c.Flows[r], own)
				}
				if own && slices.Contains(f.Train, r) {
					t.Fatalf("cell %s trains on %+v", f.Name, c.Flows[r])
				}
			}
		}
	})
}

func TestFamilyFolds(t *testing.T) {
	c := world(truth)
	groups := c.Groups(ByHost)
	folds, err := c.Folds(Family, groups, 1)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range folds {
		names = append(names, f.Name)
		benign, botnet := c.balance(f.Test)
		if want := map[string]int{"storm": 13, "zeus": 12}[f.Family]; botnet != want {
			t.Errorf("fold %s tests %d botnet flows, want %d", f.Name, botnet, want)
		}
		if benign < 25 || benign > 30 { // 55 in captures of 20, 15, 10, 7 and 3
			t.Errorf("fold %s tests %d of 55 benign flows, want about half", f.Name, benign)
		}
	}
	if d := cmp.Diff([]string{"storm", "zeus"}, names); d != "" {
		t.Errorf("folds (-want +got):\n%s", d)
	}
}

func TestCheckRefusesLeaks(t *testing.T) {
	c := world(truth)
	f := Fold{Name: "mine", Train: []int{0, 1, 30}, Test: []int{2, 40}} // 0, 1 and 2 are of capture s1
	for _, by := range []Grouping{ByCapture, ByHost} {
		var leak *LeakError
		if err := f.check(c, c.Groups(by)); !errors.As(err, &leak) {
			t.Fatalf("%s: error %v, want a LeakError", by, err)
		}
		if leak.Fold != "mine" || leak.Test.Capture != "s1" || leak.Train.Capture != "s1" {
			t.Errorf("%s: %+v", by, leak)
		}
		if !strings.Contains(leak.Error(), "s1") {
			t.Errorf("%s: the message does not name the capture: %v", by, leak)
		}
	}
	if err := f.check(c, c.Groups(ByFlow)); err != nil {
		t.Errorf("by flow: %v", err)
	}
	outside := Fold{Name: "mine", Test: []int{len(c.Flows)}}
	if err := outside.check(c, c.Groups(ByFlow)); err == nil {
		t.Error("a row that is not there is taken")
	}
}

func TestRunRefusesLeaks(t *testing.T) {
	c := world(truth)
	o := DefaultOptions()
	o.Detectors, o.Protocols = []Detector{oneFeature()}, []Protocol{Given}
	o.Given = []Fold{{Name: "mine", Train: []int{0, 30}, Test: []int{1, 40}}}
	var leak *LeakError
	if _, err := Run(t.Context(), c, o); !errors.As(err, &leak) {
		t.Errorf("error %v, want a LeakError", err)
	}
	o.Grouping = ByFlow
	if _, err := Run(t.Context(), c, o); err != nil {
		t.Errorf("split by flow on purpose: %v", err)
	}
}

// Captures that share their main endpoint are one group, also by a chain of captures.
func TestGroupsByHost(t *testing.T) {
	f := func(want []int, captures ...some) {
		t.Helper()
		c := corpusOf(truth, captures...)
		groups := c.Groups(ByHost)
		var got []int
		for i := range c.captures().Names {
			got = append(got, groups.Of[c.captures().rows()[i][0]])
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("groups of captures (-want +got):\n%s", d)
		}
	}
	f([]int{0, 0}, some{true, "a", "1", "10.0.0.1", 3}, some{false, "b", "2", "10.0.0.1", 3})
	f([]int{0, 1}, some{true, "a", "1", "10.0.0.1", 3}, some{false, "b", "2", "10.0.0.2", 3})
	// With one flow both ends are main endpoints: capture 1 is of 10.0.0.1 and 198.18.0.1.
	f([]int{0, 0, 0}, some{true, "a", "1", "10.0.0.1", 1}, some{false, "b", "2", "198.18.0.1", 2}, some{false, "b", "3", "10.0.0.1", 4})
	// Loopback is everybody's.
	f([]int{0, 1}, some{true, "a", "1", "127.0.0.1", 3}, some{false, "b", "2", "127.0.0.1", 3})
}

func TestIsHost(t *testing.T) {
	f := func(endpoint string, want bool) {
		t.Helper()
		if got := isHost(endpoint); got != want {
			t.Errorf("isHost(%q) is %v", endpoint, got)
		}
	}
	f("10.0.0.1", true)
	f("2001:db8::1", true)
	f("02:00:00:00:00:01", true)
	f("224.0.0.251", false)
	f("255.255.255.255", false)
	f("127.0.0.1", false)
	f("0.0.0.0", false)
	f("ff02::fb", false)
	f("ff:ff:ff:ff:ff:ff", false)
	f("01:00:5e:00:00:fb", false)
	f("", false)
}

func TestDealIsEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loads := rapid.SliceOfN(rapid.IntRange(1, 100), 1, 50).Draw(t, "loads")
		n := rapid.IntRange(1, 8).Draw(t, "hands")
		hands, largest := make([]int, n), slices.Max(loads)
		for i, h := range deal(loads, n) {
			hands[h] += loads[i]
		}
		if slices.Max(hands)-slices.Min(hands) > largest {
			t.Fatalf("hands %v differ by more than the largest load %d", hands, largest)
		}
	})
}

// What WriteFolds wrote, ReadFolds reads.
func TestFoldFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCorpus(t)
		p := rapid.SampledFrom([]Protocol{Random, Capture, Family, Source, Grid}).Draw(t, "protocol")
		folds, _ := c.Folds(p, c.Groups(ByHost), 3)
		var b strings.Builder
		if err := WriteFolds(&b, c, folds); err != nil {
			t.Fatal(err)
		}
		got, missing, err := ReadFolds(strings.NewReader(b.String()), c)
		if err != nil || len(missing) > 0 {
			t.Fatalf("%v, missing %v", err, missing)
		}
		for i := range folds {
			if d := cmp.Diff(folds[i].Test, got[i].Test); d != "" || folds[i].Name != got[i].Name {
				t.Fatalf("fold %s, %s: test rows (-want +got):\n%s", folds[i].Name, got[i].Name, d)
			}
			if !slices.Equal(folds[i].Train, got[i].Train) {
				t.Fatalf("fold %s trains on %v, read back as %v", folds[i].Name, folds[i].Train, got[i].Train)
			}
		}
	})
}

func TestReadFolds(t *testing.T) {
	c := world(truth)
	folds, missing, err := ReadFolds(strings.NewReader("fold\tcapture\tsrc\tdst\nx\ts1\t\t\nx\tk1\t198.18.3.3\t10.0.0.4\ny\tnowhere.pcap\t\t\n"), c)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]int{0, 1, 2, 3, 4, 5, 6, 7, 27}, folds[0].Test); d != "" {
		t.Errorf("test rows (-want +got):\n%s", d)
	}
	if len(folds[0].Train) != len(c.Flows)-9 || folds[0].Family != "storm" || folds[0].Source != "skype" {
		t.Errorf("fold %+v", folds[0])
	}
	if len(missing) != 1 || !strings.Contains(missing[0], "nowhere.pcap") {
		t.Errorf("missing %q", missing)
	}
	f := func(text, want string) {
		t.Helper()
		if _, _, err := ReadFolds(strings.NewReader(text), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
	f("", "EOF")
	f("fold\tfile\n", `no column "capture"`)
	f("fold\tcapture\tside\nx\ts1\tleft\n", `line 2: side is "left"`)
	f("fold\tcapture\nx\n", "line 2")
}

func FuzzReadFolds(f *testing.F) {
	c := world(truth)
	f.Add("fold\tcapture\tside\tsrc\tdst\nx\ts1\ttest\t\t\nx\tk1\ttrain\t10.0.0.4\t198.18.3.1\n")
	f.Add("capture\tfold\n\"\t\n")
	f.Fuzz(func(t *testing.T, text string) {
		folds, _, err := ReadFolds(strings.NewReader(text), c)
		if err != nil {
			return
		}
		for i := range folds {
			if err := folds[i].check(c, c.Groups(ByFlow)); err != nil {
				var leak *LeakError
				if !errors.As(err, &leak) {
					t.Fatal(err) // rows that are not there
				}
			}
		}
	})
}
