package dataset

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const hostTable = "class\tcapture\thost\n" +
	"botnet\tlab/a.pcap\t10.0.0.1\n" +
	"benign\tlab/a.pcap\t10.0.0.2\n" +
	"unlabelled\tlab/a.pcap\t10.0.0.3\n" +
	"botnet\tb.pcap\t10.0.0.1\n" +
	"benign\tb.pcap\t*\n"

func TestHostLabels(t *testing.T) {
	l, err := ReadLabels(strings.NewReader(hostTable))
	if err != nil {
		t.Fatal(err)
	}
	f := func(path, src, dst string, botnet, use bool) {
		t.Helper()
		capture, err := l.Capture(path)
		if err != nil {
			t.Fatal(err)
		}
		label, used := l.Flow(path, capture, src, dst)
		if used != use || use && label.Botnet != botnet {
			t.Errorf("%s: flow %s to %s: botnet %v, used %v; want %v, %v", path, src, dst, label.Botnet, used, botnet, use)
		}
	}
	f("/x/lab/a.pcap", "10.0.0.1", "1.1.1.1", true, true)
	f("/x/lab/a.pcap", "1.1.1.1", "10.0.0.1", true, true)
	f("/x/lab/a.pcap", "10.0.0.1", "10.0.0.2", true, true)   // infected outweighs all
	f("/x/lab/a.pcap", "10.0.0.2", "10.0.0.3", false, false) // unlabelled outweighs benign
	f("/x/lab/a.pcap", "10.0.0.2", "1.1.1.1", false, true)
	f("/x/lab/a.pcap", "9.9.9.9", "1.1.1.1", false, false) // the rest, of which nothing is said
	f("/y/b.pcap", "9.9.9.9", "1.1.1.1", false, true)      // the rest, said to be benign
	f("/y/b.pcap", "10.0.0.1", "1.1.1.1", true, true)
	f("/y/Botnet/storm/other.pcap", "9.9.9.9", "1.1.1.1", true, true) // not listed: by its folder
}

func TestHostLabelsName(t *testing.T) {
	l, err := ReadLabels(strings.NewReader(hostTable))
	if err != nil {
		t.Fatal(err)
	}
	if label, _ := l.Capture("/x/lab/a.pcap"); label.Source != "lab" {
		t.Errorf("source %q, want the folder's name", label.Source)
	}
	if _, err := l.Capture("/x/other.pcap"); err == nil {
		t.Error("a capture that is neither listed nor in a labelled folder has a label")
	}
	if d := cmp.Diff([]string{"lab/a.pcap"}, l.Unseen([]string{"/y/b.pcap", "/y/c.pcap"})); d != "" {
		t.Errorf("captures listed but not there (-want +got):\n%s", d)
	}
}

func TestHostLabelsEveryCapture(t *testing.T) {
	l, err := ReadLabels(strings.NewReader("capture\thost\tclass\n*\t10.0.0.1\tbotnet\n*\t*\tbenign\n"))
	if err != nil {
		t.Fatal(err)
	}
	label, use := l.Flow("/any/x.pcap", Label{Source: "any"}, "10.0.0.1", "8.8.8.8")
	if !use || !label.Botnet || label.Source != "any" {
		t.Errorf("%+v, used %v", label, use)
	}
	if unseen := l.Unseen(nil); unseen != nil {
		t.Errorf("unseen %v", unseen)
	}
}

func TestHostLabelsMalformed(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, err := ReadHostLabels(strings.NewReader(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
	f("", "EOF")
	f("capture\thost\n", `no column "class"`)
	f("capture\thost\tclass\na\tb\tevil\n", `"evil"`)
	f("capture\thost\tclass\na\tb\n", "wrong number of fields")
}

func FuzzReadLabels(f *testing.F) {
	f.Add(hostTable)
	f.Add("capture\tip_a\tip_b\tclass\na.pcap\t1\t2\tp2p\n")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ReadLabels(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, path := range []string{"a.pcap", "/x/lab/a.pcap", "/Botnet/y.pcap"} {
			if capture, err := l.Capture(path); err == nil {
				l.Flow(path, capture, "10.0.0.1", "1")
			}
		}
		l.Unseen([]string{"a.pcap"})
	})
}
