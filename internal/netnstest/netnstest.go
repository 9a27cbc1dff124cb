// Package netnstest helps tests that make network namespaces of their own.
package netnstest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Needs skips a test where no network namespace can be made.
func Needs(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to make a network namespace")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("needs ip, of iproute2")
	}
}

// IP runs the ip command in the namespace of the test.
func IP(t testing.TB, args string) {
	t.Helper()
	if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", args, err, out)
	}
}

// Pair makes a pair of interfaces, va and vb, that is up, and has nothing to say by itself.
func Pair(t testing.TB) {
	t.Helper()
	IP(t, "link add va type veth peer name vb")
	for _, name := range []string{"va", "vb"} {
		IP(t, "link set "+name+" addrgenmode none")
		IP(t, "link set "+name+" up")
	}
}
