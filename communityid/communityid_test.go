package communityid

import (
	"net/netip"
	"testing"
)

// The vectors are those that implementations of the specification publish: OpenSearch's
// community_id processor and Zeek's community_id_v1 test.
func TestVectors(t *testing.T) {
	f := func(src, dst string, protocol uint8, srcPort, dstPort uint16, want string) {
		t.Helper()
		flow := Flow{netip.MustParseAddr(src), netip.MustParseAddr(dst), srcPort, dstPort, protocol}
		if got := flow.ID(0); got != want {
			t.Errorf("%+v: %s, want %s", flow, got, want)
		}
	}
	f("66.35.250.204", "128.232.110.120", tcp, 80, 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=")
	f("128.232.110.120", "66.35.250.204", tcp, 34855, 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=")
	f("8.8.8.8", "192.168.1.52", udp, 53, 54585, "1:d/FP5EW3wiY1vCndhwleRRKHowQ=")
	f("192.168.170.8", "192.168.170.56", sctp, 7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=")
	f("192.168.0.89", "192.168.0.1", icmp, 8, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=")
	f("192.168.0.1", "192.168.0.89", icmp, 0, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=")
	f("fe80::260:97ff:fe07:69ea", "ff02::1", icmpV6, 134, 0, "1:pkvHqCL88/tg1k4cPigmZXUtL00=")
	f("1.2.3.4", "5.6.7.8", tcp, 1122, 3344, "1:wCb3OG7yAFWelaUydu0D+125CLM=")
	f("1.2.3.4", "5.6.7.8", udp, 1122, 3344, "1:0Mu9InQx6z4ZiCZM/7HXi2WMhOg=")
}

func TestSeedAndDirectionCount(t *testing.T) {
	there := Flow{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), 3, 1, icmp} // unreachable has no reply
	back := Flow{there.Dst, there.Src, 3, 1, icmp}
	if there.ID(0) == back.ID(0) || there.ID(0) == there.ID(1) {
		t.Error("a message without a reply has no direction, or the seed does not count")
	}
}
