package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"botnetdetect/cluster"
	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/internal/memory"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/report"

	"github.com/spf13/cobra"
)

// submit is the verb that makes a job of captures.
type submit struct {
	servers
	doing
	output
	into      string
	local     bool
	csv       bool
	features  string
	modelFile string
	threshold string
	engine    string
	shard     string
	tries     int
	sites     []string
	window    time.Duration
	grace     time.Duration
	hosts     bool
	dataset   bool
	settings  cluster.Settings
}

func newSubmit(std streams) *cobra.Command {
	s := &submit{servers: servers{std: std}, settings: cluster.DefaultSettings()}
	cmd := &cobra.Command{
		Use:   "submit [flags] inputs...",
		Short: "Have captures judged by many machines, or here by the same means",
		Long: `Have captures judged by workers: as a job on NATS servers (--nats, --into), or, by
default, here, with a server, workers and all within the process (--local), which
writes what predict --output writes.

Inputs are captures, folders that are searched for them, and s3://bucket/key;
s3://bucket/prefix/ is all objects below it. Workers open them by the same paths.`,
		Example: `  botnetdetect submit --output out.jsonl captures/
  botnetdetect submit --nats nats://hub:4222 --into may --format csv /nfs/captures/
  botnetdetect collect --nats nats://hub:4222 --output may.csv may`,
		Args: func(_ *cobra.Command, args []string) error {
			if (len(args) == 0) != (len(s.sites) > 0) {
				return usage("submit wants captures, or --sites, whose sensors send windows")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return s.run(cmd.Context(), args) },
	}
	s.servers.flags(cmd)
	s.doing.flags(cmd)
	s.output.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&s.into, "into", "", "the `JOB` to make of the captures, for workers on the servers")
	f.BoolVar(&s.local, "local", false, "do it here (the default without --into)")
	f.BoolVar(&s.csv, "csv", false, "protocol-agnostic features")
	f.StringVar(&s.features, "features", "", "what to judge by: reference, its nine features, or behaviour of whole hosts (default: those of the model trained last, else behaviour; reference with --csv or --engine tshark)")
	f.StringVar(&s.modelFile, "model", "", "use the model in `FILE` (default: the one trained last, else the built-in one)")
	f.StringVar(&s.threshold, "threshold", "", "call flows Botnet from score `S` on, 0 to 1 (default: the model's)")
	f.StringVar(&s.engine, "engine", string(observe.Native), "who names protocols: native, or the workers' installed tshark")
	f.StringVar(&s.shard, "shard", "", "let several workers share a capture larger than `SIZE`, such as 20GB, each its pairs of endpoints")
	f.IntVar(&s.tries, "tries", cluster.DefaultTries, "give a capture up after `N` tries")
	f.StringSliceVar(&s.sites, "sites", nil, "instead of captures: judge windows of what sensors at these `SITES` send, between commas")
	f.DurationVar(&s.window, "window", 10*time.Minute, "with --sites: the length of a window")
	f.DurationVar(&s.grace, "grace", time.Minute, "with --sites: how long to wait for the others' part of a window when the first has come")
	f.BoolVar(&s.hosts, "hosts", false, "with --sites: verdicts on hosts, by behaviour, not on flows")
	f.BoolVar(&s.dataset, "dataset", false, "with --into: collect examples to train with, as a folder of Parquet files, labelled by folders Benign and Botnet")
	f.IntVar(&s.settings.Replicas, "replicas", s.settings.Replicas, "servers that keep each message: 1, 3 or 5; counts when the fleet is set up")
	f.IntVar(&s.settings.Partitions, "partitions", s.settings.Partitions, "how many reducers can work at a time; counts when the fleet is set up")
	f.DurationVar(&s.settings.Wait, "wait", s.settings.Wait, "give a task to another worker after so long without a sign of life; counts when the fleet is set up")
	return cmd
}

func (s *submit) run(ctx context.Context, args []string) error {
	start, do := time.Now(), s.there
	if s.into == "" {
		worker, release := s.worker(s.warn) // at once, since garbage costs least with its ballast
		defer release()
		here := s.begin(ctx)
		defer here.end()
		do = func(ctx context.Context, o cluster.Order) error { return s.here(ctx, here, worker, o, start) }
	}
	order, problems, err := s.order(ctx, args)
	if err != nil {
		return err
	}
	if err = do(ctx, order); err == nil && problems > 0 {
		return errTold
	}
	return err
}

// order turns the command line into what to submit.
func (s *submit) order(ctx context.Context, args []string) (o cluster.Order, problems int, err error) {
	if s.into != "" && s.local {
		return o, 0, usage("--into and --local together: choose one")
	}
	if s.into != "" && s.url == "" {
		return o, 0, usage("--into %s: name the servers with --nats, or leave it out to do it here", s.into)
	}
	if o.Format, err = s.output.choose(); err != nil {
		return o, 0, err
	}
	if o.Engine, err = observe.ParseEngine(s.engine); err != nil {
		return o, 0, usage("--engine: %v", err)
	}
	if s.shard != "" {
		var shard memory.Limit
		if err := shard.Set(s.shard); err != nil {
			return o, 0, usage("--shard: %v", err)
		}
		o.Shard = int64(shard)
	}
	if o.Model, err = s.model(); err != nil {
		return o, 0, err
	}
	o.Job, o.Tries, o.Dataset = s.into, s.tries, s.dataset
	if s.dataset && (s.into == "" || len(s.sites) > 0) {
		return o, 0, usage("--dataset goes with --into and captures; on one machine: botnetdetect dump --output FILE.parquet")
	}
	if len(s.sites) > 0 {
		return o, 0, s.windows(&o)
	}
	if s.hosts {
		return o, 0, usage("--hosts goes with --sites; for captures: botnetdetect predict --hosts")
	}
	o.Captures, problems, err = s.captures(ctx, args)
	return o, problems, err
}

// windows turns an order into one of sensors' windows.
func (s *submit) windows(o *cluster.Order) error {
	switch {
	case s.into == "":
		return usage("--sites: name the job that sensors send to with --into, and the servers with --nats")
	case s.hosts && o.Model.Mode != feature.Behavioural:
		return usage("--hosts: a model of mode %s says nothing of hosts; use --features behaviour", o.Model.Mode)
	case o.Format != report.JSONLines:
		return usage("--format %s: windows follow each other as %s", o.Format, report.JSONLines)
	}
	o.Windows = cluster.Windows{Sites: s.sites, Length: int64(s.window.Seconds()), Grace: int64(s.grace.Seconds()), Hosts: s.hosts}
	return nil
}

// mode returns what --features, --csv and --engine ask for; "" if they leave it open.
func (s *submit) mode() (feature.Mode, error) {
	switch {
	case s.csv && (s.features == "" || s.features == "reference"):
		return feature.Agnostic, nil
	case s.features == "reference", s.features == "" && s.engine == string(observe.TShark):
		return feature.Aware, nil
	case s.features == "behaviour" && !s.csv:
		return feature.Behavioural, nil
	case s.features == "":
		return "", nil
	}
	return "", usage("--features %s: want reference or behaviour, the latter without --csv", s.features)
}

// model returns the model that predict would judge by.
func (s *submit) model() (m *model.Model, err error) {
	mode, err := s.mode()
	if err != nil {
		return nil, err
	}
	if s.modelFile == "" {
		m, err = s.found(mode)
	} else if m, err = model.ReadFile(s.modelFile); err == nil && mode != "" && m.Mode != mode {
		err = usage("model %s is of mode %s; say so with --features and --csv", s.modelFile, m.Mode)
	}
	if err != nil || s.threshold == "" {
		return m, err
	}
	t, err := strconv.ParseFloat(s.threshold, 64)
	if err != nil || !(t >= 0 && t <= 1) {
		return nil, usage("--threshold %s: want a number from 0 to 1", s.threshold)
	}
	m.Threshold = t
	return m, nil
}

// found returns the model of a mode; if that is open, the one trained last, else the built-in
// one of behaviour.
func (s *submit) found(mode feature.Mode) (m *model.Model, err error) {
	if mode == "" {
		trained := false
		if mode, trained = model.Latest(model.Folder, feature.Aware, feature.Behavioural); !trained {
			mode = feature.Behavioural
		}
	}
	m, _, err = model.Load(model.Folder, mode)
	return m, err
}

// captures finds what inputs name and warns of what is not there.
func (s *submit) captures(ctx context.Context, args []string) (all []cluster.Capture, problems int, err error) {
	for _, input := range args {
		if strings.HasPrefix(input, cluster.S3Prefix) {
			objects, err := cluster.S3{}.List(ctx, input)
			if err != nil {
				return nil, 0, err
			}
			all = append(all, objects...)
			continue
		}
		paths, missing := dataset.Scan([]string{input})
		for _, err := range missing {
			s.warn(err)
		}
		problems += len(missing)
		for _, path := range paths {
			all = append(all, cluster.Capture{Path: path, Bytes: sizeOf(path)})
		}
	}
	if len(all) == 0 {
		return nil, problems, errTold
	}
	return all, problems, nil
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return -1
	}
	return info.Size()
}

// there submits to the servers, with absolute paths, for workers have folders of their own.
func (s *submit) there(ctx context.Context, o cluster.Order) error {
	if s.output.path != "" {
		return usage("--output goes with --local; write the verdicts of a job with botnetdetect collect --output FILE %s", s.into)
	}
	for i := range o.Captures {
		c := &o.Captures[i]
		if strings.HasPrefix(c.Path, cluster.S3Prefix) {
			continue
		}
		path, err := filepath.Abs(c.Path)
		if err != nil {
			return err
		}
		c.Path = path
	}
	conn, err := s.connect(false)
	if err != nil {
		return err
	}
	defer conn.Close()
	fleet, err := cluster.Setup(ctx, conn, s.settings)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return fmt.Errorf("%w; the servers do not answer: they may lack a leader, which takes them some seconds after they started, or this user the right to submit", err)
	}
	if err != nil {
		return err
	}
	job, err := fleet.Submit(ctx, o)
	if err != nil {
		return err
	}
	if job.Endless() {
		fmt.Fprintf(s.std.err, "job %s: windows of %v from %d sites\n", job.Name, s.window, len(s.sites))
		return nil
	}
	fmt.Fprintf(s.std.err, "job %s: %d captures, %d bytes\n", job.Name, job.Captures, job.Bytes)
	return nil
}
