package nic

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"botnetdetect/capture"
	"botnetdetect/filter"

	"github.com/gopacket/gopacket/afpacket"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Interface is an open network interface.
type Interface struct {
	name    string
	options Options
	group   uint16 // of the fan-out
	lanes   []*Lane
	outages atomic.Int64
	away    atomic.Int32 // lanes that have no ring
}

// Lane is one way that an interface's frames come in. Next is for one goroutine.
type Lane struct {
	in     *Interface
	number int
	link   capture.LinkType
	loops  bool // the interface is a loopback
	seq    int64
	since  time.Time // frames from before are not wanted: see early; zero once none can come any more
	tried  time.Time // when opening was last tried

	mu    sync.Mutex // guards ring, as Counts asks it
	ring  *afpacket.TPacket
	gone  Counts // of rings before this one
	index int    // of the interface that the ring is bound to
}

// How long a lane waits for a frame, and for a ring's block to fill; and how often it tries
// to open an interface that is away.
const (
	patience     = 100 * time.Millisecond
	blockTimeout = 50 * time.Millisecond
	retryEvery   = 500 * time.Millisecond
)

// blockBytes is how much of a ring the kernel hands over at a time.
const blockBytes = 1 << 20

// settling is for how long after opening frames from before may come.
const settling = 10 * time.Second

// Open opens the interface of a name. An error that wraps ErrPermission says how to give
// what is missing.
func Open(name string, o Options) (*Interface, error) {
	if o.Lanes == 0 {
		o.Lanes = 1
	}
	if o.RingBytes == 0 {
		o.RingBytes = defaultRing
	}
	if o.Lanes < 1 || o.Lanes > maxLanes {
		return nil, fmt.Errorf("%d lanes: want 1 to %d", o.Lanes, maxLanes)
	}
	if o.RingBytes < 1 || int64(o.RingBytes) > maxRing {
		return nil, fmt.Errorf("rings of %d bytes: want at most %d GiB, as it is the kernel's memory", o.RingBytes, int64(maxRing)>>30)
	}
	in := &Interface{name: name, options: o, group: newGroup()}
	for i := range o.Lanes {
		l := &Lane{in: in, number: i}
		if err := l.open(); err != nil {
			in.Close()
			return nil, err
		}
		in.lanes = append(in.lanes, l)
	}
	return in, nil
}

// newGroup returns a number for a fan-out. Whoever has the same number on an interface gets
// a share of its packets, other processes too, and in containers process IDs are alike: so
// it is a random one.
func newGroup() uint16 { return uint16(rand.Uint32()) }

// Lanes returns the ways that frames come in.
func (in *Interface) Lanes() []*Lane { return in.lanes }

// Counts returns what the kernel counted so far. Any goroutine may call it.
func (in *Interface) Counts() (c Counts) {
	for _, l := range in.lanes {
		n := l.counts()
		c.Received += n.Received
		c.Dropped += n.Dropped
	}
	c.Outages, c.Down = in.outages.Load(), in.away.Load() > 0
	return c
}

// Close ends reading. Lanes must not be in use.
func (in *Interface) Close() {
	for _, l := range in.lanes {
		l.close()
	}
}

// open makes a ring and binds it to the interface as it is now.
func (l *Lane) open() error {
	iface, err := net.InterfaceByName(l.in.name)
	if err != nil {
		return fmt.Errorf("interface %s: %w; 'ip link' lists those there are", l.in.name, cause(err))
	}
	if iface.Flags&net.FlagUp == 0 {
		return fmt.Errorf("interface %s is down; 'ip link set %s up' brings it up", l.in.name, l.in.name)
	}
	if l.link, err = linkType(l.in.name); err != nil {
		return fmt.Errorf("interface %s: %w", l.in.name, err)
	}
	l.loops = iface.Flags&net.FlagLoopback != 0
	ring, err := l.newRing()
	if err != nil {
		return fmt.Errorf("cannot open interface %s: %w", l.in.name, explain(err))
	}
	l.mu.Lock()
	l.ring, l.index, l.since = ring, iface.Index, time.Now()
	l.mu.Unlock()
	return nil
}

// cause returns what a net.OpError is about, without its own words.
func cause(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

func (l *Lane) newRing() (*afpacket.TPacket, error) {
	o := &l.in.options
	blocks := max(4, o.RingBytes/o.Lanes/blockBytes)
	ring, err := afpacket.NewTPacket(
		afpacket.OptInterface(l.in.name), afpacket.TPacketVersion3, afpacket.OptPollTimeout(patience),
		afpacket.OptFrameSize(blockBytes/16), afpacket.OptBlockSize(blockBytes), afpacket.OptNumBlocks(blocks),
		afpacket.OptBlockTimeout(blockTimeout), afpacket.OptAddVLANHeader(true),
	)
	if err != nil {
		return nil, err
	}
	if err := l.setUp(ring); err != nil {
		ring.Close()
		return nil, err
	}
	return ring, nil
}

func (l *Lane) setUp(ring *afpacket.TPacket) error {
	o := &l.in.options
	if o.Filter != "" || l.loops {
		if err := l.filter(ring); err != nil {
			return err
		}
	}
	if o.Promiscuous {
		if err := ring.SetPromiscuous(true); err != nil {
			return fmt.Errorf("cannot make it promiscuous: %w", err)
		}
	}
	if o.Lanes > 1 {
		if err := ring.SetFanout(afpacket.FanoutHash, l.in.group); err != nil {
			return fmt.Errorf("cannot spread packets over %d lanes: %w", o.Lanes, err)
		}
	}
	return ring.InitSocketStats() // what came until now does not count
}

// filter has the kernel pass on only what the filter wants, and of a loopback, where each frame goes out and comes
// in, only what comes in, as tcpdump does.
func (l *Lane) filter(ring *afpacket.TPacket) error {
	program, err := l.wanted()
	if err != nil {
		return err
	}
	if l.loops {
		program = append(slices.Clone(incoming), program...)
	}
	if err := ring.SetBPF(program); err != nil {
		return fmt.Errorf("the kernel does not take the filter: %w", err)
	}
	return nil
}

// incoming begins a filter that wants no frame that goes out: its kind, which the kernel says in place of
// what is at skfPacketType, is PACKET_OUTGOING.
var incoming = []bpf.RawInstruction{
	{Op: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: skfPacketType},
	{Op: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: unix.PACKET_OUTGOING},
	{Op: unix.BPF_RET | unix.BPF_K},
}

const skfPacketType = 0xfffff004 // SKF_AD_OFF + SKF_AD_PKTTYPE

// wanted returns the filter as bytecode: all there is if none was given.
func (l *Lane) wanted() ([]bpf.RawInstruction, error) {
	switch {
	case l.in.options.Filter == "":
		return []bpf.RawInstruction{{Op: unix.BPF_RET | unix.BPF_K, K: 1 << 18}}, nil
	case l.link == capture.LinkEthernet:
		return filter.Parse(l.in.options.Filter, filter.Ethernet)
	case l.link == capture.LinkRaw:
		return filter.Parse(l.in.options.Filter, filter.Raw)
	}
	return nil, fmt.Errorf("frames of link type %v cannot be filtered", l.link)
}

// explain says what to do about an error.
func explain(err error) error {
	switch {
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		return fmt.Errorf("%w: packet sockets need the capability CAP_NET_RAW; run as root, or give it to the program: sudo setcap cap_net_raw=ep \"$(command -v botnetdetect)\"", ErrPermission)
	case errors.Is(err, unix.ENOMEM):
		return fmt.Errorf("%w: no memory for its ring; allow a smaller one with --ring", err)
	}
	return err
}

// linkType returns how the frames of an interface begin.
func linkType(name string) (capture.LinkType, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer func() { _ = unix.Close(fd) }()
	request, err := unix.NewIfreq(name)
	if err != nil {
		return 0, err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, request); err != nil {
		return 0, err
	}
	switch kind := request.Uint16(); kind {
	case unix.ARPHRD_ETHER, unix.ARPHRD_LOOPBACK:
		return capture.LinkEthernet, nil
	case unix.ARPHRD_NONE, unix.ARPHRD_TUNNEL, unix.ARPHRD_TUNNEL6, unix.ARPHRD_SIT, unix.ARPHRD_PPP, unix.ARPHRD_IPGRE:
		return capture.LinkRaw, nil
	case unix.ARPHRD_IEEE80211_RADIOTAP:
		return capture.LinkRadiotap, nil
	default:
		return 0, fmt.Errorf("its kind of link, ARPHRD %d, is not known here; pipe in what tcpdump -w - makes of it", kind)
	}
}

// Next reads the next frame into f, whose Data is valid until the next call. It returns
// capture.ErrIdle if none comes for 100 ms.
func (l *Lane) Next(f *capture.Frame) error {
	f.Time = 0
	if l.ring == nil {
		return l.reopen()
	}
	data, info, err := l.ring.ZeroCopyReadPacketData()
	for err == nil && l.early(info.Timestamp) {
		data, info, err = l.ring.ZeroCopyReadPacketData()
	}
	if err != nil {
		return l.idle(err)
	}
	l.seq++
	f.Time, f.Seq = info.Timestamp.UnixNano(), l.seq
	f.Length, f.Link, f.Data = uint32(info.Length), l.link, data
	return nil
}

// early reports whether a frame came before its ring was set up: unfiltered, and by all
// lanes. Once one has come that is later, or some time has gone by, none is early, whatever
// it says: the calendar, by which frames are stamped, may be set back.
func (l *Lane) early(at time.Time) bool {
	if l.since.IsZero() {
		return false
	}
	if at.Before(l.since) && time.Since(l.since) < settling {
		return true
	}
	l.since = time.Time{}
	return false
}

// idle finds out why there was no frame. If the ring has failed, or the interface is
// another one by now, the ring is given up.
func (l *Lane) idle(err error) error {
	if errors.Is(err, afpacket.ErrTimeout) {
		if time.Since(l.tried) < retryEvery {
			return capture.ErrIdle
		}
		l.tried = time.Now()
		if iface, err := net.InterfaceByName(l.in.name); err == nil && iface.Index == l.index {
			return capture.ErrIdle
		}
	}
	l.close()
	l.in.away.Add(1)
	if l.number == 0 {
		l.in.outages.Add(1)
	}
	return capture.ErrIdle
}

// reopen tries now and then to open the interface again.
func (l *Lane) reopen() error {
	time.Sleep(patience)
	if time.Since(l.tried) < retryEvery {
		return capture.ErrIdle
	}
	l.tried = time.Now()
	if privileged(l.open) == nil {
		l.in.away.Add(-1)
	}
	return capture.ErrIdle
}

// counts returns what the kernel counted for l.
func (l *Lane) counts() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.gone
	if l.ring == nil {
		return c
	}
	if _, s, err := l.ring.SocketStats(); err == nil {
		c.Received += int64(s.Packets())
		c.Dropped += int64(s.Drops())
	}
	return c
}

// close gives the ring up, but keeps what it counted.
func (l *Lane) close() {
	c := l.counts()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ring != nil {
		l.ring.Close()
		l.ring, l.gone = nil, c
	}
}
