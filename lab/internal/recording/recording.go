// Package recording sets one application's scene and records it: an Internet, namespaces
// with observed hosts and with peers, processes in them, a name service, a folder for all
// that they write. Close takes everything away again.
//
// An application calls New, then Host, Peers, Name and Start in any order. The first error
// is kept, later calls do nothing, and Err tells it, so that a scene reads without checks.
package recording

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"sync/atomic"

	"botnetdetect/lab/internal/internet"
)

// Recording is one application in its own small Internet.
type Recording struct {
	App  string
	Seed uint64
	Dir  string // where its processes may write; removed by Close
	Out  string // where its captures go

	ctx    context.Context
	cancel context.CancelFunc
	net    *internet.Internet
	world  internet.World
	places []*Place
	hosts  []*Place
	names  map[string][]netip.Addr
	zone   string     // file that the name server reads
	dns    netip.Addr // of the name server
	err    error
}

// New starts an empty scene whose captures go to the folder out.
func New(ctx context.Context, app, out string, seed uint64) (*Recording, error) {
	dir, err := os.MkdirTemp("", "lab-"+app+"-")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	ctx, cancel := context.WithCancel(ctx)
	r := &Recording{
		App: app, Seed: seed, Dir: dir, Out: out,
		ctx: ctx, cancel: cancel,
		net: internet.New(ctx, seed), world: internet.World{Seed: seed},
		names: make(map[string][]netip.Addr), zone: filepath.Join(dir, "zone.json"),
	}
	resolver := r.Peers("resolver", 1, internet.Sleep{})
	if r.err == nil {
		r.dns = resolver.Addresses[0]
	}
	r.Name("localhost.lab", netip.MustParseAddr("127.0.0.1"))
	resolver.Role("names", map[string]string{"Zone": r.zone})
	return r, nil
}

// Err tells the first thing that went wrong.
func (r *Recording) Err() error { return r.err }

// Fail keeps err if it is the first.
func (r *Recording) Fail(err error) {
	if r.err == nil && err != nil {
		r.err = fmt.Errorf("%s: %w", r.App, err)
	}
}

// Rand is a source of numbers that follow from the recording's seed and a word.
func (r *Recording) Rand(word string) *rand.Rand {
	var h uint64 = 14695981039346656037
	for _, c := range []byte(word) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return rand.New(rand.NewPCG(r.Seed, h)) //nolint:gosec // drawings that must come out again, not secrets
}

// Dead draws n addresses that nobody has.
func (r *Recording) Dead(word string, n int) []netip.Addr {
	return r.world.Addresses("dead "+word, n)
}

// Name makes the name server answer for a name.
func (r *Recording) Name(name string, addresses ...netip.Addr) {
	if r.err != nil {
		return
	}
	r.names[name] = addresses
	b, err := json.Marshal(r.names)
	if err == nil {
		err = os.WriteFile(r.zone+".new", b, 0o600)
	}
	if err == nil {
		err = os.Rename(r.zone+".new", r.zone)
	}
	r.Fail(err)
}

// File writes a file into the recording's folder and returns its path.
func (r *Recording) File(name, content string) string {
	path := filepath.Join(r.Dir, name)
	if r.err == nil {
		r.Fail(os.MkdirAll(filepath.Dir(path), 0o755))
		r.Fail(os.WriteFile(path, []byte(content), 0o600))
	}
	return path
}

// Close ends every process, detaches and deletes every namespace, and removes the folder.
func (r *Recording) Close() error {
	r.net.Close() // first, so that no capture shows the scene being taken down
	r.cancel()
	errs := []error{stopAll(r.places)}
	for _, p := range r.places {
		errs = append(errs, deleteNamespace(p.Namespace))
	}
	return errors.Join(append(errs, os.RemoveAll(r.Dir))...)
}

// placeNumber makes the names of this process's namespaces differ.
var placeNumber atomic.Uint32

func (r *Recording) place(name string) *Place {
	p := &Place{Name: name, Namespace: fmt.Sprintf("%s%d-%d", prefix, os.Getpid(), placeNumber.Add(1)), r: r}
	if r.err == nil {
		r.places = append(r.places, p)
		r.Fail(createNamespace(p.Namespace, r.dns))
		r.Fail(os.MkdirAll(p.Home(), 0o755))
	}
	return p
}
