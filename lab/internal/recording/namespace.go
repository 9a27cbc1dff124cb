package recording

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// prefix begins the name of every namespace of the lab; the number of the process that
// made it follows.
const prefix = "p2plab-"

// configurations is where "ip netns exec" finds what a namespace has in place of /etc.
const configurations = "/etc/netns"

// createNamespace makes a namespace, and its resolv.conf if there is a name server.
func createNamespace(name string, dns netip.Addr) error {
	if out, err := exec.Command("ip", "netns", "add", name).CombinedOutput(); err != nil {
		return fmt.Errorf("create namespace %s (needs root): %w: %s", name, err, bytes.TrimSpace(out))
	}
	if !dns.IsValid() {
		return nil
	}
	dir := filepath.Join(configurations, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "resolv.conf"), fmt.Appendf(nil, "nameserver %s\n", dns), 0o644) //nolint:gosec // as /etc/resolv.conf
}

func deleteNamespace(name string) error {
	_ = exec.Command("ip", "netns", "del", name).Run()
	return os.RemoveAll(filepath.Join(configurations, name))
}

// processes lists what runs in the namespaces: the processes whose network namespace is
// the file that "ip netns" keeps under the name.
func processes(places []*Place) (pids []int) {
	ours := make(map[uint64]bool)
	for _, p := range places {
		if n, ok := inode(filepath.Join("/run/netns", p.Namespace)); ok {
			ours[n] = true
		}
	}
	running, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil
	}
	for _, dir := range running {
		n, ok := inode(filepath.Join(dir, "ns", "net"))
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && ok && ours[n] {
			pids = append(pids, pid)
		}
	}
	return pids
}

func inode(path string) (uint64, bool) {
	var s syscall.Stat_t
	err := syscall.Stat(path, &s)
	return s.Ino, err == nil
}

// stopAll ends the processes of places: asks first, and does not ask after four seconds.
func stopAll(places []*Place) error {
	for n := range 25 {
		pids := processes(places)
		if len(pids) == 0 {
			return nil
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, stopSignal(n))
		}
		time.Sleep(200 * time.Millisecond)
	}
	return errors.New("processes outlived the recording")
}

func stopSignal(round int) syscall.Signal {
	switch {
	case round == 0:
		return syscall.SIGTERM
	case round < 20:
		return 0
	default:
		return syscall.SIGKILL
	}
}

// Clean removes what earlier processes of the lab left that were killed: namespaces whose
// maker is gone, and what runs in them.
func Clean() error {
	out, err := exec.Command("ip", "netns", "list").Output()
	if err != nil {
		return fmt.Errorf("list namespaces: %w", err)
	}
	var left []*Place
	for line := range strings.Lines(string(out)) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if orphan(name) {
			left = append(left, &Place{Namespace: name})
		}
	}
	errs := []error{stopAll(left)}
	for _, p := range left {
		errs = append(errs, deleteNamespace(p.Namespace))
	}
	return errors.Join(errs...)
}

// orphan tells whether a namespace is one of the lab's whose maker no longer runs.
func orphan(name string) bool {
	rest, ours := strings.CutPrefix(name, prefix)
	maker, _, _ := strings.Cut(rest, "-")
	pid, err := strconv.Atoi(maker)
	return ours && err == nil && syscall.Kill(pid, 0) != nil
}
