package app

import (
	"bufio"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"time"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// mail is a mail server: it delivers to exchangers that DNS names, a part of them gone, and
// takes mail from strangers.
func mail() Application {
	return Application{
		Name: "mail", What: "a mail server: delivers to named exchangers, some gone, and takes mail from strangers",
		Accelerated: "retry after 5 min instead of 15 to 60",
		Scene: func(r *recording.Recording) {
			exchangers := r.Peers("exchangers", 150, internet.Sleep{Share: 0.15, On: 20 * time.Minute, Off: 10 * time.Minute})
			senders := r.Peers("senders", 180, internet.Sleep{})
			busy := r.Host(recording.Host{Name: "busy", Reach: recording.Public, Vantage: recording.AtHost, Up: 20, Down: 50, Settings: "a mail out each 4 s, 30 % of exchangers dead; a mail in each 5 s"})
			list := r.Host(recording.Host{Name: "list", Reach: recording.Public, Vantage: recording.AtHost, Up: 20, Down: 50, Settings: "an old mailing list: a mail out each 2 s, 60 % of exchangers dead; a mail in each 60 s"})
			if r.Err() != nil {
				return
			}
			draw := r.Rand("mail")
			exchangers.Role("smtp", smtpParameters{exchangers.Addresses})
			for _, p := range []*recording.Place{busy, list} {
				p.Role("smtp", smtpParameters{p.Addresses})
			}
			name := func(dead float64, n int, tag string) (hosts []string) {
				gone := r.Dead(tag, n)
				for i := range n {
					host := fmt.Sprintf("mx%d.%s.example", i, tag)
					a := exchangers.Addresses[draw.IntN(len(exchangers.Addresses))]
					if draw.Float64() < dead {
						a = gone[i]
					}
					r.Name(host, a)
					hosts = append(hosts, host)
				}
				return hosts
			}
			busy.Role("deliver", deliverParameters{To: name(0.3, 200, "busy"), Every: 4 * time.Second})
			list.Role("deliver", deliverParameters{To: name(0.6, 300, "list"), Every: 2 * time.Second})
			senders.Role("deliver", deliverParameters{From: senders.Addresses, To: []string{busy.Addresses[0].String()}, Every: 5 * time.Second})
			senders.Role("deliver", deliverParameters{From: senders.Addresses, To: []string{list.Addresses[0].String()}, Every: time.Minute})
		},
	}
}

type smtpParameters struct{ At []netip.Addr }

// smtpServe takes mail (RFC 5321).
func smtpServe(ctx context.Context, p smtpParameters) error {
	return serveTCP(ctx, p.At, 25, func(_ context.Context, c net.Conn) {
		_ = c.SetDeadline(time.Now().Add(2 * time.Minute))
		time.Sleep(time.Duration(rand.IntN(2000)) * time.Millisecond)
		fmt.Fprintf(c, "220 mail.example ESMTP Postfix\r\n")
		lines := bufio.NewScanner(c)
		body := false
		for lines.Scan() {
			switch line := strings.ToUpper(lines.Text()); {
			case body:
				if body = line != "."; !body {
					fmt.Fprint(c, "250 2.0.0 Ok: queued\r\n")
				}
			case line == "DATA":
				body = true
				fmt.Fprint(c, "354 End data with <CR><LF>.<CR><LF>\r\n")
			case line == "QUIT":
				fmt.Fprint(c, "221 2.0.0 Bye\r\n")
				return
			case strings.HasPrefix(line, "EHLO"):
				fmt.Fprint(c, "250-mail.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250 8BITMIME\r\n")
			default:
				fmt.Fprint(c, "250 2.1.0 Ok\r\n")
			}
		}
	})
}

type deliverParameters struct {
	From  []netip.Addr // where to send from; none: anywhere
	To    []string
	Every time.Duration
}

const mailRetry = 5 * time.Minute

// deliver sends mail to one exchanger after the other, and tries again where it fails.
func deliver(ctx context.Context, p deliverParameters) error {
	gap := func() time.Duration { return time.Duration(float64(p.Every) * rand.ExpFloat64()) }
	forEach(ctx, p.To, 200, gap, func(host string) {
		for range 3 {
			if p.send(ctx, host) == nil || !pause(ctx, mailRetry) {
				return
			}
		}
	})
	return nil
}

func (p deliverParameters) send(ctx context.Context, host string) error {
	d := net.Dialer{Timeout: 30 * time.Second}
	if len(p.From) > 0 {
		d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(p.From[rand.IntN(len(p.From))], 0))
	}
	c, err := d.DialContext(ctx, "tcp4", net.JoinHostPort(host, "25"))
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	r := bufio.NewReader(c)
	size := int(4000 * math.Exp(1.2*rand.NormFloat64()))
	body := strings.Repeat("The quick brown fox jumps over the lazy dog, once more.\r\n", min(size, 200_000)/57+1)
	for _, line := range []string{"", "EHLO lab.example", "MAIL FROM:<a@lab.example>", "RCPT TO:<b@mail.example>", "DATA", "Subject: lab\r\n\r\n" + body + ".", "QUIT"} {
		if line != "" {
			fmt.Fprintf(c, "%s\r\n", line)
		}
		for {
			reply, err := r.ReadString('\n')
			if err != nil {
				return err
			}
			if len(reply) < 4 || reply[3] != '-' {
				break
			}
		}
	}
	return nil
}
