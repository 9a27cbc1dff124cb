package live

import (
	"fmt"
	"time"

	"botnetdetect/allow"
	"botnetdetect/model"
	"botnetdetect/protocol"
)

// Config says how to watch. Vocabulary must be set; other zero fields mean defaults.
type Config struct {
	Vocabulary *protocol.Vocabulary
	Name       string        // stands as the capture of verdicts: the interface, or the file
	Window     time.Duration // how long the short window is; default 10 min
	Slide      time.Duration // how far it slides at a time; default 1 min
	Long       time.Duration // the long window, which slides by Window; default 1 h
	Enough     Enough
	Home       *allow.List // the hosts that alerts are about; nil is DefaultHome
	Memory     int64       // bytes that windows may take, at least 16 MiB; default 1 GiB
	Hosts      int         // how many hosts a Slide lists; default 10,000
}

// Enough is how much must have been seen before a verdict counts as one. Below it stands
// Insufficient.
type Enough struct {
	Packets int           // of a flow that goes on; default 10
	Quiet   time.Duration // after which a flow of fewer packets counts as over, and is judged; default 10 s
	Peers   int           // of a host, in botnet flows in which it spoke, before there is an alert; default DefaultPeers
}

// DefaultPeers is how many peers in botnet flows make a host Botnet, here and on the
// dashboard: a single one may be the model's mistake.
const DefaultPeers = 2

// MostSlides is how often a window may slide before it is another one.
const MostSlides = 240

// withDefaults fills in what is zero, and finds what cannot be.
func (c Config) withDefaults() (Config, error) {
	orElse(&c.Window, 10*time.Minute)
	orElse(&c.Slide, min(time.Minute, c.Window))
	orElse(&c.Long, max(time.Hour, c.Window))
	orElse(&c.Enough.Packets, 10)
	orElse(&c.Enough.Quiet, 10*time.Second)
	orElse(&c.Enough.Peers, DefaultPeers)
	orElse(&c.Memory, 1<<30)
	orElse(&c.Hosts, 10_000)
	if c.Home == nil {
		c.Home = DefaultHome()
	}
	return c, c.check()
}

func orElse[T comparable](x *T, standard T) {
	var zero T
	if *x == zero {
		*x = standard
	}
}

func (c *Config) check() error {
	switch {
	case c.Vocabulary == nil:
		return fmt.Errorf("live: no vocabulary")
	case c.Slide < time.Second:
		return fmt.Errorf("a window cannot slide by %v; want at least a second", c.Slide)
	case c.Window < c.Slide || c.Window/c.Slide > MostSlides:
		return fmt.Errorf("a window of %v cannot slide by %v; want 1 to %d slides in it", c.Window, c.Slide, MostSlides)
	case c.Long < c.Window || c.Long/c.Window > MostSlides:
		return fmt.Errorf("the long window of %v does not go with a short one of %v; want 1 to %d of them in it", c.Long, c.Window, MostSlides)
	case c.Enough.Packets < 1 || c.Enough.Peers < 1 || c.Enough.Quiet < 0:
		return fmt.Errorf("evidence of %d packets, %d peers, and %v of quiet: want at least 1 packet and peer", c.Enough.Packets, c.Enough.Peers, c.Enough.Quiet)
	case c.Memory < leastMemory:
		return fmt.Errorf("%d bytes of memory for windows; want at least %d", c.Memory, leastMemory)
	}
	return nil
}

// leastMemory is the least that windows work in, in bytes.
const leastMemory = 16 << 20

// DefaultHome lists the addresses that only networks of one's own have: private,
// link-local and shared (carrier) ones.
func DefaultHome() *allow.List {
	list, err := allow.Parse([]string{
		"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7", "fe80::/10",
	})
	if err != nil {
		panic(err) // our own list
	}
	return list
}

// Judge is what verdicts come from. Engine.Reload replaces it.
type Judge struct {
	Model  *model.Model
	Origin string      // where the model was found
	Allow  *allow.List // endpoints whose flows are left alone; may be nil
}
