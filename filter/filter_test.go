package filter

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"

	"golang.org/x/net/bpf"
)

// frames are one of each that filters tell apart.
func frames() []capture.Frame {
	first, later := pcaptest.Fragments(pcaptest.UDP("10.0.0.1:53", "10.0.0.2:5353", make([]byte, 64)), 32)
	packets := [][]byte{
		pcaptest.TCP("10.0.0.1:5000", "10.1.0.2:22", pcaptest.Segment{}, nil),
		pcaptest.TCP("10.1.0.2:22", "10.0.0.1:5000", pcaptest.Segment{}, nil),
		pcaptest.UDP("192.168.1.7:53", "10.0.0.1:5000", make([]byte, 8)),
		pcaptest.UDP("[2001:db8::1]:53", "[2001:db8:1::2]:22", make([]byte, 8)),
		pcaptest.TCP("[2001:db8::2]:80", "[2001:db9::1]:5000", pcaptest.Segment{}, nil),
		pcaptest.Echo("10.0.0.1", "10.0.0.2", nil),
		first, later,
	}
	all := []capture.Frame{pcaptest.FrameOf(capture.LinkEthernet, 0, pcaptest.Ethernet(0x0806, pcaptest.ARP("10.0.0.1", "10.0.0.2")))}
	for _, p := range packets {
		all = append(all, pcaptest.Frame(0, p))
	}
	return all
}

// filters are checked against tcpdump's understanding of them.
var filters = []string{
	"ip", "ip6", "tcp", "udp", "icmp", "not ip", "host 10.0.0.1", "src host 10.0.0.1", "dst host 10.0.0.1", "host 2001:db8::1",
	"net 10.0.0.0/8", "src net 10.1.0.0/16", "net 0.0.0.0/0", "net 2001:db8::/32", "dst net 2001:db8:1::/48", "net 2001:db8::/33",
	"port 22", "src port 22", "dst port 22", "port 53", "not port 22", "tcp and port 22", "udp or tcp", "not (udp or tcp)",
	"ip and not (host 10.0.0.1 and port 5000)", "not not ip6", "(net 10.0.0.0/8 or ip6) and (port 53 or port 80)",
}

// kept returns the numbers of the frames that a filter wants.
func kept(t *testing.T, text string, all []capture.Frame, link Link, cut int) (list []int) {
	t.Helper()
	raw, err := Parse(text, link)
	if err != nil {
		t.Fatal(err)
	}
	program, _ := bpf.Disassemble(raw)
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if n, err := vm.Run(all[i].Data[cut:]); err != nil {
			t.Fatal(err)
		} else if n > 0 {
			list = append(list, i)
		}
	}
	return list
}

func TestAgainstTcpdump(t *testing.T) {
	tcpdump, err := exec.LookPath("tcpdump")
	if err != nil {
		t.Skip("needs tcpdump")
	}
	all := frames()[1:] // of ARP too, tcpdump says that it has hosts
	for i := range all {
		all[i].Time += int64(i) * 1e6 // tells them apart
	}
	for _, text := range filters {
		command := exec.Command(tcpdump, "-r", "-", "-w", "-", text)
		command.Stdin = bytes.NewReader(pcaptest.Pcap(all...))
		out, err := command.Output()
		if err != nil {
			t.Fatalf("tcpdump %q: %v", text, err)
		}
		if want, got := numbers(t, out, all), kept(t, text, all, Ethernet, 0); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q: kept %v, tcpdump %v", text, got, want)
		}
	}
}

// numbers tells which frames a capture has.
func numbers(t *testing.T, text []byte, all []capture.Frame) (list []int) {
	t.Helper()
	r, err := capture.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		var f capture.Frame
		if err := r.Next(&f); err == io.EOF {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, int((f.Time-all[0].Time)/1e6))
	}
}

// A filter wants the same packets without a link-layer header.
func TestRaw(t *testing.T) {
	all := frames()[1:] // the ARP message has none but that
	for _, text := range filters {
		if want, got := kept(t, text, all, Ethernet, 0), kept(t, text, all, Raw, 14); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q: kept %v, with Ethernet headers %v", text, got, want)
		}
	}
}

func TestBytecode(t *testing.T) {
	const ip = "4\n40 0 0 12\n21 0 1 2048\n6 0 0 262144\n6 0 0 0\n" // tcpdump -ddd ip
	all := frames()
	for _, text := range []string{ip, strings.ReplaceAll(ip, "\n", ",")} {
		if got, want := kept(t, text, all, Ethernet, 0), kept(t, "ip", all, Ethernet, 0); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("kept %v, want %v", got, want)
		}
	}
}

func TestRefused(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		if _, err := Parse(text, Ethernet); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: error %v, want %q", text, err, want)
		}
	}
	f("", "empty")
	f("host", "ends too early")
	f("host example.org", "names are not looked up")
	f("net 10.0.0.1", "no network")
	f("port http", "no port")
	f("src tcp", `"tcp" is not understood`)
	f("tcp udp", `"udp" is not understood`)
	f("(tcp", "not closed")
	f("vlan", `"vlan" is not understood`)
	f(strings.Repeat("(", 1000), "parentheses")
	f(strings.Repeat("host 2001:db8::1 or ", 100)+"ip", "too long")
	f("2\n40 0 0 12\n", "announced")
	f("1\n40 0 0 x\n", "no number")
	f("1\n40 0 0 12\n", "bytecode")
	f("1,65535 0 0 0", "not known")
}

func FuzzParse(f *testing.F) {
	for _, text := range filters {
		f.Add(text)
	}
	f.Add("4\n40 0 0 12\n21 0 1 2048\n6 0 0 262144\n6 0 0 0\n")
	all := frames()
	f.Fuzz(func(t *testing.T, text string) {
		raw, err := Parse(text, Ethernet)
		if err != nil {
			return
		}
		program, ok := bpf.Disassemble(raw)
		if !ok {
			t.Fatalf("%q: a program of unknown instructions", text)
		}
		vm, err := bpf.NewVM(program)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		for i := range all {
			if _, err := vm.Run(all[i].Data); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
	})
}
