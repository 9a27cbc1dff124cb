package evaluate

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"botnetdetect/capture"
	"botnetdetect/flow"
	"botnetdetect/observe"
	"botnetdetect/packet"
)

// alteration is what happens to a capture before its packets are counted: in order, loss,
// snap length and jitter of frames, then the cuts of flows. The zero alteration is none.
type alteration struct {
	name    string
	loss    float64       // share of the frames that are lost, 0 to 1
	snap    int           // bytes kept of each frame, its length on the wire staying; 0 keeps all
	jitter  time.Duration // each time is moved by up to so much, either way
	packets int           // of each flow only the first so many packets; 0 keeps all
	span    time.Duration // of each flow only what comes within so long of its first packet; 0 keeps all
	seed    uint64
}

// sift reads a capture frame by frame, alters it, and hands on what packets are left,
// named natively, and the addresses that each names. A capture that is cut short or
// damaged ends there without an error, as observing it told of that before.
func sift(ctx context.Context, path string, a alteration, stream uint64, each func(p *packet.Packet, answers []packet.Endpoint)) error {
	r, err := capture.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	s := sieve{alteration: a, rng: rand.New(rand.NewPCG(a.seed, stream)), flows: make(map[ends]begun)}
	namer := packet.NewNamer()
	var p packet.Packet
	for n := 0; ; n++ {
		var f capture.Frame
		err := r.Next(&f)
		var damage *capture.DamageError
		if errors.Is(err, io.EOF) || errors.As(err, &damage) {
			return nil
		}
		if err != nil {
			return err
		}
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if s.frame(&f) && packet.Decode(&f, &p).Usable() && s.packet(&p) {
			answers := namer.Name(&p).Addresses
			each(&p, answers)
		}
	}
}

// ends are a pair of endpoints in order.
type ends struct{ a, b packet.Endpoint }

func endsOf(src, dst packet.Endpoint) ends {
	if dst.Compare(src) < 0 {
		return ends{dst, src}
	}
	return ends{src, dst}
}

// begun is what a sieve has let through of a flow.
type begun struct {
	packets int
	first   int64 // ns
}

type sieve struct {
	alteration
	rng   *rand.Rand
	flows map[ends]begun
}

// frame alters f, and reports whether it is not lost.
func (s *sieve) frame(f *capture.Frame) bool {
	if s.loss > 0 && s.rng.Float64() < s.loss {
		return false
	}
	if s.snap > 0 && len(f.Data) > s.snap {
		f.Data = f.Data[:s.snap]
	}
	if s.jitter > 0 {
		f.Time += s.rng.Int64N(2*int64(s.jitter)+1) - int64(s.jitter)
	}
	return true
}

// packet reports whether p is within what is kept of its flow.
func (s *sieve) packet(p *packet.Packet) bool {
	if s.packets == 0 && s.span == 0 {
		return true
	}
	key := endsOf(p.Src, p.Dst)
	b := s.flows[key]
	if b.packets == 0 {
		b.first = p.Time
	}
	late := s.span > 0 && p.Time-b.first > int64(s.span)
	if late || s.packets > 0 && b.packets >= s.packets {
		return false
	}
	b.packets++
	s.flows[key] = b
	return true
}

// siftAll sifts captures side by side and hands their tables, in order, to use.
func siftAll(ctx context.Context, paths []string, a alteration, workers int, use func(observe.Observation) error) error {
	tables := make([]*flow.Table, len(paths))
	err := eachPath(paths, workers, func(i int, path string) error {
		table := flow.NewTableWith(flow.Options{Behaviour: true})
		tables[i] = table
		return sift(ctx, path, a, uint64(i), func(p *packet.Packet, answers []packet.Endpoint) {
			for _, e := range answers {
				table.Resolve(e)
			}
			table.Add(p)
		})
	})
	if err != nil {
		return err
	}
	for i, path := range paths {
		if err := use(observe.Observation{Path: path, Table: flow.SetOf(tables[i])}); err != nil {
			return err
		}
		tables[i] = nil
	}
	return nil
}

// eachPath does something for every path, several at once, and returns the first error
// in the order of paths.
func eachPath(paths []string, workers int, do func(i int, path string) error) error {
	errs := make([]error, len(paths))
	queue := make(chan int)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for i := range queue {
				errs[i] = do(i, paths[i])
			}
		})
	}
	for i := range paths {
		queue <- i
	}
	close(queue)
	wait.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
