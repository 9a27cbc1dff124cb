package filter

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// expression is a node of a filter.
type expression struct {
	kind  kind
	inner []*expression // of not, and, or
	side  side          // of the rest
	net   netip.Prefix  // of network
	port  uint16
	proto uint8 // of protocol
}

type kind uint8

const (
	not kind = iota
	and
	or
	version4
	version6
	protocol
	network // of one address: all of its bits
	port
)

type side uint8

const (
	anySide side = iota
	source
	destination
)

// split splits a filter into words and parentheses.
func split(text string) []string {
	text = strings.NewReplacer("(", " ( ", ")", " ) ", "&&", " and ", "||", " or ", "!", " not ").Replace(text)
	return strings.Fields(text)
}

type parser struct {
	words []string
	at    int
}

func (p *parser) take(word string) bool {
	if p.at < len(p.words) && p.words[p.at] == word {
		p.at++
		return true
	}
	return false
}

// next returns the next word.
func (p *parser) next() (string, error) {
	if p.at == len(p.words) {
		return "", fmt.Errorf("it ends too early")
	}
	p.at++
	return p.words[p.at-1], nil
}

func (p *parser) either(depth int) (*expression, error) { return p.joined(or, "or", p.both, depth) }

func (p *parser) both(depth int) (*expression, error) { return p.joined(and, "and", p.one, depth) }

// joined reads parts with a word between them.
func (p *parser) joined(k kind, word string, part func(int) (*expression, error), depth int) (*expression, error) {
	all := &expression{kind: k}
	for {
		e, err := part(depth)
		if err != nil {
			return nil, err
		}
		if all.inner = append(all.inner, e); !p.take(word) {
			break
		}
	}
	if len(all.inner) == 1 {
		return all.inner[0], nil
	}
	return all, nil
}

func (p *parser) one(depth int) (*expression, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("more than %d parentheses in each other", maxDepth)
	}
	switch {
	case p.take("not"):
		e, err := p.one(depth + 1)
		return &expression{kind: not, inner: []*expression{e}}, err
	case p.take("("):
		e, err := p.either(depth + 1)
		if err == nil && !p.take(")") {
			err = fmt.Errorf("a parenthesis is not closed")
		}
		return e, err
	}
	return p.primitive()
}

func (p *parser) primitive() (*expression, error) {
	word, err := p.next()
	if err != nil {
		return nil, err
	}
	switch word {
	case "ip":
		return &expression{kind: version4}, nil
	case "ip6":
		return &expression{kind: version6}, nil
	case "tcp":
		return &expression{kind: protocol, proto: 6}, nil
	case "udp":
		return &expression{kind: protocol, proto: 17}, nil
	case "icmp":
		return &expression{kind: protocol, proto: 1}, nil
	}
	e := new(expression)
	if word == "src" || word == "dst" {
		e.side = map[string]side{"src": source, "dst": destination}[word]
		if word, err = p.next(); err != nil {
			return nil, err
		}
	}
	return e, p.qualified(e, word)
}

// qualified reads what host, net and port are followed by.
func (p *parser) qualified(e *expression, word string) error {
	value := ""
	switch word {
	case "host", "net", "port":
		var err error
		if value, err = p.next(); err != nil {
			return err
		}
	}
	switch word {
	case "host":
		a, err := netip.ParseAddr(value)
		if err != nil || a.Zone() != "" {
			return fmt.Errorf("%q is no address; names are not looked up", value)
		}
		e.kind, e.net = network, netip.PrefixFrom(a, a.BitLen())
	case "net":
		n, err := netip.ParsePrefix(value)
		if err != nil {
			return fmt.Errorf("%q is no network such as 10.0.0.0/8", value)
		}
		e.kind, e.net = network, n.Masked()
	case "port":
		n, err := strconv.ParseUint(value, 10, 16)
		if err != nil {
			return fmt.Errorf("%q is no port; want a number", value)
		}
		e.kind, e.port = port, uint16(n)
	default:
		return fmt.Errorf("%q is not understood", word)
	}
	return nil
}
