// Write makes up captures of hosts in peer-to-peer botnets, and the labels of their pairs.
//
//	go run ./synthetic/write -n 40 -seed 1 -o DIR
//	botnetdetect dump --labels DIR/PAIR_LABELS.tsv DIR
//
// Captures are DIR/Botnet/synthetic_<kind>/NNN.pcap, with -client more of honest clients in
// DIR/Benign/synthetic_client. The same arguments write the same bytes, and capture NNN is the
// same however many there are. docs/synthetic.md says what is drawn.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"botnetdetect/internal/craft"
	"botnetdetect/synthetic"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}

// arguments are what is to be written.
type arguments struct {
	options synthetic.Options
	bots    int
	clients int
	seed    uint64
	folder  string
}

func run(args []string, stderr io.Writer) int {
	a, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "write:", err)
		return 2
	}
	if err := a.write(stderr); err != nil {
		fmt.Fprintln(stderr, "write:", err)
		return 1
	}
	return 0
}

func parse(args []string, stderr io.Writer) (a arguments, err error) {
	f := flag.NewFlagSet("write", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.IntVar(&a.bots, "n", 40, "captures of bots; the designs take turns")
	f.IntVar(&a.clients, "client", 0, "captures of honest clients beside them")
	f.Uint64Var(&a.seed, "seed", 1, "what all else is drawn from")
	f.IntVar(&a.options.Frames, "frames", 0, "frames of a capture, at most; 0: 100,000")
	f.DurationVar(&a.options.Length, "length", 0, "length of a capture, as 30m; 0: drawn for each")
	kind := f.String("kind", "", "only hosts of this design, instead of bots of all; client and browser are no bots")
	f.StringVar(&a.folder, "o", "", "folder to write to")
	if err := f.Parse(args); err != nil {
		return a, err
	}
	a.options.Kind = synthetic.Kind(*kind)
	switch {
	case f.NArg() > 0:
		return a, fmt.Errorf("unexpected argument %q: the folder to write to is given with -o", f.Arg(0))
	case a.folder == "":
		return a, errors.New("no folder to write to: give one with -o")
	case a.bots < 0 || a.clients < 0 || a.bots+a.clients > 100_000:
		return a, errors.New("cannot write so many captures: want 0 to 100,000")
	}
	_, err = synthetic.New(a.seed, a.options)
	return a, err
}

func (a *arguments) write(stderr io.Writer) (err error) {
	if err := os.MkdirAll(a.folder, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(a.folder, "PAIR_LABELS.tsv"))
	if err != nil {
		return err
	}
	labels := bufio.NewWriter(f)
	defer func() { err = errors.Join(err, labels.Flush(), f.Close()) }()
	fmt.Fprintln(labels, "capture\tip_a\tip_b\tclass")
	kinds := synthetic.Kinds()
	for i := range a.bots + a.clients {
		o := a.options
		switch {
		case i >= a.bots:
			o.Kind = synthetic.Client
		case o.Kind == "":
			o.Kind = kinds[i%len(kinds)]
		}
		side := "Botnet"
		if !slices.Contains(kinds, o.Kind) {
			side = "Benign"
		}
		name := fmt.Sprintf("%s/synthetic_%s/%03d.pcap", side, o.Kind, i)
		h, err := synthetic.New(a.seed<<20+uint64(i), o)
		if err != nil {
			return err
		}
		if err := writeHost(h, a.folder, name, labels, stderr); err != nil {
			return err
		}
	}
	return nil
}

// writeHost writes one capture and its labels.
func writeHost(h *synthetic.Host, folder, name string, labels, stderr io.Writer) error {
	frames, err := writeCapture(h, filepath.Join(folder, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	p2p := 0
	for _, p := range h.Pairs() {
		if p.Class == synthetic.P2P {
			p2p++
		}
		if _, err := fmt.Fprintf(labels, "%s\t%s\t%s\t%s\n", name, p.A, p.B, p.Class); err != nil {
			return err
		}
	}
	length := time.Duration(h.Traits().Length * float64(time.Second)).Round(time.Second)
	fmt.Fprintf(stderr, "%s: %d frames, %v at most, %d pairs, %d of them p2p\n", name, frames, length, len(h.Pairs()), p2p)
	return nil
}

func writeCapture(h *synthetic.Host, path string) (frames int, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return 0, err
	}
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	buffer := bufio.NewWriterSize(f, 1<<18)
	defer func() { err = errors.Join(err, buffer.Flush(), f.Close()) }()
	w := craft.NewWriter(buffer, h.Link(), false)
	if _, err := w.Header(); err != nil {
		return 0, err
	}
	for frame := range h.Frames() {
		if _, err := w.Frame(&frame); err != nil {
			return frames, err
		}
		frames++
	}
	return frames, nil
}
