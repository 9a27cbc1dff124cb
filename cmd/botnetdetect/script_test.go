package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"botnetdetect/internal/pcaptest"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"botnetdetect": func() {
			os.Exit(start())
		},
	})
}

// TestScripts runs the command as testdata/script/*.txtar say. Beside testscript's own
// commands they have:
//
//	captures FOLDER   makes twelve captures, FOLDER/Benign/app/N.pcap and FOLDER/Botnet/family/N.pcap
//	truncate FILE N   cuts a file to its first N bytes
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("SOURCE_DATE_EPOCH", "1000000000")
			examples, err := filepath.Abs("../../examples")
			e.Setenv("EXAMPLES", examples)
			return err
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"captures": func(ts *testscript.TestScript, _ bool, args []string) { makeCaptures(ts, ts.MkAbs(args[0])) },
			"truncate": func(ts *testscript.TestScript, _ bool, args []string) {
				var n int64
				_, err := fmt.Sscan(args[1], &n)
				ts.Check(err)
				ts.Check(os.Truncate(ts.MkAbs(args[0]), n))
			},
		},
	})
}

// makeCaptures makes labelled captures that are easy to tell apart: benign hosts have
// long, heavy conversations, infected ones short, light ones. Each host also looks up
// a name and speaks to the address that it gets.
func makeCaptures(ts *testscript.TestScript, folder string) {
	for i := range 6 {
		write(ts, filepath.Join(folder, "Benign", "app", fmt.Sprintf("%d.pcap", i)), host(uint64(i), func(f *pcaptest.Flow, r *rand.Rand) {
			for at := range 20 {
				f.Send(time.Duration(at)*time.Second, 100+r.IntN(50))
				f.Reply(time.Duration(at)*time.Second+time.Millisecond, 1000+r.IntN(400))
			}
		}))
		write(ts, filepath.Join(folder, "Botnet", "family", fmt.Sprintf("%d.pcap", i)), host(uint64(i+6), func(f *pcaptest.Flow, r *rand.Rand) {
			f.Send(0, 60+r.IntN(4))
			f.Send(10*time.Second, 60+r.IntN(4))
		}))
	}
}

func host(seed uint64, talk func(*pcaptest.Flow, *rand.Rand)) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	lookup := pcaptest.UDPFlow("10.0.0.1:5000", "10.0.0.53:53")
	lookup.SendData(0, pcaptest.DNSQuery(1, "site.example."))
	lookup.ReplyData(time.Millisecond, pcaptest.DNSResponse(1, "site.example.", "10.9.9.9"))
	flows := []*pcaptest.Flow{lookup, pcaptest.TCPFlow("10.0.0.1:5001", "10.9.9.9:443").Handshake(time.Second)}
	for peer := range 10 {
		f := pcaptest.UDPFlow("10.0.0.1:7000", fmt.Sprintf("10.1.%d.%d:7001", seed, peer+1))
		talk(f, r)
		flows = append(flows, f)
	}
	return pcaptest.Pcap(pcaptest.Merge(flows...)...)
}

func write(ts *testscript.TestScript, path string, content []byte) {
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o777))
	ts.Check(os.WriteFile(path, content, 0o666))
}
