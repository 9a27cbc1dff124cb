package main

import (
	"context"
	"fmt"
	"os"

	"botnetdetect/cluster"
	"botnetdetect/internal/memory"

	"github.com/spf13/cobra"
)

// doing is what whoever does tasks takes.
type doing struct {
	cores  int
	memory memory.Limit
	temp   string
	root   string
}

func (d *doing) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.IntVar(&d.cores, "cores", 0, "use `N` cores (default all)")
	d.memory = memory.Default
	f.Var(&d.memory, "memory", "keep within `SIZE`, such as 256MiB: flows beyond go to disk, and come back in the end")
	f.StringVar(&d.temp, "temp", "", "a `FOLDER` on disk for them (default the system's for temporary files, which may be in memory)")
	f.StringVar(&d.root, "root", "", "open no captures but those in `FOLDER`, and s3://")
}

// worker returns what a process is to do; release is to be called when it has ended.
func (d *doing) worker(say func(error)) (w cluster.Worker, release func()) {
	captures, release := d.memory.Keep()
	host, _ := os.Hostname() // "" is a random name
	w = cluster.Worker{
		Cores: d.cores, Memory: captures, Temp: d.temp, Say: say,
		Source: cluster.Sources{Files: cluster.Files{Root: d.root}},
	}
	if host != "" {
		w.Name = fmt.Sprintf("%s-%d", host, os.Getpid())
	}
	return w, release
}

// worker is the verb that does tasks.
type worker struct {
	servers
	doing
	name string
}

func newWorker(std streams) *cobra.Command {
	w := &worker{servers: servers{std: std}}
	cmd := &cobra.Command{
		Use:   "worker [flags]",
		Short: "Do tasks of any job, until told to stop",
		Long: `Do tasks of any job on NATS servers, until told to stop. Any number of workers may
work, on any machine that reaches the servers and the captures; they may come, go
and die at any time. A worker opens captures by the paths that jobs name: --root
keeps it to one folder.`,
		Example: `  botnetdetect worker --nats nats://hub:4222 --root /nfs/captures`,
		Args:    exactly(0, "arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return w.run(cmd.Context()) },
	}
	w.servers.flags(cmd)
	w.doing.flags(cmd)
	cmd.Flags().StringVar(&w.name, "name", "", "the worker's `NAME` in status (default host and process)")
	return cmd
}

func (w *worker) run(ctx context.Context) error {
	fleet, done, err := w.open(ctx, true)
	if err != nil {
		return err
	}
	defer done()
	work, release := w.worker(w.warn)
	defer release()
	if w.name != "" {
		work.Name = w.name
	}
	fmt.Fprintf(w.std.err, "worker %s is at work\n", work.Name)
	return fleet.Work(ctx, work)
}
