// Command make writes the example captures of this folder's parent: two hosts that
// never existed, seen for ten minutes each. No packet was ever sent, no byte is
// anybody else's, and the same captures come out every time.
//
//	go run ./examples/make examples
//
// torrent.pcap is a home computer that browses the web and shares a file: it looks
// names up, asks a distributed hash table for peers, and exchanges much data with a few.
//
// bot.pcap is an infected one. It browses the web too, but a program on it knows
// hundreds of peers by address, asks one after the other the same short question over
// UDP, and has an answer of one size from the few that are alive. Sizes and pace are
// those published of the ZeroAccess botnet (J. Wyke, "The ZeroAccess Botnet", Sophos
// 2012: requests of 16 bytes on UDP port 16464, lists of 16 peers in answers).
package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"botnetdetect/internal/pcaptest"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: make FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for name, content := range captures() {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// captures returns the content of each example by its file's name.
func captures() map[string][]byte {
	return map[string][]byte{
		"torrent.pcap": file(torrent()),
		"bot.pcap":     file(bot()),
	}
}

// file writes conversations as a capture whose frames are cut to snapLength bytes, as
// tcpdump -s does: what matters are lengths, and the examples stay small.
func file(flows []*pcaptest.Flow) []byte {
	frames := pcaptest.Merge(flows...)
	for i := range frames {
		frames[i] = pcaptest.Cut(frames[i], snapLength)
	}
	return pcaptest.Pcap(frames...)
}

const snapLength = 128

const length = 10 * time.Minute

// host makes the conversations of one computer.
type host struct {
	address string
	rand    *rand.Rand
	flows   []*pcaptest.Flow
	names   int
}

func newHost(address string, seed uint64) *host {
	return &host{address: address, rand: rand.New(rand.NewPCG(seed, 0))}
}

func (h *host) sometime() time.Duration { return time.Duration(h.rand.Int64N(int64(length))) }

func (h *host) between(low, high time.Duration) time.Duration {
	return low + time.Duration(h.rand.Int64N(int64(high-low)))
}

// stranger returns an address out of the network 198.18.0.0/15, which is set aside for
// measurements (RFC 2544).
func (h *host) stranger(port int) string {
	return fmt.Sprintf("198.%d.%d.%d:%d", 18+h.rand.IntN(2), h.rand.IntN(256), 1+h.rand.IntN(254), port)
}

// browse looks a name up and loads a page from the address that it gets.
func (h *host) browse(at time.Duration) {
	h.names++
	server := fmt.Sprintf("203.0.113.%d", h.names)
	name := fmt.Sprintf("site%d.example.", h.names)
	lookup := pcaptest.UDPFlow(fmt.Sprintf("%s:%d", h.address, 50000+h.names), "192.0.2.53:53")
	lookup.SendData(at, pcaptest.DNSQuery(uint16(h.names), name))
	lookup.ReplyData(at+20*time.Millisecond, pcaptest.DNSResponse(uint16(h.names), name, server))
	at += 40 * time.Millisecond
	page := pcaptest.TCPFlow(fmt.Sprintf("%s:%d", h.address, 40000+h.names), server+":443").Handshake(at)
	for range 3 + h.rand.IntN(6) {
		at += h.between(10*time.Millisecond, 200*time.Millisecond)
		page.Send(at, 100+h.rand.IntN(500))
		for range 1 + h.rand.IntN(6) {
			at += h.between(time.Millisecond, 20*time.Millisecond)
			page.Reply(at, 1514)
		}
	}
	h.flows = append(h.flows, lookup, page)
}

// torrent shares a file: a hash table's questions to many, much data with a few.
func torrent() []*pcaptest.Flow {
	h := newHost("192.0.2.10", 1)
	for range 5 {
		h.browse(h.sometime())
	}
	for range 40 {
		node := pcaptest.UDPFlow(h.address+":51413", h.stranger(20000+h.rand.IntN(40000)))
		at := h.sometime()
		for range 1 + h.rand.IntN(4) {
			node.SendData(at, []byte("d1:ad2:id20:an-example-node-id-.e1:q4:ping1:t2:aa1:y1:qe"))
			if h.rand.IntN(3) > 0 {
				node.ReplyData(at+h.between(30*time.Millisecond, 300*time.Millisecond),
					[]byte("d1:rd2:id20:another-example-node.e1:t2:aa1:y1:re"))
			}
			at += h.between(20*time.Second, 2*time.Minute)
		}
		h.flows = append(h.flows, node)
	}
	for range 6 {
		h.exchange()
	}
	return h.flows
}

// exchange trades pieces of a file with one peer.
func (h *host) exchange() {
	at := h.between(0, length/2)
	peer := pcaptest.TCPFlow(fmt.Sprintf("%s:%d", h.address, 45000+h.rand.IntN(5000)), h.stranger(51413)).Handshake(at)
	greeting := append([]byte("\x13BitTorrent protocol"), make([]byte, 48)...)
	peer.SendData(at+10*time.Millisecond, greeting).ReplyData(at+60*time.Millisecond, greeting)
	at += 100 * time.Millisecond
	for range 10 + h.rand.IntN(20) {
		at += h.between(50*time.Millisecond, 4*time.Second)
		peer.Send(at, 71)
		for i := range 3 + h.rand.IntN(9) {
			peer.Reply(at+time.Duration(20+2*i)*time.Millisecond, 1514)
		}
	}
	h.flows = append(h.flows, peer)
}

// bot asks hundreds of peers, most of them dead, the same question.
func bot() []*pcaptest.Flow {
	h := newHost("192.0.2.20", 2)
	for range 5 {
		h.browse(h.sometime())
	}
	const question, answer = 42 + 16, 42 + 848 // Ethernet, IP and UDP headers, and the message
	for at := h.between(0, time.Second); at < length; at += h.between(time.Second, 5*time.Second) {
		peer := pcaptest.UDPFlow(h.address+":1139", h.stranger(16464))
		peer.Send(at, question)
		if h.rand.IntN(8) == 0 {
			peer.Reply(at+h.between(50*time.Millisecond, 400*time.Millisecond), answer)
		}
		h.flows = append(h.flows, peer)
	}
	return h.flows
}
