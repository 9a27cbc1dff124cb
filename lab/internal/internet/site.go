package internet

import (
	"fmt"
	"net/netip"
	"os"
	"time"
)

// Config describes one namespace and how it is connected.
type Config struct {
	Namespace string
	Addresses []netip.Addr // public ones; at least one
	Inner     netip.Addr   // its own private address behind address translation; zero: none
	Forward   bool         // the translation lets everyone in, as with port forwarding
	Up, Down  int          // bits a second of the access link; 0: no limit
	Sleep     Sleep
	Inside    *Recorder // sees the frames at the host's interface; may be nil
	Outside   *Recorder // sees them after address translation; may be nil
}

// Sleep makes peers come and go: a Share of a site's addresses (0 to 1) is reachable for
// On, then for Off it is as if switched off, and so on, each with its own phase.
type Sleep struct {
	Share   float64
	On, Off time.Duration
}

// Site is one namespace of an Internet.
type Site struct {
	Config

	net      *Internet
	tap      *os.File
	nat      *nat
	up, down link
	hw, gate hardware
}

// Attach connects a namespace that is there but has no interface yet, and carries its
// packets from then on.
func (n *Internet) Attach(c Config) (*Site, error) {
	s := &Site{Config: c, net: n, up: link{rate: c.Up}, down: link{rate: c.Down}}
	s.hw, s.gate = hardwareOf(n.world, "host", c.Addresses[0]), hardwareOf(n.world, "gateway", c.Addresses[0])
	if c.Inner.IsValid() {
		s.nat = newNAT(c.Inner, c.Addresses[0], c.Forward)
	}
	tap, err := openTap(c.Namespace, s.hw)
	if err != nil {
		return nil, fmt.Errorf("attach %s: %w", c.Namespace, err)
	}
	s.tap = tap
	if err := s.configure(); err != nil {
		_ = tap.Close()
		return nil, fmt.Errorf("attach %s: %w", c.Namespace, err)
	}
	n.add(s)
	go s.read()
	return s, nil
}

func (s *Site) public() []netip.Addr { return s.Addresses }

// close ends the reading too: a closed TAP has nothing more to read.
func (s *Site) close() {
	_ = s.tap.Close()
	s.Inside.Close()
	s.Outside.Close()
}

// asleep tells whether the peer at a is switched off at t since the beginning.
func (s *Site) asleep(w World, a netip.Addr, t time.Duration) bool {
	if s.Sleep.Share == 0 || w.unit("sleeps", a) >= s.Sleep.Share {
		return false
	}
	// Each has its own rhythm, half as fast to twice as fast as the others.
	pace := 0.5 + 1.5*w.unit("pace", a)
	on, off := float64(s.Sleep.On)*pace, float64(s.Sleep.Off)*pace
	round := float64(t)/(on+off) + w.unit("phase", a)
	return (round-float64(int(round)))*(on+off) >= on
}

// read takes frames from the namespace until the TAP is closed.
func (s *Site) read() {
	frame := make([]byte, 65536)
	for {
		n, err := s.tap.Read(frame)
		if err != nil {
			return
		}
		s.sent(frame[:n], time.Now())
	}
}

// sent takes one frame that the namespace sent.
func (s *Site) sent(frame []byte, now time.Time) {
	s.Inside.Record(now, frame)
	if len(frame) < ethernetHeader {
		return
	}
	switch etherType(frame) {
	case typeARP:
		if answer := answerARP(frame, s.gate, s.gateway()); answer != nil {
			s.write(answer)
		}
	case typeIPv4:
		if p := parse(append([]byte(nil), frame[ethernetHeader:]...)); p != nil {
			s.forward(p, now)
		}
	}
}

// forward takes one packet out of the namespace's network.
func (s *Site) forward(p packet, now time.Time) {
	if s.nat != nil {
		if p.dst().IsPrivate() || !p.dst().IsGlobalUnicast() {
			return // stays in the local network
		}
		s.nat.out(p, now)
	}
	left, ok := s.up.pass(len(p), now)
	if !ok {
		return
	}
	s.Outside.Record(now, ethernet(p, s.hw, s.gate))
	s.net.route(p, left)
}

// receive takes one packet that arrived at the namespace's access link, on its way in.
func (s *Site) receive(p packet) {
	now := time.Now()
	due, ok := s.down.pass(len(p), now)
	if !ok {
		return
	}
	if wait := due.Sub(now); wait > time.Millisecond {
		time.AfterFunc(wait, func() { s.deliver(p, time.Now()) })
		return
	}
	s.deliver(p, now)
}

func (s *Site) deliver(p packet, now time.Time) {
	s.Outside.Record(now, ethernet(p, s.gate, s.hw))
	if s.nat != nil && !s.nat.in(p, now) {
		return
	}
	s.write(ethernet(p, s.gate, s.hw))
}

// write hands a frame to the namespace. A full queue there drops it, as a real one would.
func (s *Site) write(frame []byte) {
	s.Inside.Record(time.Now(), frame)
	_, _ = s.tap.Write(frame)
}
