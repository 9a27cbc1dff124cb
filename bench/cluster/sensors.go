package main

import (
	"context"
	"fmt"
	"io"
	"syscall"
	"time"

	"botnetdetect/capture"
	"botnetdetect/cluster"
	"botnetdetect/detect"
	"botnetdetect/feature"
	"botnetdetect/live"
	"botnetdetect/model"
)

// sensors has sites send one window each of captures, taken in turn, to a server in this
// process, and then workers judge it. It says what either takes.
func (b *bench) sensors(captures []string) error {
	ctx := context.Background()
	server, err := cluster.Embed(b.folder)
	if err != nil {
		return err
	}
	defer server.Close()
	conn, err := server.Connect()
	if err != nil {
		return err
	}
	defer conn.Close()
	f, err := cluster.Setup(ctx, conn, cluster.DefaultSettings())
	if err != nil {
		return err
	}
	m, err := model.Default(feature.Aware)
	if err != nil {
		return err
	}
	order := cluster.Order{Job: "sensors", Model: m, Windows: cluster.Windows{Length: 24 * 3600, Grace: 3600}}
	for i := range b.sites {
		order.Windows.Sites = append(order.Windows.Sites, fmt.Sprint("site-", i))
	}
	job, err := f.Submit(ctx, order)
	if err != nil {
		return err
	}
	start, before := time.Now(), processor()
	for i, site := range order.Windows.Sites {
		if err := sense(ctx, f, job, site, captures[i%len(captures)]); err != nil {
			return err
		}
	}
	s, err := f.Status(ctx, job)
	if err != nil {
		return err
	}
	fmt.Printf("%d sites sent %d batches: %.1f s, %.1f s of processor time\n", b.sites, s.Flowing, time.Since(start).Seconds(), (processor() - before).Seconds())
	return gather(ctx, f, job)
}

func sense(ctx context.Context, f *cluster.Fleet, job cluster.Job, site, path string) error {
	r, err := capture.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	return f.Sense(ctx, job, cluster.Sensor{Site: site}, live.NewReplay(r, 0))
}

// gather has one worker judge the first window.
func gather(ctx context.Context, f *cluster.Fleet, job cluster.Job) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	start, before := time.Now(), processor()
	done := make(chan error, 1)
	go func() { done <- f.Work(ctx, cluster.Worker{}) }()
	err := f.Follow(ctx, job, new(detect.Summary), func(o cluster.Outcome, text io.Reader) error {
		n, err := io.Copy(io.Discard, text)
		fmt.Printf("%s: %d flows of %d packets, %d bytes of verdicts, %q: %.1f s, %.1f s of processor time\n",
			o.Path, o.Flows, o.Frames, n, o.Err, time.Since(start).Seconds(), (processor() - before).Seconds())
		cancel()
		return err
	})
	if err != nil {
		return err
	}
	return <-done
}

// processor returns the processor time of this process.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
