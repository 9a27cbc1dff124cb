// Command rows writes rows of made-up features as a folder of Parquet files of a million rows
// each, to measure what training on very many takes:
//
//	go run ./bench/rows -n 10000000 -o build/rows
//	/usr/bin/time -f '%M KB, %e s' build/botnetdetect retrain --csv build/rows
//	go run ./bench/rows -mode behaviour -n 10000000 -o build/rows
//	/usr/bin/time -f '%M KB, %e s' build/botnetdetect retrain --features behaviour build/rows
//
// Values are drawn from distributions as wide as those of real flows, and labels depend on
// them with noise, so that trees grow to their depth.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"botnetdetect/behaviour"
	"botnetdetect/dataset"
	"botnetdetect/feature"
)

const perFile = 1_000_000

func main() {
	n := flag.Int("n", 10_000_000, "rows")
	folder := flag.String("o", "build/rows", "folder to write to")
	mode := flag.String("mode", string(feature.Agnostic), "features: agnostic, aware or behaviour")
	flag.Parse()
	if err := write(*folder, feature.Mode(*mode), *n); err != nil {
		fmt.Fprintln(os.Stderr, "rows:", err)
		os.Exit(1)
	}
}

// draws are how rows of each mode are made up.
var draws = map[feature.Mode]func(*rand.Rand) dataset.Example{feature.Agnostic: draw, feature.Aware: drawAware, feature.Behavioural: drawBehaviour}

func write(folder string, mode feature.Mode, n int) error {
	draw, known := draws[mode]
	if !known {
		return fmt.Errorf("mode %q is not known", mode)
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(1, 2))
	set := dataset.Set{Mode: mode}
	for at := 0; at < n; at += len(set.Examples) {
		set.Examples = set.Examples[:0]
		for range min(perFile, n-at) {
			set.Examples = append(set.Examples, draw(r))
		}
		if err := writePart(filepath.Join(folder, fmt.Sprintf("part-%05d.parquet", at/perFile)), set); err != nil {
			return err
		}
	}
	return nil
}

// draw makes a row up.
func draw(r *rand.Rand) dataset.Example {
	var v feature.Values
	packets := math.Ceil(math.Exp(r.NormFloat64() * 2))
	duration, mean := math.Exp(r.NormFloat64()*4), 60+1400*r.Float64()
	v = feature.Values{
		packets, duration * duration * r.Float64(), duration, math.Round(packets * mean), mean, mean * mean * r.Float64(),
		math.Round(60 + 1400*r.Float64()), math.Abs(r.NormFloat64()), math.Abs(r.NormFloat64()),
	}
	score := math.Log(packets) - math.Log(duration)/2 + mean/500 + r.NormFloat64()*2
	return dataset.Example{
		Botnet: score > 2, Src: address(r), Dst: address(r), Capture: "made-up", Source: "source-" + strconv.Itoa(r.IntN(10)),
		Traffic: []feature.Block{{Protocol: feature.AnyProtocol, Values: v}},
	}
}

// drawAware makes a row of one to three protocols up, three quarters of them of one.
func drawAware(r *rand.Rand) dataset.Example {
	e := draw(r)
	first := r.IntN(20)
	e.Traffic[0].Protocol = fmt.Sprintf("P%02d", first)
	for k := 1; k < 3 && r.IntN(4) == 0; k++ {
		e.Traffic = append(e.Traffic, feature.Block{Protocol: fmt.Sprintf("P%02d", first+k), Values: draw(r).Traffic[0].Values})
	}
	return e
}

// drawBehaviour makes a flow of one of many hosts up, each in a capture of its own.
func drawBehaviour(r *rand.Rand) dataset.Example {
	host := r.IntN(1 << 16)
	e := dataset.Example{
		Botnet: host%4 == 0, Src: address(r), Dst: address(r), Capture: fmt.Sprint("capture-", host), Source: fmt.Sprint("source-", host%12),
		Host: fmt.Sprintf("10.0.%d.%d", host>>8, host&0xff), Manner: "UDP",
	}
	for _, f := range behaviour.All() {
		x := r.NormFloat64() * math.Exp(r.NormFloat64())
		if e.Botnet {
			x += float64(f.Trend)
		}
		e.Behaviour = append(e.Behaviour, x)
	}
	e.Behaviour[0] = 1 // there is evidence
	return e
}

func address(r *rand.Rand) string {
	return fmt.Sprintf("10.%d.%d.%d", r.IntN(256), r.IntN(256), r.IntN(256))
}

func writePart(path string, set dataset.Set) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	if err = set.WriteParquet(out); err == nil {
		err = out.Flush()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
