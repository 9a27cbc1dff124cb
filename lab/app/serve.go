package app

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// serveUDP answers datagrams at a port of every address, until ctx ends. No answer is nil.
func serveUDP(ctx context.Context, addresses []netip.Addr, port int, answer func(request []byte) []byte) error {
	return eachAddress(ctx, addresses, func(ctx context.Context, a netip.Addr) error {
		c, err := net.ListenPacket("udp4", netip.AddrPortFrom(a, uint16(port)).String())
		if err != nil {
			return err
		}
		defer closeAtEnd(ctx, c)()
		b := make([]byte, 2048)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return ended(ctx, err)
			}
			if reply := answer(b[:n]); reply != nil {
				_, _ = c.WriteTo(reply, from)
			}
		}
	})
}

// serveTCP talks with whoever connects to a port of an address, until ctx ends. It closes
// the connection when talk returns.
func serveTCP(ctx context.Context, addresses []netip.Addr, port int, talk func(context.Context, net.Conn)) error {
	return eachAddress(ctx, addresses, func(ctx context.Context, a netip.Addr) error {
		l, err := net.Listen("tcp4", netip.AddrPortFrom(a, uint16(port)).String())
		if err != nil {
			return err
		}
		defer closeAtEnd(ctx, l)()
		for {
			c, err := l.Accept()
			if err != nil {
				return ended(ctx, err)
			}
			go func() {
				defer closeAtEnd(ctx, c)()
				talk(ctx, c)
			}()
		}
	})
}

// ask sends a datagram and waits for the answer; with tries above one it repeats itself.
func ask(ctx context.Context, to netip.AddrPort, request []byte, patience time.Duration, tries int) error {
	var d net.Dialer
	c, err := d.DialContext(ctx, "udp4", to.String())
	if err != nil {
		return err
	}
	defer closeAtEnd(ctx, c)()
	b := make([]byte, 2048)
	for range tries {
		if _, err = c.Write(request); err != nil {
			return err
		}
		_ = c.SetReadDeadline(time.Now().Add(patience))
		if _, err = c.Read(b); err == nil {
			return nil
		}
	}
	return err
}

// connect opens a connection to a host by address or name.
func connect(ctx context.Context, host string, port int, patience time.Duration) (net.Conn, error) {
	d := net.Dialer{Timeout: patience}
	return d.DialContext(ctx, "tcp4", net.JoinHostPort(host, strconv.Itoa(port)))
}

// together runs functions side by side until all have returned.
func together(run ...func() error) error {
	errs := make([]error, len(run))
	var wait sync.WaitGroup
	for i, f := range run {
		wait.Go(func() { errs[i] = f() })
	}
	wait.Wait()
	return errors.Join(errs...)
}

// forEach runs visit for items in turn, so many at a time, and pauses before each; it
// begins again after the last, until ctx ends.
func forEach[T any](ctx context.Context, items []T, atATime int, gap func() time.Duration, visit func(T)) {
	slots := make(chan struct{}, atATime)
	for i := 0; pause(ctx, gap()) && len(items) > 0; i++ {
		select {
		case <-ctx.Done():
			return
		case slots <- struct{}{}:
		}
		go func() {
			defer func() { <-slots }()
			visit(items[i%len(items)])
		}()
	}
}
