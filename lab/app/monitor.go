package app

import (
	"context"
	"encoding/asn1"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// monitor asks the same of many hosts over and over, a few of which are down.
func monitor() Application {
	return Application{
		Name: "monitor", What: "a monitoring system: pings, SNMP and connects to many hosts by address",
		Scene: func(r *recording.Recording) {
			watched := r.Peers("watched", 170, internet.Sleep{Share: 0.05, On: 20 * time.Minute, Off: 5 * time.Minute})
			minute := r.Host(recording.Host{Name: "minute", Reach: recording.Public, Vantage: recording.AtHost, Up: 10, Down: 20, Settings: "160 hosts each 60 s, 6 % dead"})
			slow := r.Host(recording.Host{Name: "slow", Reach: recording.Natted, Vantage: recording.AtHost, Up: 10, Down: 20, Settings: "60 hosts each 5 min, 20 % dead"})
			if r.Err() != nil {
				return
			}
			watched.Role("snmp", snmpParameters{watched.Addresses})
			minute.Role("watch", watchParameters{Hosts: append(watched.Addresses[:150:150], r.Dead("minute", 10)...), Every: time.Minute})
			slow.Role("watch", watchParameters{Hosts: append(watched.Addresses[100:148:148], r.Dead("slow", 12)...), Every: 5 * time.Minute})
		},
	}
}

type snmpParameters struct{ At []netip.Addr }

// snmpAgents answer SNMP requests, and greet who connects to port 22.
func snmpAgents(ctx context.Context, p snmpParameters) error {
	return together(
		func() error {
			return serveUDP(ctx, p.At, 161, func(q []byte) []byte { return append(append([]byte(nil), q...), make([]byte, 24)...) })
		},
		func() error {
			return serveTCP(ctx, p.At, 22, func(_ context.Context, c net.Conn) {
				_, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.2p1\r\n"))
				_, _ = c.Read(make([]byte, 64))
			})
		},
	)
}

type watchParameters struct {
	Hosts []netip.Addr
	Every time.Duration
}

// watch checks every host in every period: a ping, three SNMP requests, a connect.
func watch(ctx context.Context, p watchParameters) error {
	gap := func() time.Duration { return p.Every / time.Duration(len(p.Hosts)) }
	forEach(ctx, p.Hosts, 40, gap, func(a netip.Addr) {
		ping(ctx, a)
		for range 3 {
			if err := ask(ctx, netip.AddrPortFrom(a, 161), snmpGet(), 2*time.Second, 3); err != nil {
				break
			}
		}
		if c, err := connect(ctx, a.String(), 22, 5*time.Second); err == nil {
			_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
			_, _ = c.Read(make([]byte, 64))
			_ = c.Close()
		}
	})
	return nil
}

// ping sends three echo requests, a second apart.
func ping(ctx context.Context, a netip.Addr) {
	c, err := icmp.ListenPacket("ip4:icmp", "0.0.0.0")
	if err != nil {
		return
	}
	defer closeAtEnd(ctx, c)()
	for n := range 3 {
		m := icmp.Message{Type: ipv4.ICMPTypeEcho, Body: &icmp.Echo{ID: os.Getpid() & 0xffff, Seq: n, Data: make([]byte, 56)}}
		b, err := m.Marshal(nil)
		if err != nil {
			return
		}
		_, _ = c.WriteTo(b, &net.IPAddr{IP: a.AsSlice()})
		if !pause(ctx, time.Second) {
			return
		}
	}
}

// snmpGet is a GetRequest of SNMP version 2c for sysUpTime.
func snmpGet() []byte {
	type bind struct {
		Name  asn1.ObjectIdentifier
		Value asn1.RawValue
	}
	type request struct {
		ID, Status, Index int
		Binds             []bind
	}
	body, err := asn1.MarshalWithParams(request{ID: int(rand.Int32()), Binds: []bind{{asn1.ObjectIdentifier{1, 3, 6, 1, 2, 1, 1, 3, 0}, asn1.NullRawValue}}}, "tag:0")
	if err != nil {
		return nil
	}
	b, err := asn1.Marshal(struct {
		Version   int
		Community []byte
		PDU       asn1.RawValue
	}{1, []byte("public"), asn1.RawValue{FullBytes: body}})
	if err != nil {
		return nil
	}
	return b
}
