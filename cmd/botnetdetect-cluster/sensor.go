package main

import (
	"context"
	"fmt"
	"runtime"

	"botnetdetect/capture"
	"botnetdetect/cluster"
	"botnetdetect/internal/memory"
	"botnetdetect/live"
	"botnetdetect/nic"

	"github.com/spf13/cobra"
)

// sensor is the verb that watches a link for a fleet.
type sensor struct {
	servers
	into        string
	site        string
	iface       string
	replay      string
	filter      string
	promiscuous bool
	cores       int
	memory      memory.Limit
	ring        memory.Limit
	temp        string
}

func newSensor(std streams) *cobra.Command {
	s := &sensor{servers: servers{std: std}, memory: memory.Default, ring: 64 << 20}
	cmd := &cobra.Command{
		Use:   "sensor --into JOB --site NAME {-i INTERFACE | --replay FILE | -} [flags]",
		Short: "Watch a link at one of many sites, to be judged with the others",
		Long: `Sum up what a link, a stream or a capture carries, window by window, and send the
flows of each window, a few bytes each and nothing of what they carry, to NATS
servers, where workers judge them together with what other sites saw. The job says
how long windows are and which sites there are: botnetdetect submit --sites makes it.`,
		Example: `  botnetdetect submit --nats nats://hub:4222 --into office --sites berlin,oslo --hosts
  botnetdetect sensor --nats nats://localhost:4222 --into office --site oslo -i eth0
  botnetdetect collect --nats nats://hub:4222 --output hosts.jsonl office`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return s.run(cmd.Context(), args) },
	}
	s.servers.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&s.into, "into", "", "the `JOB` that the windows are for")
	f.StringVar(&s.site, "site", "", "the `NAME` of this site, as the job has it")
	f.StringVarP(&s.iface, "interface", "i", "", "watch the interface `NAME` (Linux; needs CAP_NET_RAW)")
	f.StringVar(&s.replay, "replay", "", "play the capture `FILE` by its own clock, as fast as can be")
	f.BoolVarP(&s.promiscuous, "promiscuous", "p", false, "see frames to other stations too, as on a mirror port")
	f.StringVar(&s.filter, "filter", "", "look only at what `FILTER` wants, such as 'not port 22'")
	f.IntVar(&s.cores, "cores", 0, "read an interface on `N` cores (default all)")
	f.Var(&s.memory, "memory", "keep within `SIZE`: flows beyond go to disk")
	f.Var(&s.ring, "ring", "let the kernel hold `SIZE` of packets while this program is busy")
	f.StringVar(&s.temp, "temp", "", "a `FOLDER` on disk for flows (default the system's for temporary files)")
	return cmd
}

func (s *sensor) run(ctx context.Context, args []string) error {
	if err := s.check(args); err != nil {
		return err
	}
	source, release, err := s.source(len(args) == 1)
	if err != nil {
		return err
	}
	defer release()
	fleet, done, err := s.open(ctx, true)
	if err != nil {
		return err
	}
	defer done()
	job, err := fleet.Job(ctx, s.into)
	if err != nil {
		return err
	}
	most, free := s.memory.Keep()
	defer free()
	fmt.Fprintf(s.std.err, "site %s watches for job %s\n", s.site, job.Name)
	return fleet.Sense(ctx, job, cluster.Sensor{Site: s.site, Memory: most, Temp: s.temp, Say: s.warn}, source)
}

// check finds what is wrong with the command line before anything is opened.
func (s *sensor) check(args []string) error {
	ways := 0
	for _, given := range []bool{len(args) == 1, s.iface != "", s.replay != ""} {
		if given {
			ways++
		}
	}
	switch {
	case len(args) == 1 && args[0] != "-":
		return usage("a sensor takes -i INTERFACE, --replay FILE, or - for a capture on standard input; not %q", args[0])
	case ways != 1:
		return usage("a sensor watches one thing: -i INTERFACE, --replay FILE, or - for standard input")
	case s.into == "" || s.site == "":
		return usage("name the job with --into and this site with --site")
	}
	return nil
}

// source opens what is to be watched.
func (s *sensor) source(stdin bool) (source live.Source, release func(), err error) {
	switch {
	case stdin:
		r, err := capture.NewReader(s.std.in)
		if err != nil {
			return nil, nil, fmt.Errorf("standard input: %w", err)
		}
		stream := live.NewStream(r)
		source, release = stream, stream.Close
	case s.replay != "":
		r, err := capture.Open(s.replay)
		if err != nil {
			return nil, nil, fmt.Errorf("capture %s: %w", s.replay, err)
		}
		source, release = live.NewReplay(r, 0), func() { _ = r.Close() }
	default:
		lanes := s.cores
		if lanes <= 0 {
			lanes = runtime.GOMAXPROCS(0)
		}
		in, err := nic.Open(s.iface, nic.Options{Lanes: lanes, Promiscuous: s.promiscuous, RingBytes: int(s.ring), Filter: s.filter})
		if err != nil {
			return nil, nil, err
		}
		return live.NewInterface(in), in.Close, nil
	}
	if s.filter == "" {
		return source, release, nil
	}
	filtered, err := live.NewFiltered(source, s.filter)
	if err != nil {
		release()
		return nil, nil, err
	}
	return filtered, release, nil
}
