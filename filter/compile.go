package filter

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/net/bpf"
)

// builder makes a program whose jumps lead to labels, which become distances in the end. All
// lead forward.
type builder struct {
	link  Link
	base  uint32 // where the IP header begins
	code  []step
	marks []int // instruction that each label stands before; -1 is not yet known
}

// step is an instruction; a jump has labels instead of distances.
type step struct {
	bpf.Instruction
	jump     bool
	mask     bpf.JumpTest
	value    uint32
	yes, not label
}

type label int

// keep is what a program returns for frames that are wanted: all of their bytes.
const keep = 1 << 18

func compile(e *expression, link Link) ([]bpf.RawInstruction, error) {
	b := &builder{link: link}
	if link == Ethernet {
		b.base = 14
	}
	wanted, unwanted := b.label(), b.label()
	b.expression(e, wanted, unwanted)
	b.here(wanted)
	b.add(bpf.RetConstant{Val: keep})
	b.here(unwanted)
	b.add(bpf.RetConstant{Val: 0})
	return b.assemble()
}

func (b *builder) label() label {
	b.marks = append(b.marks, -1)
	return label(len(b.marks) - 1)
}

func (b *builder) here(l label) { b.marks[l] = len(b.code) }

func (b *builder) add(i bpf.Instruction) { b.code = append(b.code, step{Instruction: i}) }

// when goes to yes if the loaded value passes a test, else to not.
func (b *builder) when(test bpf.JumpTest, value uint32, yes, not label) {
	b.code = append(b.code, step{jump: true, mask: test, value: value, yes: yes, not: not})
}

// unless goes to not if the loaded value is another, else on.
func (b *builder) unless(value uint32, not label) {
	next := b.label()
	b.when(bpf.JumpEqual, value, next, not)
	b.here(next)
}

// expression goes to yes if e holds, else to no.
func (b *builder) expression(e *expression, yes, no label) {
	switch e.kind {
	case not:
		b.expression(e.inner[0], no, yes)
	case and, or:
		b.chain(e, yes, no)
	case version4:
		b.version(4, yes, no)
	case version6:
		b.version(6, yes, no)
	case protocol:
		b.protocol(uint32(e.proto), yes, no)
	case network:
		b.network(e, yes, no)
	case port:
		b.port(e, yes, no)
	}
}

func (b *builder) chain(e *expression, yes, no label) {
	for i, part := range e.inner {
		next := b.label()
		switch {
		case i == len(e.inner)-1:
			b.expression(part, yes, no)
		case e.kind == and:
			b.expression(part, next, no)
		default:
			b.expression(part, yes, next)
		}
		b.here(next)
	}
}

// version goes to yes if the frame has an IP header of a version.
func (b *builder) version(n uint32, yes, no label) {
	if b.link == Raw {
		b.add(bpf.LoadAbsolute{Off: 0, Size: 1})
		b.add(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf0})
		b.when(bpf.JumpEqual, n<<4, yes, no)
		return
	}
	b.add(bpf.LoadAbsolute{Off: 12, Size: 2})
	b.when(bpf.JumpEqual, map[uint32]uint32{4: 0x0800, 6: 0x86dd}[n], yes, no)
}

// either does one thing with frames of version 4, another with those of version 6.
func (b *builder) either(v4, v6 func(), no label) {
	four, other, six := b.label(), b.label(), b.label()
	b.version(4, four, other)
	b.here(other)
	b.version(6, six, no)
	b.here(four)
	v4()
	b.here(six)
	v6()
}

func (b *builder) protocol(n uint32, yes, no label) {
	six := n
	if n == 1 {
		six = 58
	}
	b.either(func() {
		b.add(bpf.LoadAbsolute{Off: b.base + 9, Size: 1})
		b.when(bpf.JumpEqual, n, yes, no)
	}, func() {
		b.add(bpf.LoadAbsolute{Off: b.base + 6, Size: 1})
		b.when(bpf.JumpEqual, six, yes, no)
	}, no)
}

// network goes to yes if an address on the sides that count is in e's network.
func (b *builder) network(e *expression, yes, no label) {
	version, first, length := uint32(4), b.base+12, uint32(4)
	if e.net.Addr().Is6() {
		version, first, length = 6, b.base+8, 16
	}
	next := b.label()
	b.version(version, next, no)
	b.here(next)
	if e.side != destination {
		other := no
		if e.side == anySide {
			other = b.label()
		}
		b.address(e, first, yes, other)
		if e.side == source {
			return
		}
		b.here(other)
	}
	b.address(e, first+length, yes, no)
}

// address goes to yes if the address at an offset is in e's network.
func (b *builder) address(e *expression, at uint32, yes, no label) {
	want := e.net.Addr().AsSlice()
	for bits := e.net.Bits(); bits > 0; bits -= 32 {
		b.add(bpf.LoadAbsolute{Off: at, Size: 4})
		if bits < 32 {
			b.add(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: ^uint32(0) << (32 - bits)})
		}
		b.unless(binary.BigEndian.Uint32(want), no)
		at, want = at+4, want[4:]
	}
	b.code = append(b.code, step{jump: true, mask: bpf.JumpEqual, yes: yes, not: yes}) // whatever is loaded
}

// port goes to yes if a TCP or UDP port on the sides that count is e's.
func (b *builder) port(e *expression, yes, no label) {
	b.either(func() {
		b.add(bpf.LoadAbsolute{Off: b.base + 9, Size: 1})
		b.transport(no)
		b.add(bpf.LoadAbsolute{Off: b.base + 6, Size: 2})
		whole := b.label()
		b.when(bpf.JumpBitsSet, 0x1fff, no, whole) // later fragments have no ports
		b.here(whole)
		b.add(bpf.LoadMemShift{Off: b.base})
		b.ports(e, func(at uint32) bpf.Instruction { return bpf.LoadIndirect{Off: b.base + at, Size: 2} }, yes, no)
	}, func() {
		b.add(bpf.LoadAbsolute{Off: b.base + 6, Size: 1})
		b.transport(no)
		b.ports(e, func(at uint32) bpf.Instruction { return bpf.LoadAbsolute{Off: b.base + 40 + at, Size: 2} }, yes, no)
	}, no)
}

// transport goes on if the loaded protocol is TCP or UDP, else to no.
func (b *builder) transport(no label) {
	next, other := b.label(), b.label()
	b.when(bpf.JumpEqual, 6, next, other)
	b.here(other)
	b.when(bpf.JumpEqual, 17, next, no)
	b.here(next)
}

func (b *builder) ports(e *expression, load func(uint32) bpf.Instruction, yes, no label) {
	if e.side != destination {
		other := no
		if e.side == anySide {
			other = b.label()
		}
		b.add(load(0))
		b.when(bpf.JumpEqual, uint32(e.port), yes, other)
		if e.side == source {
			return
		}
		b.here(other)
	}
	b.add(load(2))
	b.when(bpf.JumpEqual, uint32(e.port), yes, no)
}

// assemble turns labels into distances, which a jump has 8 bits for.
func (b *builder) assemble() ([]bpf.RawInstruction, error) {
	program := make([]bpf.Instruction, len(b.code))
	for i, s := range b.code {
		if program[i] = s.Instruction; !s.jump {
			continue
		}
		yes, not := b.marks[s.yes]-i-1, b.marks[s.not]-i-1
		if yes > 255 || not > 255 {
			return nil, fmt.Errorf("filter: too long; give the bytecode that tcpdump -ddd prints, or join networks")
		}
		program[i] = bpf.JumpIf{Cond: s.mask, Val: s.value, SkipTrue: uint8(yes), SkipFalse: uint8(not)}
	}
	raw, err := bpf.Assemble(program)
	if err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	return raw, nil
}
