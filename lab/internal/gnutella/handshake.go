package gnutella

import (
	"bufio"
	"fmt"
	"net"
	"net/netip"
	"net/textproto"
	"strings"
)

// Greeting is what a side says of itself in the handshake.
type Greeting struct {
	Agent     string
	Ultrapeer bool
	Listen    netip.AddrPort
	Try       []netip.AddrPort // other servents to try
}

func (g Greeting) headers() string {
	var b strings.Builder
	fmt.Fprintf(&b, "User-Agent: %s\r\nX-Ultrapeer: %s\r\nListen-IP: %s\r\n", g.Agent, title(g.Ultrapeer), g.Listen)
	b.WriteString("X-Query-Routing: 0.1\r\nX-Ultrapeer-Query-Routing: 0.1\r\nX-Max-TTL: 3\r\nX-Dynamic-Querying: 0.1\r\n" +
		"X-Degree: 32\r\nVendor-Message: 0.2\r\nGGEP: 0.5\r\nPong-Caching: 0.1\r\nX-Guess: 0.1\r\n")
	if len(g.Try) > 0 {
		all := make([]string, len(g.Try))
		for i, a := range g.Try {
			all[i] = a.String()
		}
		fmt.Fprintf(&b, "X-Try-Ultrapeers: %s\r\n", strings.Join(all, ","))
	}
	b.WriteString("\r\n")
	return b.String()
}

func title(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// Connect greets a servent on a fresh connection. Accepted false with no error means that
// it is busy; hosts are those that it says to try.
func Connect(c net.Conn, r *bufio.Reader, g Greeting) (accepted bool, hosts []netip.AddrPort, err error) {
	if _, err := fmt.Fprintf(c, "GNUTELLA CONNECT/0.6\r\n%s", g.headers()); err != nil {
		return false, nil, err
	}
	status, headers, err := readHead(r)
	if err != nil {
		return false, nil, err
	}
	hosts = parseHosts(headers.Get("X-Try-Ultrapeers"))
	if !strings.HasPrefix(status, "GNUTELLA/0.6 200") {
		return false, hosts, nil
	}
	_, err = fmt.Fprint(c, "GNUTELLA/0.6 200 OK\r\n\r\n")
	return err == nil, hosts, err
}

// Accept answers a greeting whose first line has been read; busy refuses politely.
func Accept(c net.Conn, r *bufio.Reader, g Greeting, busy bool) error {
	if _, err := textproto.NewReader(r).ReadMIMEHeader(); err != nil {
		return err
	}
	if busy {
		_, err := fmt.Fprintf(c, "GNUTELLA/0.6 503 Too many connections\r\n%s", g.headers())
		return err
	}
	if _, err := fmt.Fprintf(c, "GNUTELLA/0.6 200 OK\r\n%s", g.headers()); err != nil {
		return err
	}
	status, _, err := readHead(r)
	if err == nil && !strings.HasPrefix(status, "GNUTELLA/0.6 200") {
		err = fmt.Errorf("peer changed its mind: %q", status)
	}
	return err
}

func readHead(r *bufio.Reader) (status string, headers textproto.MIMEHeader, err error) {
	t := textproto.NewReader(r)
	if status, err = t.ReadLine(); err != nil {
		return "", nil, err
	}
	headers, err = t.ReadMIMEHeader()
	return status, headers, err
}

func parseHosts(list string) (hosts []netip.AddrPort) {
	for s := range strings.SplitSeq(list, ",") {
		if a, err := netip.ParseAddrPort(strings.TrimSpace(s)); err == nil && len(hosts) < 100 {
			hosts = append(hosts, a)
		}
	}
	return hosts
}
