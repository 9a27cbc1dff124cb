package synthetic

import (
	"crypto/sha256"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"

	"botnetdetect/capture"
	"botnetdetect/packet"
)

func made(t testing.TB, seed uint64, o Options) *Host {
	t.Helper()
	h, err := New(seed, o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// each runs f on hosts of every kind.
func each(t *testing.T, o Options, seeds uint64, f func(t *testing.T, h *Host)) {
	for _, kind := range append(Kinds(), Client) {
		t.Run(string(kind), func(t *testing.T) {
			for seed := range seeds {
				o.Kind = kind
				f(t, made(t, seed, o))
			}
		})
	}
}

func digest(h *Host) (sum [32]byte, frames int) {
	all := sha256.New()
	for f := range h.Frames() {
		all.Write(binary.BigEndian.AppendUint64(nil, uint64(f.Time)))
		all.Write(f.Data)
		frames++
	}
	return [32]byte(all.Sum(nil)), frames
}

// TestSeed wants the same frames and pairs from the same seed, also again from the same host,
// and others from another seed.
func TestSeed(t *testing.T) {
	each(t, Options{Frames: 3000}, 2, func(t *testing.T, h *Host) {
		one, frames := digest(h)
		again, _ := digest(h)
		twin := made(t, h.seed, Options{Kind: h.traits.Kind, Frames: 3000})
		other, _ := digest(made(t, h.seed+100, Options{Kind: h.traits.Kind, Frames: 3000}))
		same, _ := digest(twin)
		if one != again || one != same || frames == 0 {
			t.Errorf("seed %d: %d frames, not the same the second time", h.seed, frames)
		}
		if one == other {
			t.Errorf("seeds %d and %d give the same frames", h.seed, h.seed+100)
		}
		if len(h.Pairs()) != len(twin.Pairs()) {
			t.Errorf("seed %d: %d pairs, %d again", h.seed, len(h.Pairs()), len(twin.Pairs()))
		}
	})
}

// TestFrames wants times that ascend within the capture's length, frames within their bounds, and
// packets that decode, each of a labelled pair.
func TestFrames(t *testing.T) {
	each(t, Options{Frames: 10_000}, 4, func(t *testing.T, h *Host) {
		last, frames, p2p := h.start-1000, 0, 0
		seen := make(map[[2]string]bool)
		for f := range h.Frames() {
			frames++
			if f.Time < last || float64(f.Time-h.start) > h.traits.Length*second {
				t.Fatalf("seed %d: frame %d at %d, the last at %d", h.seed, frames, f.Time, last)
			}
			if f.Link != h.Link() || int(f.Length) < len(f.Data) || f.Length > 1600 {
				t.Fatalf("seed %d: frame %d of %d bytes, %d captured, on %v", h.seed, frames, f.Length, len(f.Data), f.Link)
			}
			last = f.Time
			if a, b, ok := endpoints(t, &f); ok {
				seen[[2]string{min(a, b), max(a, b)}] = true
			}
		}
		for _, p := range h.Pairs() {
			delete(seen, [2]string{p.A, p.B})
			if p.Class == P2P {
				p2p++
			}
		}
		if len(seen) > 0 || frames == 0 || frames > 10_000 {
			t.Errorf("seed %d: %d frames, pairs without a label: %v", h.seed, frames, seen)
		}
		if p2p == 0 {
			t.Errorf("seed %d: no pair of the botnet: %+v", h.seed, h.traits)
		}
	})
}

// endpoints decodes a frame. Only a cut one, or ARP on cooked Linux captures, where there is no
// destination, may not decode.
func endpoints(t *testing.T, f *capture.Frame) (a, b string, ok bool) {
	t.Helper()
	var p packet.Packet
	switch o := packet.Decode(f, &p); {
	case o == packet.OK || int(f.Length) > len(f.Data) && o.Usable():
		return p.Src.String(), p.Dst.String(), true
	case f.Link == capture.LinkSLL && len(f.Data) < 60:
		return "", "", false
	default:
		t.Fatalf("%v: % x", o, f.Data)
		return "", "", false
	}
}

// TestStops wants no frame after the one at which the caller breaks off.
func TestStops(t *testing.T) {
	n := 0
	for range made(t, 1, Options{}).Frames() {
		if n++; n == 10 {
			break
		}
	}
	if n != 10 {
		t.Errorf("%d frames", n)
	}
}

// TestBrowser wants pages and no peers.
func TestBrowser(t *testing.T) {
	for seed := range uint64(20) {
		h := made(t, seed, Options{Kind: Browser, Frames: 3000, Length: 3600e9})
		for range h.Frames() {
		}
		background := 0
		for _, p := range h.Pairs() {
			switch p.Class {
			case Background:
				background++
			case P2P:
				t.Errorf("seed %d: %v and %v are peers", seed, p.A, p.B)
			}
		}
		if background == 0 || h.Traits().Pages == 0 {
			t.Errorf("seed %d: no pages", seed)
		}
	}
}

// TestMemory wants memory that does not grow with the number of frames.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("makes many frames")
	}
	for _, kind := range []Kind{Overlay, Circle, Hybrid, Client} {
		h := made(t, 5, Options{Kind: kind, Frames: 80_000, Length: 4 * 3600e9})
		var most uint64
		n := 0
		for range h.Frames() {
			if n++; n%10_000 == 0 {
				most = max(most, live())
			}
		}
		pairs := uint64(len(h.Pairs()))
		if most > 8<<20+pairs*4096 {
			t.Errorf("%s: %d bytes in use for %d frames, %d pairs", kind, most, n, pairs)
		}
	}
}

func live() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestOptions(t *testing.T) {
	f := func(o Options, want string) {
		t.Helper()
		if _, err := New(1, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", o, err, want)
		}
	}
	f(Options{Kind: "storm"}, `unknown kind of botnet "storm": want one of [gossip`)
	f(Options{Frames: -1}, "cannot make -1 frames")
	f(Options{Length: -1}, "0 or more")
}

func BenchmarkFrames(b *testing.B) {
	h := made(b, 5, Options{Kind: Gossip, Frames: 50_000})
	frames := 0
	for b.Loop() {
		for range h.Frames() {
			frames++
		}
	}
	b.ReportMetric(float64(frames)/b.Elapsed().Seconds(), "frames/s")
}
