package app

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/anacrolix/torrent/bencode"
)

// trackerParameters tell trackers whom they know, for every torrent alike; many are gone.
type trackerParameters struct{ Peers []netip.AddrPort }

const (
	trackerInterval = 10 * time.Minute
	trackerShare    = 50 // peers in an answer
)

// trackers runs an HTTP tracker at port 6969 and a UDP tracker (BEP 15) at port 1337 on
// every address.
func trackers(ctx context.Context, p trackerParameters) error {
	server := &http.Server{Addr: ":6969", Handler: p, ReadHeaderTimeout: time.Minute}
	defer closeAtEnd(ctx, server)()
	udp, err := net.ListenPacket("udp4", ":1337")
	if err != nil {
		return err
	}
	defer closeAtEnd(ctx, udp)()
	go p.answerDatagrams(udp)
	return ended(ctx, server.ListenAndServe())
}

// compact is a random part of the peers, 6 bytes each.
func (p trackerParameters) compact() string {
	var b strings.Builder
	for _, a := range some(rand.New(rand.NewPCG(rand.Uint64(), 1)), p.Peers, trackerShare) { //nolint:gosec // not a secret
		b.WriteString(compactPeer(a))
	}
	return b.String()
}

// ServeHTTP answers an announce, and a scrape with the same.
func (p trackerParameters) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	b, err := bencode.Marshal(map[string]any{
		"interval": int(trackerInterval.Seconds()), "complete": 31, "incomplete": 77, "peers": p.compact(),
	})
	if err == nil {
		_, _ = w.Write(b)
	}
}

func (p trackerParameters) answerDatagrams(c net.PacketConn) {
	const connect, announce, scrape = 0, 1, 2
	b := make([]byte, 2048)
	for {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			return
		}
		if n < 16 {
			continue
		}
		answer := append([]byte(nil), b[8:16]...) // action and transaction
		switch binary.BigEndian.Uint32(b[8:]) {
		case connect:
			answer = binary.BigEndian.AppendUint64(answer, rand.Uint64())
		case announce:
			for _, v := range []uint32{uint32(trackerInterval.Seconds()), 77, 31} {
				answer = binary.BigEndian.AppendUint32(answer, v)
			}
			answer = append(answer, p.compact()...)
		case scrape:
			answer = append(answer, make([]byte, 12)...)
		}
		_, _ = c.WriteTo(answer, from)
	}
}
