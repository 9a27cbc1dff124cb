package flow

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"botnetdetect/packet"
	"botnetdetect/protocol"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestMoments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.OneOf(rapid.Int64(), rapid.Int64Range(1.7e18, 1.7e18+1e12)), 1, 20).Draw(t, "times")
		var s Sums
		for i, at := range times {
			s.add(&packet.Packet{Time: at, Seq: int64(i), Length: rapid.Uint32().Draw(t, "length")}, i%2)
		}
		m := s.moments()
		var d [3]uint64 // Σd, from the times themselves
		for _, at := range times {
			d = add192(d, [3]uint64{uint64(at) - uint64(s.First)})
		}
		if m.first != [2]uint64{d[0], d[1]} {
			t.Errorf("Σd is %v, want %v", m.first, d)
		}
		if !m.possible(&s) || !s.lengthsPossible() {
			t.Error("sums of packets are called impossible")
		}
		back := s
		back.times, back.timeSquares = [2]uint64{}, [3]uint64{}
		if back.setMoments(m); back != s {
			t.Errorf("back is %+v, want %+v", back, s)
		}
	})
}

// encode writes one stream; sums need not be possible.
func encode(names []string, addresses []packet.Endpoint, flows ...pairSums) []byte {
	var b bytes.Buffer
	e := newEncoder(&b)
	for _, name := range names {
		e.name(name)
	}
	for i := range addresses {
		e.address(&addresses[i])
	}
	for i := range flows {
		e.flow(&flows[i].pair, &content{sums: flows[i].sums})
	}
	e.finish()
	return b.Bytes()
}

type pairSums struct {
	pair pair
	sums []Sums
}

// decode reads all of a stream.
func decode(b []byte) (names []string, addresses []packet.Endpoint, flows []pairSums, err error) {
	d := newDecoder(bytes.NewReader(b))
	for name, ok := d.name(); ok; name, ok = d.name() {
		names = append(names, name)
	}
	for a, ok := d.address(); ok; a, ok = d.address() {
		addresses = append(addresses, a)
	}
	for d.next() {
		var c content
		d.gather(&c)
		flows = append(flows, pairSums{*d.pair(), c.sums})
	}
	return names, addresses, flows, d.err()
}

// sumsOf returns the sums of n packets of a protocol.
func sumsOf(id protocol.ID, n int) (s Sums) {
	s.Protocol = id
	for i := range n {
		s.add(&packet.Packet{Time: int64(id)*1e9 + int64(i*i), Seq: int64(i), Length: uint32(60 + i)}, i%2)
	}
	return s
}

func TestCodecKeepsAll(t *testing.T) {
	var sums []Sums
	for id := range protocol.ID(300) { // more than a record holds
		sums = append(sums, sumsOf(id*200, 1+int(id)%3))
	}
	a, b := packet.MakeIPv6([16]byte{1}), packet.MakeIPv6([16]byte{1, 2})
	want := []pairSums{
		{pair{endpoint(1), endpoint(2)}, []Sums{sumsOf(0, 1), sumsOf(65535, 5)}},
		{pair{endpoint(1), b}, []Sums{sumsOf(7, 2)}},
		{pair{a, a}, sums},
		{pair{packet.MakeMAC([6]byte{1}), packet.MakeMAC([6]byte{2})}, []Sums{sumsOf(1, 1)}},
	}
	names, addresses, flows, err := decode(encode([]string{"", "TCP"}, []packet.Endpoint{endpoint(1), endpoint(3), a}, want...))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(names, []string{"", "TCP"}) || !slices.Equal(addresses, []packet.Endpoint{endpoint(1), endpoint(3), a}) {
		t.Errorf("names %q, addresses %v", names, addresses)
	}
	if len(flows) != 6 { // the third flow takes three records
		t.Fatalf("%d records", len(flows))
	}
	flows[2].sums = slices.Concat(flows[2].sums, flows[3].sums, flows[4].sums)
	flows = slices.Delete(flows, 3, 5)
	if diff := gocmp.Diff(want, flows, exactly, gocmp.AllowUnexported(pairSums{}, pair{})); diff != "" {
		t.Errorf("flows differ:\n%s", diff)
	}
}

func TestEveryDamageIsSeen(t *testing.T) {
	whole := encode([]string{"TCP"}, []packet.Endpoint{endpoint(1)},
		pairSums{pair{endpoint(1), endpoint(2)}, []Sums{sumsOf(0, 1), sumsOf(1, 5)}})
	for n := range whole {
		if _, _, _, err := decode(whole[:n]); !errors.Is(err, ErrFormat) {
			t.Errorf("cut at byte %d: %v", n, err)
		}
		for bit := range 8 {
			damaged := bytes.Clone(whole)
			damaged[n] ^= 1 << bit
			if _, _, _, err := decode(damaged); !errors.Is(err, ErrFormat) {
				t.Errorf("byte %d, bit %d flipped: %v", n, bit, err)
			}
		}
	}
}

// block returns one block with a right checksum.
func block(kind byte, payload ...byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{kind}, uint32(len(payload)))
	return append(binary.LittleEndian.AppendUint32(b, checksum(kind, payload)), payload...)
}

// TestRejects tries what no encoder writes, with right checksums.
func TestRejects(t *testing.T) {
	end := block(blockEnd, 0, 0)
	f := func(what string, blocks ...[]byte) {
		t.Helper()
		if _, _, _, err := decode(append([]byte(magic), slices.Concat(blocks...)...)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, _, _, err := decode(append([]byte(magic), end...)); err != nil {
		t.Error(err)
	}
	one := func(a, b byte, entry ...byte) []byte {
		return append([]byte{0, 1, 10, 0, 0, a, 1, 10, 0, 0, b, 1}, entry...)
	}
	two := append(one(1, 2, shapeThere, 0, 0, 60, 0), append([]byte{8, 1, 9, 1}, shapeThere, 0, 0, 60, 0)...)
	many := func(words ...byte) []byte { return one(1, 2, append([]byte{shapeMany, 0, 0, 60}, words...)...) }
	if _, _, flows, err := decode(slices.Concat([]byte(magic), block(blockFlows, two...), block(blockEnd, 0, 2))); err != nil || len(flows) != 2 {
		t.Errorf("%d flows, %v", len(flows), err)
	}
	if _, _, flows, err := decode(slices.Concat([]byte(magic), block(blockFlows, many(2, 0, 120, 0, 160, 56, 0, 0, 0, 0, 0, 0, 0, 0)...), block(blockEnd, 0, 1))); err != nil || len(flows) != 1 {
		t.Errorf("%d flows, %v", len(flows), err)
	}
	there := append([]byte{shapeThere, 0, 0, 60}, partObserved|partThere, 1, 1, 1, 0, 1)
	behaved := func(payload ...byte) []byte { return block(blockFlows, one(1, 2, append(there, payload...)...)...) }
	if _, _, flows, err := decode(slices.Concat([]byte(magic), behaved(1, 20, 0, 20, 20, 5), block(blockEnd, 0, 1))); err != nil || len(flows) != 1 {
		t.Errorf("%d flows, %v", len(flows), err)
	}
	f("no payload", behaved(0, 20, 0, 20, 20, 5), block(blockEnd, 0, 1))
	f("less than a byte of payload a packet", behaved(30, 20, 0, 20, 20, 5), block(blockEnd, 0, 1))
	f("first payload longer than the longest", behaved(1, 20, 0, 21, 20, 5), block(blockEnd, 0, 1))
	f("a set of one that begins with 65", behaved(1, 20, 0, 20, 20, 65), block(blockEnd, 0, 1))
	f("a length beyond 32 bits", behaved(1, 20, 0, 20, 20, 33), block(blockEnd, 0, 1))
	f("unknown parts", block(blockFlows, one(1, 2, shapeThere, 0, 0, 60, 32)...), block(blockEnd, 0, 1))
	f("parts of nothing", block(blockFlows, one(1, 2, shapeThere, 0, 0, 60, partPorts)...), block(blockEnd, 0, 1))
	f("unknown kind", block('X', 0), end)
	f("no end", block(blockNames, 0))
	f("empty block", block(blockNames), end)
	f("block too large", block(blockNames, make([]byte, blockMax+1)...), end)
	f("names after addresses", block(blockAddresses, 0, 1, 10, 0, 0, 1), block(blockNames, 0), block(blockEnd, 1, 0))
	f("two ends in one", block(blockEnd, 0, 0, 0))
	f("wrong count", block(blockEnd, 1, 0))
	f("kind of address", block(blockAddresses, 0, 4, 10, 0, 0, 1), block(blockEnd, 1, 0))
	f("shares too much", block(blockAddresses, 1, 10, 0, 0, 1), block(blockEnd, 1, 0))
	f("same address twice", block(blockAddresses, 0, 1, 10, 0, 0, 1, 5), block(blockEnd, 2, 0))
	f("addresses out of order over blocks", block(blockAddresses, 0, 1, 10, 0, 0, 2), block(blockAddresses, 0, 1, 10, 0, 0, 1), block(blockEnd, 2, 0))
	f("cut address", block(blockAddresses, 0, 1, 10), block(blockEnd, 1, 0))
	f("endpoints turned around", block(blockFlows, one(2, 1, shapeThere, 0, 0, 60)...), block(blockEnd, 0, 1))
	f("flows out of order", block(blockFlows, append(one(1, 2, shapeThere, 0, 0, 60), one(1, 1, shapeThere, 0, 0, 60)...)...), block(blockEnd, 0, 2))
	f("unknown shape", block(blockFlows, one(1, 2, 3, 0, 0, 60)...), block(blockEnd, 0, 1))
	f("flow without packets", block(blockFlows, 0, 1, 10, 0, 0, 1, 1, 10, 0, 0, 2, 0), block(blockEnd, 0, 1))
	f("too many protocols", block(blockFlows, 0, 1, 10, 0, 0, 1, 1, 10, 0, 0, 2, 255, 255, 1), block(blockEnd, 0, 1))
	f("no packets in an entry", block(blockFlows, many(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)...), block(blockEnd, 0, 1))
	f("first longer than all", block(blockFlows, many(2, 0, 50, 0, 196, 19, 0, 0, 0, 0, 0, 0, 0)...), block(blockEnd, 0, 1))
	f("lengths vary less than not at all", block(blockFlows, many(2, 0, 120, 0, 159, 56, 0, 0, 0, 0, 0, 0, 0)...), block(blockEnd, 0, 1))
	f("times beyond the duration", block(blockFlows, many(2, 0, 120, 0, 160, 56, 0, 1, 3, 0, 5, 0, 0)...), block(blockEnd, 0, 1))
	f("protocol beyond the largest", block(blockFlows, append(one(1, 2, 0xfc|shapeThere, 0xff, 0x0f, 0, 0, 60)[:11], 2, 0xfc|shapeThere, 0xff, 0x0f, 0, 0, 60, 4|shapeThere, 0, 0, 60)...), block(blockEnd, 0, 1))
}

func TestNewerVersion(t *testing.T) {
	b := encode(nil, nil)
	b[len(magic)-1]++
	if _, _, _, err := decode(b); !errors.Is(err, ErrFormat) {
		t.Error(err)
	}
}

// FuzzDecode: whatever is read, written again and read again is the same.
func FuzzDecode(f *testing.F) {
	f.Add(encode(nil, nil))
	f.Add(encode([]string{"TCP"}, []packet.Endpoint{endpoint(1)},
		pairSums{pair{endpoint(1), endpoint(2)}, []Sums{sumsOf(0, 1), sumsOf(1, 5)}},
		pairSums{pair{endpoint(1), packet.MakeIPv6([16]byte{1})}, []Sums{sumsOf(9, 3)}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = bytes.Clone(b) // which is the fuzzer's
		seal(b)
		names, addresses, flows, err := decode(b)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Errorf("error %v", err)
			}
			return
		}
		names2, addresses2, flows2, err := decode(encode(names, addresses, flows...))
		if err != nil {
			t.Fatalf("cannot read again: %v", err)
		}
		if !slices.Equal(names, names2) || !slices.Equal(addresses, addresses2) {
			t.Error("names or addresses differ")
		}
		if diff := gocmp.Diff(flows, flows2, exactly, gocmp.AllowUnexported(pairSums{}, pair{})); diff != "" {
			t.Errorf("flows differ:\n%s", diff)
		}
		NewCollector(Options{}).Decode(bytes.NewReader(b), protocol.NewVocabulary())
	})
}

// seal puts the right checksums on what may be blocks, so that fuzzing comes past them.
func seal(b []byte) {
	for at := len(magic); len(b)-at >= blockHead; {
		size := int(binary.LittleEndian.Uint32(b[at+1:]))
		end := at + blockHead + size
		if size > blockMax || end > len(b) {
			return
		}
		binary.LittleEndian.PutUint32(b[at+5:], checksum(b[at], b[at+blockHead:end]))
		at = end
	}
}
