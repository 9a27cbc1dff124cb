// Package allow holds lists of addresses whose traffic is not to be judged: hosts and
// networks that somebody knows and answers for.
//
//	list, err := allow.Parse([]string{"192.0.2.7", "10.20.0.0/16", "@allowed.txt"})
//	list.Has(endpoint)
//
// A flow is left alone if either of its endpoints is on the list. A nil *List is empty.
package allow

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"os"
	"strings"

	"botnetdetect/packet"
)

// List is a set of addresses. It does not change once it is made, so many goroutines may
// ask it. Each look-up costs one hash for each length of prefix that is in the list.
type List struct {
	networks map[netip.Prefix]bool
	bits     [2][]int // prefix lengths in use: IPv4, IPv6
	stations map[packet.Endpoint]bool
}

// maxEntries bounds a list: it takes about 100 MB.
const maxEntries = 1 << 20

// maxLine bounds a line of a file, in bytes.
const maxLine = 1 << 10

// Parse makes a list of entries: an IPv4 or IPv6 address, a network in CIDR notation, a
// MAC address, or @FILE, which has one entry a line, and comments after '#'.
func Parse(entries []string) (*List, error) {
	l := &List{networks: make(map[netip.Prefix]bool), stations: make(map[packet.Endpoint]bool)}
	for _, text := range entries {
		add := l.add
		if name, isFile := strings.CutPrefix(text, "@"); isFile {
			text, add = name, l.addFile
		}
		if err := add(text); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// With returns a list of what l has, and of more entries. l stays as it is.
func (l *List) With(entries []string) (*List, error) {
	all, err := Parse(entries)
	switch {
	case err != nil:
		return nil, err
	case l.Len() == 0:
		return all, nil
	case l.Len()+all.Len() > maxEntries:
		return nil, errFull
	}
	for p := range l.networks {
		all.network(p)
	}
	maps.Copy(all.stations, l.stations)
	return all, nil
}

// Len returns the number of entries, without those that were there already.
func (l *List) Len() int {
	if l == nil {
		return 0
	}
	return len(l.networks) + len(l.stations)
}

// Has reports whether e is on the list.
func (l *List) Has(e packet.Endpoint) bool {
	if l.Len() == 0 {
		return false
	}
	a, ok := e.IP()
	if !ok {
		return l.stations[e]
	}
	a = a.Unmap()
	for _, bits := range l.bits[family(a)] {
		if p, err := a.Prefix(bits); err == nil && l.networks[p] {
			return true
		}
	}
	return false
}

// Either reports whether one of two endpoints is on the list.
func (l *List) Either(x, y packet.Endpoint) bool { return l.Has(x) || l.Has(y) }

func (l *List) addFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("cannot read allow-list: %w", err)
	}
	defer f.Close()
	if err := l.read(f); err != nil {
		return fmt.Errorf("allow-list %s: %w", path, err)
	}
	return nil
}

func (l *List) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		text, _, _ := strings.Cut(lines.Text(), "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		if err := l.add(text); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("line %d: longer than %d bytes; want an address or a network a line", n+1, maxLine)
	}
	return lines.Err()
}

var errFull = fmt.Errorf("more than %d entries: write addresses that lie together as networks", maxEntries)

func (l *List) add(text string) error {
	if l.Len() >= maxEntries {
		return errFull
	}
	if p, err := netip.ParsePrefix(text); err == nil {
		l.network(p)
		return nil
	}
	e, err := packet.Parse(text)
	if err != nil {
		return fmt.Errorf("%.60q is neither an address nor a network; want 192.0.2.7, 10.0.0.0/8, 2001:db8::/32 or 02:00:00:00:00:01", text)
	}
	if a, ok := e.IP(); ok {
		a = a.Unmap()
		l.network(netip.PrefixFrom(a, a.BitLen()))
		return nil
	}
	l.stations[e] = true
	return nil
}

// network notes p, whose address may have bits beyond the prefix.
func (l *List) network(p netip.Prefix) {
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	p = p.Masked()
	l.networks[p] = true
	lengths := &l.bits[family(p.Addr())]
	for _, bits := range *lengths {
		if bits == p.Bits() {
			return
		}
	}
	*lengths = append(*lengths, p.Bits())
}

func family(a netip.Addr) int {
	if a.Is4() {
		return 0
	}
	return 1
}
