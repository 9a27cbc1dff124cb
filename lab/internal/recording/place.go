package recording

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"botnetdetect/lab/internal/internet"
)

// Place is one namespace: an observed host, or peers.
type Place struct {
	Name      string
	Namespace string
	Addresses []netip.Addr // public ones
	Host      Host         // of an observed host

	r        *Recording
	capture  string
	recorder *internet.Recorder
	started  int
}

// Vantage is where a host is observed.
type Vantage string

// At the host's own interface, or at its gateway, behind address translation.
const (
	AtHost    Vantage = "host"
	AtGateway Vantage = "gateway"
)

// Reach tells who can reach an observed host.
type Reach string

// A public address of its own; a home router that forwards everything, as one with UPnP
// does in effect; a home router that lets only answers in.
const (
	Public    Reach = "public"
	Forwarded Reach = "forwarded"
	Natted    Reach = "natted"
)

// Host describes an observed host.
type Host struct {
	Name     string
	Reach    Reach
	Vantage  Vantage
	Up, Down int    // Mbit/s of its access link
	Settings string // what is special about it, for the manifest
}

// Host adds an observed host; its capture is NAME.pcap in the recording's Out.
func (r *Recording) Host(h Host) *Place {
	p := r.place(h.Name)
	p.Host = h
	if r.err != nil {
		return p
	}
	p.capture = filepath.Join(r.Out, h.Name+".pcap")
	p.Addresses = r.world.Addresses("host "+h.Name, 1)
	recorder, err := internet.Record(p.capture)
	p.recorder = recorder
	r.Fail(err)
	r.hosts = append(r.hosts, p)
	const mega = 1_000_000
	c := internet.Config{Namespace: p.Namespace, Addresses: p.Addresses, Forward: h.Reach == Forwarded, Up: h.Up * mega, Down: h.Down * mega}
	if h.Reach != Public {
		c.Inner = r.inner(h.Name)
	}
	if h.Vantage == AtGateway {
		c.Outside = recorder
	} else {
		c.Inside = recorder
	}
	r.attach(c)
	return p
}

// inner draws a private address as home routers give them out.
func (r *Recording) inner(name string) netip.Addr {
	d := r.Rand("inner " + name)
	networks := [][3]byte{{192, 168, 0}, {192, 168, 1}, {192, 168, 178}, {10, 0, 0}}
	n := networks[d.IntN(len(networks))]
	return netip.AddrFrom4([4]byte{n[0], n[1], n[2], byte(20 + d.IntN(180))})
}

// Peers adds a namespace with n public addresses, which processes there may bind.
func (r *Recording) Peers(name string, n int, sleep internet.Sleep) *Place {
	p := r.place(name)
	p.Addresses = r.world.Addresses("peers "+name, n)
	r.attach(internet.Config{Namespace: p.Namespace, Addresses: p.Addresses, Sleep: sleep})
	return p
}

func (r *Recording) attach(c internet.Config) {
	if r.err == nil {
		_, err := r.net.Attach(c)
		r.Fail(err)
	}
}

// Home is the folder of the place's processes.
func (p *Place) Home() string { return filepath.Join(p.r.Dir, p.Name) }

// Role starts one of this program's own roles (see package app) in the place.
func (p *Place) Role(role string, parameters any) {
	b, err := json.Marshal(parameters)
	p.r.Fail(err)
	self, err := os.Executable()
	p.r.Fail(err)
	path := p.r.File(fmt.Sprintf("%s.role%d.json", p.Name, p.started), string(b))
	p.Start(self, "role", role, path)
}

// Start starts a program in the place. It runs until the recording closes; what it says
// goes to a file in its home.
func (p *Place) Start(program string, args ...string) {
	if p.r.err != nil {
		return
	}
	p.started++
	log, err := os.Create(filepath.Join(p.Home(), fmt.Sprintf("%s.%d.log", filepath.Base(program), p.started)))
	p.r.Fail(err)
	c := p.command(program, args...)
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		p.r.Fail(fmt.Errorf("start %s: %w", program, err))
		return
	}
	go func() {
		_ = c.Wait()
		_ = log.Close()
	}()
}

// Do runs a program in the place until it ends, for at most twenty seconds; false means
// that it failed.
func (p *Place) Do(program string, args ...string) bool {
	if p.r.err != nil {
		return false
	}
	c := p.command(program, args...)
	if c.Start() != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(p.r.ctx, 20*time.Second)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = c.Process.Kill() })()
	return c.Wait() == nil
}

func (p *Place) command(program string, args ...string) *exec.Cmd {
	c := exec.Command("ip", append([]string{"netns", "exec", p.Namespace, program}, args...)...)
	c.Dir = p.Home()
	c.Env = append(os.Environ(), "HOME="+p.Home(), "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "TERM=dumb", "LANG=C.UTF-8")
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	return c
}

// Port draws a port for a program of the place, as programs do that choose at random.
func (p *Place) Port(program string) uint16 {
	return uint16(10_000 + p.r.Rand("port "+p.Name+program).IntN(50_000))
}

// WhenReady calls try once a second until it succeeds, for at most half a minute.
func (p *Place) WhenReady(try func() bool) {
	for range 30 {
		if p.r.err != nil || p.r.ctx.Err() != nil {
			return
		}
		if try() {
			return
		}
		time.Sleep(time.Second)
	}
	p.r.Fail(fmt.Errorf("%s: a program did not become ready", p.Name))
}

// Crowd adds n namespaces with one public address each, for programs that cannot be told
// which address to use.
func (r *Recording) Crowd(name string, n int, sleep internet.Sleep) (crowd []*Place) {
	for i := range n {
		crowd = append(crowd, r.Peers(fmt.Sprintf("%s%d", name, i), 1, sleep))
	}
	return crowd
}
