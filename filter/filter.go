// Package filter makes BPF programs of capture filters: of a small part of what tcpdump
// takes, or of the bytecode that "tcpdump -ddd" prints.
//
//	program, err := filter.Parse("not port 22 and (net 10.0.0.0/8 or host 2001:db8::1)", filter.Ethernet)
//
// The part is: ip, ip6, tcp, udp, icmp (of either version); host ADDRESS, net NETWORK, port
// NUMBER, each after src or dst if only one side counts; not, and, or, parentheses. Here "and"
// binds more tightly than "or", which in tcpdump it does not: use parentheses. Hosts and
// networks are those of IP headers, not of ARP.
// Ports are those of TCP and UDP, and IPv6 has them where no extension header comes first.
package filter

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/net/bpf"
)

// Link says how frames begin.
type Link uint8

// The links that filters are made for. The kernel takes VLAN tags off before it filters.
const (
	Ethernet Link = iota
	Raw           // an IP header of either version
)

// Bounds of a filter.
const (
	maxText  = 1 << 16 // bytes
	maxDepth = 64      // of parentheses and nots
	maxSteps = 4096    // the kernel's, of instructions
)

// Parse makes the program of a filter: one that returns how many bytes to keep of a frame,
// 0 if it is not wanted.
func Parse(text string, link Link) ([]bpf.RawInstruction, error) {
	text = strings.TrimSpace(text)
	switch {
	case len(text) > maxText:
		return nil, fmt.Errorf("a filter of %d bytes; want at most %d", len(text), maxText)
	case text == "":
		return nil, fmt.Errorf("an empty filter")
	case text[0] >= '0' && text[0] <= '9':
		return bytecode(text)
	}
	p := parser{words: split(text)}
	e, err := p.either(0)
	if err == nil && p.at < len(p.words) {
		err = fmt.Errorf("%q is not understood", p.words[p.at])
	}
	if err != nil {
		return nil, fmt.Errorf("filter: %w; want ip, ip6, tcp, udp, icmp, host, net or port, joined by not, and, or", err)
	}
	return compile(e, link)
}

// bytecode reads what "tcpdump -ddd" prints: the number of instructions, then four numbers
// for each, in lines or between commas.
func bytecode(text string) ([]bpf.RawInstruction, error) {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' })
	n, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || n != len(lines)-1 || n < 1 || n > maxSteps {
		return nil, fmt.Errorf("bytecode: %q instructions announced, %d there; want what tcpdump -ddd prints", lines[0], len(lines)-1)
	}
	program := make([]bpf.RawInstruction, n)
	for i, line := range lines[1:] {
		if program[i], err = instruction(line); err != nil {
			return nil, fmt.Errorf("bytecode: instruction %d: %w", i+1, err)
		}
	}
	decoded, ok := bpf.Disassemble(program)
	if !ok {
		return nil, fmt.Errorf("bytecode: an instruction is not known")
	}
	if _, err := bpf.NewVM(decoded); err != nil {
		return nil, fmt.Errorf("bytecode: %w", err)
	}
	return program, nil
}

func instruction(line string) (r bpf.RawInstruction, err error) {
	fields := strings.Fields(line)
	if len(fields) != 4 {
		return r, fmt.Errorf("%d numbers; want 4", len(fields))
	}
	var numbers [4]uint64
	for i, bits := range []int{16, 8, 8, 32} {
		if numbers[i], err = strconv.ParseUint(fields[i], 10, bits); err != nil {
			return r, fmt.Errorf("%q is no number of %d bits", fields[i], bits)
		}
	}
	return bpf.RawInstruction{Op: uint16(numbers[0]), Jt: uint8(numbers[1]), Jf: uint8(numbers[2]), K: uint32(numbers[3])}, nil
}
