package history

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// The database trusts its file: what a damaged one says it follows out of the file, into
// a fault of its own goroutines that nothing can catch. So the file is looked at before
// it is opened: every page that can be reached must be where it may be, and hold what it
// may hold. The layout is version 2 of bbolt's, docs/format/history.md.

const (
	pageHeader   = 16 // id, flags, count, overflow
	element      = 16 // of a branch or a leaf
	metaMagic    = 0xED0CDAED
	metaVersion  = 2
	branchFlag   = 0x01
	leafFlag     = 0x02
	freelistFlag = 0x10
	bucketFlag   = 0x01      // of a leaf's element: its value is a bucket
	noFreelist   = 1<<64 - 1 // page number
	maxDepth     = 32        // of a tree; ten levels hold more pages than a file has
	leastPage    = 1 << 10
	mostPage     = 16 << 20
)

var order = binary.NativeEndian

// meta is a meta page: where everything begins.
type meta struct {
	pageSize         uint64
	root, freelist   uint64 // page numbers
	end, transaction uint64 // page numbers are below end
}

// checker looks at one file.
type checker struct {
	file io.ReaderAt
	meta
	seen map[uint64]bool // pages that have a place
}

// checkFile finds what is wrong with a database file of some size, if anything is.
func checkFile(file io.ReaderAt, size int64) error {
	m, err := findMeta(file, size)
	if err != nil {
		return err
	}
	if m.end < 2 || m.end > uint64(size)/m.pageSize {
		return fmt.Errorf("it has room for %d pages of %d that it counts", uint64(size)/m.pageSize, m.end)
	}
	c := &checker{file, m, map[uint64]bool{0: true, 1: true}}
	if err := c.tree(m.root, 0, true); err != nil {
		return err
	}
	return c.free()
}

// findMeta returns the later of the two meta pages, of those that are whole.
func findMeta(file io.ReaderAt, size int64) (meta, error) {
	first, ok := readMeta(file, 0)
	if ok {
		if second, ok := readMeta(file, int64(first.pageSize)); ok && second.transaction > first.transaction {
			return second, sameSize(first, second)
		}
		return first, nil
	}
	for at := int64(leastPage); at <= mostPage && at < size; at *= 2 {
		if second, ok := readMeta(file, at); ok {
			return second, nil
		}
	}
	return meta{}, errors.New("it has no beginning")
}

func sameSize(a, b meta) error {
	if a.pageSize != b.pageSize {
		return fmt.Errorf("its pages are %d or %d bytes", a.pageSize, b.pageSize)
	}
	return nil
}

// readMeta reads a meta page; ok if it is whole.
func readMeta(file io.ReaderAt, at int64) (m meta, ok bool) {
	var b [pageHeader + 64]byte
	if _, err := file.ReadAt(b[:], at); err != nil {
		return m, false
	}
	body := b[pageHeader:]
	sum := fnv.New64a()
	sum.Write(body[:56])
	if order.Uint32(body) != metaMagic || order.Uint32(body[4:]) != metaVersion || order.Uint64(body[56:]) != sum.Sum64() {
		return m, false
	}
	m = meta{
		pageSize: uint64(order.Uint32(body[8:])), root: order.Uint64(body[16:]), freelist: order.Uint64(body[32:]),
		end: order.Uint64(body[40:]), transaction: order.Uint64(body[48:]),
	}
	return m, m.pageSize >= leastPage && m.pageSize <= mostPage && m.pageSize&(m.pageSize-1) == 0
}

// page is a page with those that it overflows into.
type page struct {
	data   []byte
	number uint64
	flags  uint16
	count  int
}

// page reads a page that has no place yet, and gives it one.
func (c *checker) page(number uint64) (p page, err error) {
	var head [pageHeader]byte
	if number >= c.end || c.seen[number] {
		return p, fmt.Errorf("page %d is beyond the end or in two places", number)
	}
	at := int64(number * c.pageSize)
	if _, err := c.file.ReadAt(head[:], at); err != nil {
		return p, err
	}
	more := uint64(order.Uint32(head[12:]))
	if order.Uint64(head[:]) != number || more >= c.end-number {
		return p, fmt.Errorf("page %d is another one, or too long", number)
	}
	for i := range more + 1 {
		if c.seen[number+i] {
			return p, fmt.Errorf("page %d is in two places", number+i)
		}
		c.seen[number+i] = true
	}
	p = page{make([]byte, (more+1)*c.pageSize), number, order.Uint16(head[8:]), int(order.Uint16(head[10:]))}
	_, err = c.file.ReadAt(p.data, at)
	return p, err
}

// tree looks at a tree of pages: that of the root, whose leaves are buckets, or that of
// a bucket, whose leaves are records.
func (c *checker) tree(number uint64, depth int, root bool) error {
	p, err := c.page(number)
	switch {
	case err != nil:
		return err
	case depth > maxDepth:
		return fmt.Errorf("page %d is too deep", number)
	case p.flags == leafFlag:
		return c.leaf(p, root)
	case p.flags != branchFlag || p.count == 0:
		return fmt.Errorf("page %d is neither branch nor leaf", number)
	}
	var before []byte
	for i := range p.count {
		e, err := p.element(i)
		if err != nil {
			return err
		}
		key, err := p.bytes(i, order.Uint32(e), order.Uint32(e[4:]))
		if err := errors.Join(err, p.ascending(&before, key, i)); err != nil {
			return err
		}
		if err := c.tree(order.Uint64(e[8:]), depth+1, root); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) leaf(p page, root bool) error {
	var before []byte
	for i := range p.count {
		e, err := p.element(i)
		if err != nil {
			return err
		}
		keySize, valueSize := order.Uint32(e[8:]), order.Uint32(e[12:])
		key, err := p.bytes(i, order.Uint32(e[4:]), keySize)
		if err := errors.Join(err, p.ascending(&before, key, i)); err != nil {
			return err
		}
		value, err := p.bytes(i, order.Uint32(e[4:])+keySize, valueSize)
		if err != nil {
			return err
		}
		if bucket := order.Uint32(e) == bucketFlag; bucket != root || order.Uint32(e) > bucketFlag {
			return fmt.Errorf("page %d: element %d is a bucket or not, against what it should be", p.number, i)
		}
		if root {
			if err := c.bucket(value); err != nil {
				return err
			}
		}
	}
	return nil
}

// bucket looks at a bucket: the number of its root page, and its only page if it has none.
func (c *checker) bucket(value []byte) error {
	if len(value) < 16 {
		return errors.New("a bucket is cut short")
	}
	if root := order.Uint64(value); root != 0 {
		return c.tree(root, 0, false)
	}
	inline := value[16:]
	if len(inline) < pageHeader || order.Uint16(inline[8:]) != leafFlag || order.Uint32(inline[12:]) != 0 {
		return errors.New("a bucket within a page is no leaf")
	}
	return c.leaf(page{inline, 0, leafFlag, int(order.Uint16(inline[10:]))}, false)
}

func (p *page) element(i int) ([]byte, error) {
	at := pageHeader + i*element
	if at+element > len(p.data) {
		return nil, fmt.Errorf("page %d has no room for element %d", p.number, i)
	}
	return p.data[at : at+element], nil
}

// bytes returns n bytes from a place that is counted from an element's own.
func (p *page) bytes(element int, from, n uint32) ([]byte, error) {
	at := uint64(pageHeader+element*16) + uint64(from)
	if at+uint64(n) > uint64(len(p.data)) || at < uint64(pageHeader+p.count*16) {
		return nil, fmt.Errorf("page %d: element %d is outside of it", p.number, element)
	}
	return p.data[at : at+uint64(n)], nil
}

func (p *page) ascending(before *[]byte, key []byte, i int) error {
	if i > 0 && bytes.Compare(*before, key) >= 0 || len(key) == 0 && p.flags == leafFlag {
		return fmt.Errorf("page %d: key %d is out of order", p.number, i)
	}
	*before = key
	return nil
}

// free looks at the list of free pages: none of them may hold anything.
func (c *checker) free() error {
	if c.freelist == noFreelist {
		return errors.New("it has no list of free pages")
	}
	p, err := c.page(c.freelist)
	if err != nil {
		return err
	}
	ids, n := p.data[pageHeader:], uint64(p.count)
	if n == 0xffff { // too many to count there: the number comes first
		n, ids = order.Uint64(ids), ids[8:]
	}
	if p.flags != freelistFlag || n > uint64(len(ids)/8) {
		return fmt.Errorf("page %d is no list of free pages", p.number)
	}
	for i := range n {
		id := order.Uint64(ids[8*i:])
		if id >= c.end || c.seen[id] {
			return fmt.Errorf("page %d is free and in use", id)
		}
		c.seen[id] = true
	}
	return nil
}
