package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"botnetdetect/internal/pcaptest"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"botnetdetect-cluster": main,
	})
}

// TestScripts runs the command as testdata/script/*.txtar say. Beside testscript's own
// commands they have:
//
//	captures FOLDER   makes three captures, FOLDER/N.pcap
//	await PORT        waits until somebody listens there
func TestScripts(t *testing.T) {
	deadline := time.Now().Add(5 * time.Minute) // a bound for what hangs, not for what is slow
	testscript.Run(t, testscript.Params{
		Dir:      "testdata/script",
		Deadline: deadline,
		Setup: func(e *testscript.Env) error {
			port, err := freePort()
			e.Setenv("PORT", port)
			e.Setenv("NATS_URL", "nats://127.0.0.1:"+port)
			return err
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"await": func(ts *testscript.TestScript, _ bool, args []string) {
				for !listens(args[0]) {
					if time.Now().After(deadline) {
						ts.Fatalf("nobody listens on port %s", args[0])
					}
					time.Sleep(20 * time.Millisecond)
				}
			},
			"captures": func(ts *testscript.TestScript, _ bool, args []string) {
				folder := ts.MkAbs(args[0])
				ts.Check(os.MkdirAll(folder, 0o777))
				for i := range 3 {
					ts.Check(os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.pcap", i)), exchanges(i), 0o666))
				}
			},
		},
	})
}

func listens(port string) bool {
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err == nil {
		_ = conn.Close()
	}
	return err == nil
}

// freePort returns a port that nobody listens on, for now.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// exchanges is one host's: ten short exchanges.
func exchanges(i int) []byte {
	var flows []*pcaptest.Flow
	for peer := range 10 {
		f := pcaptest.UDPFlow("10.0.0.1:7000", fmt.Sprintf("10.1.%d.%d:7001", i, peer+1))
		flows = append(flows, f.Send(0, 60+peer).Reply(time.Second, 80))
	}
	return pcaptest.Pcap(pcaptest.Merge(flows...)...)
}

// TestInterrupted: who is told to stop says so and leaves nothing.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	folder := t.TempDir()
	path := filepath.Join(folder, "a.pcap")
	if err := os.WriteFile(path, exchanges(0), 0o666); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(folder, "out.jsonl")
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if status := run(ctx, []string{"submit", "--temp", folder, "--output", out, path}, streams{null, null, null}); status != exitFailed {
		t.Errorf("status %d", status)
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 {
		t.Errorf("%d entries are left, %v", len(left), err)
	}
}
