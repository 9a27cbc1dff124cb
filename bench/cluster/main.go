// Command cluster measures what package cluster costs and what it bears, with the built
// programs botnetdetect and botnetdetect-cluster in one folder:
//
//	go build -o build/ ./cmd/... && go run ./bench/capturegen -size 2GB -o build/2gb.pcap
//	go run ./bench/cluster -bin build overhead build/2gb.pcap
//	for i in 1 2 3 4 5 6; do go run ./bench/capturegen -size 20MB -seed $i -o build/captures/$i.pcap; done
//	for i in 7 8; do go run ./bench/capturegen -size 80MB -seed $i -o build/captures/$i.pcap; done
//	go run ./bench/cluster -bin build -for 5m faults build/captures/*.pcap
//	go run ./bench/capturegen -size 516MB -pairs 1000000 -active 1000000 -o build/many.pcap
//	go run ./bench/cluster traffic build/2gb.pcap build/many.pcap
//	/usr/bin/time -f '%M KB' go run ./bench/cluster -sites 1000 sensors build/captures/*.pcap
//
// overhead runs predict and submit --local in turn and compares times and bytes; faults has
// three servers and four workers, and kills one of each every ten seconds, while jobs of the
// captures are done one after the other, each compared with predict, those above 64 MiB in parts; traffic says what
// observing captures sends; sensors has many sites send a window each, and says what that and judging
// them together take.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

type bench struct {
	bin    string // folder of the programs
	folder string // for what is written
	runs   int
	length time.Duration
	sites  int
}

func main() {
	b := bench{}
	flag.StringVar(&b.bin, "bin", "build", "folder with botnetdetect and botnetdetect-cluster")
	flag.IntVar(&b.runs, "runs", 5, "runs of each, for overhead")
	flag.DurationVar(&b.length, "for", 5*time.Minute, "how long faults goes on")
	flag.IntVar(&b.sites, "sites", 1000, "sites, for sensors")
	flag.Parse()
	if err := b.run(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

func (b *bench) run(args []string) (err error) {
	if len(args) < 2 {
		return errors.New("want overhead, faults, traffic or sensors, then captures")
	}
	if b.bin, err = filepath.Abs(b.bin); err != nil {
		return err
	}
	if b.folder, err = os.MkdirTemp("", "cluster"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(b.folder) }()
	switch args[0] {
	case "overhead":
		return b.overhead(args[1:])
	case "faults":
		return b.faults(args[1:])
	case "traffic":
		return traffic(args[1:])
	case "sensors":
		return b.sensors(args[1:])
	}
	return fmt.Errorf("%q: want overhead, faults, traffic or sensors", args[0])
}

// used is what a process took.
type used struct{ wall, cpu time.Duration }

// do runs a program of the folder to its end.
func (b *bench) do(name string, args ...string) (u used, err error) {
	cmd := exec.Command(filepath.Join(b.bin, name), args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return u, fmt.Errorf("%s %v: %w: %s", name, args, err, said.Bytes())
	}
	return used{time.Since(start), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}, nil
}

func (b *bench) overhead(captures []string) error {
	plain, many := filepath.Join(b.folder, "plain.jsonl"), filepath.Join(b.folder, "many.jsonl")
	var walls, cpus []float64
	fmt.Println("run  predict s (cpu)  submit --local s (cpu)  ratio (cpu)")
	for i := range b.runs {
		one, err := b.do("botnetdetect", append([]string{"-q", "--output", plain}, captures...)...)
		if err != nil {
			return err
		}
		two, err := b.do("botnetdetect-cluster", append([]string{"submit", "--local", "--output", many}, captures...)...)
		if err != nil {
			return err
		}
		if err := same(plain, many); err != nil {
			return err
		}
		wall, cpu := two.wall.Seconds()/one.wall.Seconds(), two.cpu.Seconds()/one.cpu.Seconds()
		walls, cpus = append(walls, wall), append(cpus, cpu)
		fmt.Printf("%3d  %9.3f (%.3f)  %16.3f (%.3f)  %.3f (%.3f)\n", i+1, one.wall.Seconds(), one.cpu.Seconds(), two.wall.Seconds(), two.cpu.Seconds(), wall, cpu)
	}
	fmt.Printf("median ratio %.3f (cpu %.3f); the same bytes each time\n", median(walls), median(cpus))
	return nil
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

func same(x, y string) error {
	a, err := os.ReadFile(x)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(y)
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) {
		return fmt.Errorf("%d bytes of verdicts differ from the %d of predict", len(b), len(a))
	}
	return nil
}

const (
	servers   = 3
	workers   = 4
	killEvery = 10 * time.Second
	firstPort = 24222
	nats      = "nats://127.0.0.1:24222,nats://127.0.0.1:24223,nats://127.0.0.1:24224"
)

// faults does jobs while servers and workers are killed.
func (b *bench) faults(captures []string) error {
	for i := range captures {
		path, err := filepath.Abs(captures[i])
		if err != nil {
			return err
		}
		captures[i] = path
	}
	plain := filepath.Join(b.folder, "plain.jsonl")
	if _, err := b.do("botnetdetect", append([]string{"-q", "--output", plain}, captures...)...); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), b.length)
	defer cancel()
	victims, err := b.start()
	if err != nil {
		return err
	}
	defer victims.stop()
	go victims.killSome(ctx)
	jobs := 0
	for ; ctx.Err() == nil; jobs++ {
		took, err := b.job(fmt.Sprintf("job-%d", jobs), plain, captures)
		if err != nil {
			return fmt.Errorf("job %d: %w", jobs, err)
		}
		fmt.Printf("job %d: the same bytes as predict, in %.1f s\n", jobs, took.Seconds())
	}
	fmt.Printf("%d jobs, %d servers and %d workers killed: nothing lost, nothing counted twice\n", jobs, victims.servers, victims.workers)
	return nil
}

// job submits, collects and compares; what fails because servers are away is tried again.
func (b *bench) job(name, plain string, captures []string) (took time.Duration, err error) {
	start, out := time.Now(), filepath.Join(b.folder, "many.jsonl")
	submit := append([]string{"submit", "--nats", nats, "--replicas", "3", "--wait", "5s", "--tries", "20", "--shard", "64MiB", "--into", name}, captures...)
	for _, args := range [][]string{submit, {"collect", "--nats", nats, "--output", out, name}} {
		for try := 0; ; try++ {
			if _, err = b.do("botnetdetect-cluster", args...); err == nil {
				break
			}
			if try == 20 {
				return 0, err
			}
			time.Sleep(time.Second)
		}
	}
	return time.Since(start), same(plain, out)
}

// victims are the processes that are killed and started again.
type victims struct {
	make             []func() *exec.Cmd
	running          []*exec.Cmd
	servers, workers int // killed
}

func (b *bench) start() (*victims, error) {
	v := new(victims)
	program := filepath.Join(b.bin, "botnetdetect-cluster")
	for i := range servers {
		config := filepath.Join(b.folder, fmt.Sprintf("hub%d.conf", i))
		text := fmt.Sprintf(`server_name: hub%d
listen: "127.0.0.1:%d"
jetstream { store_dir: %q }
log_file: %q
cluster { name: hubs, listen: "127.0.0.1:%d", routes: ["nats://127.0.0.1:%d", "nats://127.0.0.1:%d", "nats://127.0.0.1:%d"] }
`, i, firstPort+i, filepath.Join(b.folder, fmt.Sprint("store", i)), filepath.Join(b.folder, fmt.Sprint("log", i)),
			firstPort+10+i, firstPort+10, firstPort+11, firstPort+12)
		if err := os.WriteFile(config, []byte(text), 0o666); err != nil {
			return nil, err
		}
		v.make = append(v.make, func() *exec.Cmd { return exec.Command(program, "hub", "--config", config) })
	}
	for range workers {
		v.make = append(v.make, func() *exec.Cmd {
			return exec.Command(program, "worker", "--nats", nats, "--cores", "1", "--memory", "256MiB")
		})
	}
	for i := range v.make {
		v.running = append(v.running, nil)
		if err := v.begin(i); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (v *victims) begin(i int) error {
	v.running[i] = v.make[i]()
	return v.running[i].Start()
}

// killSome kills a server and a worker every ten seconds; two seconds later they are back.
func (v *victims) killSome(ctx context.Context) {
	for round := 0; ; round++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(killEvery):
		}
		for _, i := range []int{round % servers, servers + round%workers} {
			_ = v.running[i].Process.Signal(syscall.SIGKILL)
			_ = v.running[i].Wait()
		}
		v.servers, v.workers = v.servers+1, v.workers+1
		time.Sleep(2 * time.Second)
		for _, i := range []int{round % servers, servers + round%workers} {
			if err := v.begin(i); err != nil {
				fmt.Fprintln(os.Stderr, "cluster:", err)
			}
		}
	}
}

func (v *victims) stop() {
	for _, cmd := range v.running {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}
