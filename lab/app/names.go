package app

import (
	"context"
	"encoding/json"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// namesParameters tell the name server its zone: a JSON file, name to addresses, which may
// grow while it runs.
type namesParameters struct{ Zone string }

// serveNames answers A questions from the zone, and all else with "no such name" or with
// no records.
func serveNames(ctx context.Context, p namesParameters) error {
	c, err := net.ListenPacket("udp4", ":53")
	if err != nil {
		return err
	}
	defer closeAtEnd(ctx, c)()
	question := make([]byte, 1500)
	for {
		n, from, err := c.ReadFrom(question)
		if err != nil {
			return ended(ctx, err)
		}
		if answer := answerName(p.Zone, question[:n]); answer != nil {
			_, _ = c.WriteTo(answer, from)
		}
	}
}

func answerName(zone string, message []byte) []byte {
	var parser dnsmessage.Parser
	header, err := parser.Start(message)
	if err != nil {
		return nil
	}
	q, err := parser.Question()
	if err != nil {
		return nil
	}
	addresses, known := lookUp(zone, q.Name.String())
	header.Response, header.RecursionAvailable = true, true
	if !known {
		header.RCode = dnsmessage.RCodeNameError
	}
	b := dnsmessage.NewBuilder(nil, header)
	b.EnableCompression()
	_ = b.StartQuestions()
	_ = b.Question(q)
	_ = b.StartAnswers()
	if q.Type == dnsmessage.TypeA {
		for _, a := range addresses {
			h := dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 300}
			_ = b.AResource(h, dnsmessage.AResource{A: a.As4()})
		}
	}
	answer, err := b.Finish()
	if err != nil {
		return nil
	}
	return answer
}

func lookUp(zone, name string) ([]netip.Addr, bool) {
	b, err := os.ReadFile(zone)
	if err != nil {
		return nil, false
	}
	var names map[string][]netip.Addr
	if json.Unmarshal(b, &names) != nil {
		return nil, false
	}
	addresses, ok := names[strings.ToLower(strings.TrimSuffix(name, "."))]
	return addresses, ok
}

// closer is what ends when ctx does.
type closer interface{ Close() error }

// closeAtEnd closes c when ctx ends, or when the returned function is called.
func closeAtEnd(ctx context.Context, c closer) func() {
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	return func() {
		if stop() {
			_ = c.Close()
		}
	}
}

// ended turns the error of a socket that the end of ctx closed into none.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// pause waits; false means that ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
