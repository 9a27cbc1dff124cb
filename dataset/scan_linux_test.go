package dataset

import (
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// unprivileged runs f as a user who is not root, whom files' modes bind.
func unprivileged(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if os.Geteuid() == 0 {
			const nobody = 65534
			runtime.LockOSThread() // never unlocked: the thread, which is nobody's, ends here
			unix.Setfsuid(nobody)
		}
		f()
	}()
	<-done
}

func TestScanGoesOnPastWhatCannotBeRead(t *testing.T) {
	tree(t, "d/a/1.pcap", "d/b/2.pcap", "d/c/3.pcap", "d/c/4.pcap", "shut/5.pcap")
	for _, path := range []string{"d/b", "d/c/3.pcap", "shut"} {
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Chmod(path, 0o755) }) // so that it can be removed
	}
	unprivileged(func() {
		scanned(t, []string{"d", "shut"}, []string{"d/a/1.pcap", "d/c/4.pcap"}, []string{
			"cannot read d/b: permission denied",
			"cannot read d/c/3.pcap: permission denied",
			"cannot read shut: permission denied",
		})
	})
}

func TestScanNamesPathsAsGiven(t *testing.T) {
	tree(t, "real/a.pcap", "real/b.pcap")
	if err := os.Chmod("real/b.pcap", 0); err != nil {
		t.Fatal(err)
	}
	link(t, "real", "data")
	unprivileged(func() {
		scanned(t, []string{"data"}, []string{"data/a.pcap"}, []string{"cannot read data/b.pcap: permission denied"})
	})
}
