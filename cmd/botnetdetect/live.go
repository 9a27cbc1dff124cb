package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"time"

	"botnetdetect/allow"
	"botnetdetect/internal/memory"
	"botnetdetect/live"
	"botnetdetect/monitor"
	"botnetdetect/nic"

	"github.com/spf13/cobra"
)

// watching is the verb that watches a link.
type watching struct {
	judging
	from    origin
	config  live.Config
	home    []string
	output  string
	format  string
	alerts  []string
	listen  string
	logs    string
	keep    bool // privileges
	logger  *slog.Logger
	source  live.Source
	also    func() []string // what is on the allow-list beside --allow; may be nil
	changed <-chan struct{} // tells that also says something else; may be nil
	inUse   inUse
	release []func() // what closes what was opened, last first
}

// inUse is what the engine was last told to judge by.
type inUse struct {
	judge live.Judge
	leave *allow.List // what --allow comes to
}

func newLive(std streams) *cobra.Command {
	w := &watching{judging: judging{common: &common{std: std, adopts: true}}}
	cmd := &cobra.Command{
		Use:   "live {-i INTERFACE | --replay FILE | -} [flags]",
		Short: "Watch a link: verdicts and alerts within seconds, for months",
		Long: `Watch an interface, a stream, or a capture played again, and say within seconds
which hosts take part in botnet traffic, and why.

Flows are judged by sliding windows, each second, as soon as there is enough of
them. A verdict is announced once, and again when it changes. --output takes the
verdicts on all flows, as predict writes them, with the window added; --alert
takes alerts on hosts, in the formats and to the places that others read:

  jsonl:FILE  eve:FILE  zeek:FILE  ecs:FILE     appended to a file, or stdout
  jsonl:https://host/path                       each sent by POST
  jsonl:syslog:  ecs:syslog://host:514          to syslog, local or over UDP, or
  eve:syslog+tcp://host:601                     over TCP

SIGHUP reads the model and the allow-list anew and opens files again; no packet
is lost by it. SIGTERM or Ctrl-C judge the last window before the end.

live --nats SERVERS --into JOB --site NAME judges nothing here: it sends each
window's flows to be judged with those of other sites, as the verb sensor does.`,
		Example: `  botnetdetect live -i eth0 --output alerts.jsonl
  botnetdetect live -i eth0 --filter 'not port 22' --alert eve:/var/log/eve.json --listen 127.0.0.1:9477
  ssh router tcpdump -w - | botnetdetect live - --alert jsonl:stdout
  botnetdetect live --replay file.pcap --output alerts.jsonl`,
		Annotations: map[string]string{takesHangups: ""},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 1 && args[0] != "-" {
				return usage("live takes -i INTERFACE, --replay FILE, or - for a capture on standard input; not %q", args[len(args)-1])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			w.from.stdin = len(args) == 1
			return w.run(cmd.Context())
		},
	}
	w.flags(cmd)
	return cmd
}

func (w *watching) flags(cmd *cobra.Command) {
	w.watchFlags(cmd)
	cmd.Flags().StringVar(&w.listen, "listen", "", "serve /metrics and /healthz on `ADDRESS`, such as 127.0.0.1:9477")
}

// watchFlags are the flags of every verb that watches.
func (w *watching) watchFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	w.from.flags(f)
	f.StringVarP(&w.output, "output", "o", "", "append verdicts to `FILE`, or stdout; of a replay, write them")
	f.StringVar(&w.format, "format", "", "txt, csv or jsonl (default by the output's ending); json of a replay")
	f.StringArrayVar(&w.alerts, "alert", nil, "send alerts to `FORMAT:PLACE`, such as eve:FILE; several times if need be")
	f.DurationVar(&w.config.Window, "window", 10*time.Minute, "judge flows by the last `TIME`")
	f.DurationVar(&w.config.Slide, "slide", time.Minute, "slide the window by `TIME`")
	f.DurationVar(&w.config.Long, "long", time.Hour, "and by the last `TIME`, for habits that take longer")
	f.IntVar(&w.config.Enough.Packets, "min-packets", 10, "judge a flow at once from `N` packets on; one of fewer when it is quiet")
	f.DurationVar(&w.config.Enough.Quiet, "quiet-time", 10*time.Second, "a flow counts as quiet after `TIME` without a packet")
	f.IntVar(&w.config.Enough.Peers, "min-peers", live.DefaultPeers, "alert of hosts that speak to at least `N` peers in botnet flows")
	f.StringArrayVar(&w.home, "home", nil, "alerts are about hosts in `NETWORK`, or @FILE with one a line (default private addresses)")
	f.BoolVar(&w.csv, "csv", false, "protocol-agnostic features")
	w.featureFlag(cmd)
	w.modelFlags(cmd)
	w.allowFlag(cmd)
	w.memory = memory.Default
	f.Var(&w.memory, "memory", "keep within `SIZE`: the least informative flows go first")
	f.IntVar(&w.cores, "cores", 0, "read an interface on `N` cores (default all)")
	f.StringVar(&w.logs, "log", "text", "write logs to standard error as text or json")
	f.BoolVar(&w.keep, "keep-privileges", false, "do not drop capabilities once the interface is open")
	w.speech(cmd)
}

func (w *watching) run(ctx context.Context) (err error) {
	defer w.closeAll()
	if err := w.prepare(); err != nil {
		return err
	}
	captures, done := w.memory.Keep()
	defer done()
	w.config.Memory = captures * 2 / 3 // the rest for judging, and for garbage
	judge, err := w.judge()
	if err != nil {
		return err
	}
	engine, err := w.engine(judge)
	if err != nil {
		return err
	}
	if w.source, err = w.open(ctx); err != nil {
		return err
	}
	out, err := w.announce(engine)
	if err != nil {
		return err
	}
	if err := w.serveMetrics(engine, out); err != nil {
		return err
	}
	w.drop()
	stop := w.reloadOnHangup(engine, out)
	defer stop()
	begun := time.Now()
	w.logger.Info("watching", "source", w.config.Name, "model", judge.Origin, "window", w.config.Window.String(), "long", w.config.Long.String())
	err = engine.Run(ctx, w.source)
	err = errors.Join(err, out.close())
	w.conclude(engine.Stats(), time.Since(begun))
	return err
}

func (w *watching) closeAll() {
	for i := len(w.release) - 1; i >= 0; i-- {
		w.release[i]()
	}
}

func (w *watching) engine(judge live.Judge) (*live.Engine, error) {
	w.config.Vocabulary, w.config.Name = w.names(), w.from.name()
	engine, err := live.New(w.config, judge)
	if err != nil {
		return nil, usage("%v", err)
	}
	return engine, nil
}

// prepare finds what is wrong with the flags before anything is opened.
func (w *watching) prepare() error {
	switch {
	case w.verbose && w.quiet:
		return usage("--verbose and --quiet together: choose one")
	case w.cores < 0:
		return usage("--cores %d: want a number of cores", w.cores)
	case w.logs != "text" && w.logs != "json":
		return usage("--log %s: want text or json", w.logs)
	case !w.knowsFeatures():
		return w.unknownFeatures()
	case w.config.Long < w.config.Window:
		w.config.Long = w.config.Window
	}
	w.config.Slide = min(w.config.Slide, w.config.Window)
	if w.config.Window/w.config.Slide > live.MostSlides {
		w.config.Slide = (w.config.Window / live.MostSlides).Truncate(time.Second) + time.Second
	}
	w.logger = w.newLogger()
	if len(w.home) > 0 {
		list, err := allow.Parse(w.home)
		if err != nil {
			return usage("--home: %v", err)
		}
		w.config.Home = list
	}
	if _, err := w.outputFormat(); err != nil {
		return err
	}
	return w.from.check()
}

func (w *watching) newLogger() *slog.Logger {
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if w.quiet {
		options.Level = slog.LevelWarn
	}
	if w.logs == "json" {
		return slog.New(slog.NewJSONHandler(w.std.err, options))
	}
	return slog.New(slog.NewTextHandler(w.std.err, options))
}

// judge reads the model and the allow-list, at first and on SIGHUP.
func (w *watching) judge() (j live.Judge, err error) {
	if j.Model, j.Origin, err = w.model(); err != nil {
		return j, err
	}
	if j.Allow = w.leave; w.also != nil {
		j.Allow, err = w.leave.With(w.also())
	}
	return j, err
}

// adopt has engine judge by j, which judge returned.
func (w *watching) adopt(engine *live.Engine, j live.Judge) error {
	if err := engine.Reload(j); err != nil {
		return err
	}
	w.inUse = inUse{j, w.leave}
	return nil
}

// serveMetrics begins to serve /metrics and /healthz, if that was asked for.
func (w *watching) serveMetrics(engine *live.Engine, out *announcer) error {
	if w.listen == "" {
		return nil
	}
	l, err := net.Listen("tcp", w.listen)
	if err != nil {
		return fmt.Errorf("cannot serve metrics: %w", err)
	}
	m := monitor.Monitor{Stats: engine.Stats, Sinks: out.sinks, Version: toolName(), Replay: w.from.replay != ""}
	server := m.Server()
	go func() { _ = server.Serve(monitor.Limited(l)) }() // it ends with Close
	w.release = append(w.release, func() { _ = server.Close() })
	w.logger.Info("serving metrics", "address", l.Addr().String())
	return nil
}

// drop gives up the privileges that only opening an interface needed.
func (w *watching) drop() {
	if w.from.iface == "" || w.keep || runtime.GOOS != "linux" {
		return
	}
	if err := nic.DropPrivileges(); err != nil {
		w.logger.Warn("privileges are kept", "error", err)
	}
}

// reloadOnHangup reads model and allow-list anew at each SIGHUP, and what people allow-listed
// whenever that changes, until stop is called.
func (w *watching) reloadOnHangup(engine *live.Engine, out *announcer) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-w.std.hangups:
				w.reload(engine, out)
			case <-w.changed:
				w.reallow(engine)
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

func (w *watching) reload(engine *live.Engine, out *announcer) {
	if err := out.reopen(); err != nil {
		w.logger.Error("a file was not opened again; what was open stays", "error", err)
	}
	j, err := w.judge()
	if err == nil {
		err = w.adopt(engine, j)
	}
	if err != nil {
		w.logger.Error("nothing was reloaded; what was in use stays", "error", err)
		return
	}
	w.logger.Info("reloaded", "model", j.Origin, "threshold", j.Model.Threshold, "allowed", j.Allow.Len())
}

// reallow has what people allow-listed meanwhile left alone. All else stays as it is in use:
// whether a file could be read again at the moment does not matter.
func (w *watching) reallow(engine *live.Engine) {
	j := w.inUse.judge
	var err error
	if j.Allow, err = w.inUse.leave.With(w.also()); err == nil {
		err = engine.Reload(j)
	}
	if err != nil {
		w.logger.Error("what was allow-listed is not left alone yet", "error", err)
		return
	}
	w.logger.Info("allow-list changed", "allowed", j.Allow.Len())
}

// conclude says what was seen.
func (w *watching) conclude(s live.Stats, took time.Duration) {
	w.logger.Info("done",
		"packets", s.Packets, "bytes", s.Bytes, "seconds", fmt.Sprintf("%.3f", took.Seconds()),
		"received", s.Source.Received, "dropped", s.Source.Dropped, "shed", s.Shed, "evicted", s.Evicted,
		"botnet", s.Botnet, "alerts", s.Alerts)
}
