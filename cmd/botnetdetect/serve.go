package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"botnetdetect/feature"
	"botnetdetect/history"
	"botnetdetect/internal/memory"
	"botnetdetect/live"
	"botnetdetect/serve"

	"github.com/spf13/cobra"
)

// serving is the verb that shows a dashboard.
type serving struct {
	watching
	listen    string
	names     []string
	data      string
	tokenFile string
	newToken  bool
	tlsCert   string
	tlsKey    string
	upload    memory.Limit
	capture   memory.Limit // for judging one
	hosts     int
}

func newServe(std streams) *cobra.Command {
	s := &serving{watching: watching{judging: judging{common: &common{std: std, adopts: true}}}}
	cmd := &cobra.Command{
		Use:   "serve [-i INTERFACE | --replay FILE] [flags]",
		Short: "Show a dashboard in the browser, for a watched link and for captures dropped on it",
		Long: `Serve a dashboard: hosts by evidence, with their peers, time lines and reasons, live;
what people make of them (acknowledged, allow-listed, notes); and captures that are
dropped on the page, each judged with a report of its own. What is known is kept in
--data across restarts.

With -i or --replay it watches as live does, with the same flags; a host that is
allow-listed on the page is left alone from then on.

It listens on this machine only, unless --listen says otherwise. Then it asks for a
token, which it makes up and prints at its first start (or --token-file gives), and
speaks TLS, with a certificate that it makes (or --tls-cert and --tls-key give).`,
		Example: `  botnetdetect serve
  botnetdetect serve -i eth0 --alert eve:/var/log/eve.json
  botnetdetect serve --listen :8417 --host watch.example.org`,
		Annotations: map[string]string{takesHangups: ""},
		Args:        atMost(0),
		RunE:        func(cmd *cobra.Command, _ []string) error { return s.run(cmd.Context()) },
	}
	s.flags(cmd)
	return cmd
}

func (s *serving) flags(cmd *cobra.Command) {
	s.watchFlags(cmd)
	s.upload, s.capture = 1<<30, 512<<20
	f := cmd.Flags()
	f.StringVar(&s.listen, "listen", "127.0.0.1:8417", "serve on `ADDRESS`:PORT; beyond this machine, it asks for a token over TLS")
	f.StringArrayVar(&s.names, "host", nil, "a `NAME` that this machine is asked for by, such as behind a proxy; may be repeated")
	f.StringVar(&s.data, "data", "", "keep history, captures and reports in `FOLDER` (default botnetdetect in the user's state folder)")
	f.StringVar(&s.tokenFile, "token-file", "", "ask for the token in `FILE`, also on this machine")
	f.BoolVar(&s.newToken, "new-token", false, "make up a new token, and print it")
	f.StringVar(&s.tlsCert, "tls-cert", "", "certificate in `FILE` (PEM), with --tls-key")
	f.StringVar(&s.tlsKey, "tls-key", "", "its private key in `FILE` (PEM)")
	f.Var(&s.upload, "max-upload", "take captures of at most `SIZE`")
	f.Var(&s.capture, "capture-memory", "judge a dropped capture within `SIZE`: its flows beyond go to disk")
	f.IntVar(&s.hosts, "hosts", history.DefaultLimits().Hosts, "keep at most `N` hosts, those with most evidence")
}

func (s *serving) run(ctx context.Context) error {
	defer s.closeAll()
	if err := s.checkServing(); err != nil {
		return err
	}
	judge, err := s.watching.judge() // a dropped capture would only find out later
	if err != nil {
		return err
	}
	folder, err := s.folder()
	if err != nil {
		return err
	}
	store, err := history.OpenStore(filepath.Join(folder, "history.db"), history.Limits{Hosts: s.hosts})
	if err != nil {
		return err
	}
	if moved := store.Status().Moved; moved != "" {
		s.warn(fmt.Errorf("the history was damaged; it is now %s, and a new one was begun", moved))
	}
	err = s.serve(ctx, folder, store, judge)
	return errors.Join(err, store.Close())
}

func (s *serving) checkServing() error {
	switch {
	case (s.tlsCert == "") != (s.tlsKey == ""):
		return usage("--tls-cert and --tls-key go together")
	case s.newToken && s.tokenFile != "":
		return usage("--new-token and --token-file together: choose one")
	case s.hosts < 100:
		return usage("--hosts %d: want at least 100", s.hosts)
	}
	if _, _, err := net.SplitHostPort(s.listen); err != nil {
		return usage("--listen %s: want ADDRESS:PORT, such as 127.0.0.1:8417 or :8417", s.listen)
	}
	if !s.knowsFeatures() {
		return s.unknownFeatures()
	}
	if s.from.ways() == 0 {
		s.logger = s.newLogger()
		return nil
	}
	return s.prepare()
}

// folder returns the folder for all that is kept, which only its owner may look into.
func (s *serving) folder() (string, error) {
	folder := s.data
	if folder == "" {
		var err error
		if folder, err = stateFolder(); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("cannot keep anything: %w; name another folder with --data", err)
	}
	return folder, nil
}

// stateFolder is where a service's or a user's programs keep what they know.
func stateFolder() (string, error) {
	if folder := os.Getenv("STATE_DIRECTORY"); folder != "" { // systemd's, for this service
		return folder, nil
	}
	if folder := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(folder) {
		return filepath.Join(folder, "botnetdetect"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", usage("there is no home folder to keep anything in: name one with --data")
	}
	return filepath.Join(home, ".local", "state", "botnetdetect"), nil
}

func (s *serving) serve(ctx context.Context, folder string, store *history.Store, judge live.Judge) error {
	c := serve.Config{
		Store: store, Folder: folder, Tool: toolName(), Hosts: s.names, Log: s.logger,
		Limits: serve.Limits{Upload: int64(s.upload)},
	}
	var err error
	if c.Judge, err = s.captureJudge(); err != nil {
		return err
	}
	door, err := s.openDoor(folder)
	if err != nil {
		return err
	}
	defer func() { _ = door.listener.Close() }() // a second time, mostly
	c.Token = door.token
	if s.from.ways() > 0 {
		return s.watchAndServe(ctx, c, door, judge)
	}
	server, err := serve.New(c)
	if err != nil {
		return err
	}
	s.say("dashboard: %s", door.url)
	return server.Serve(ctx, door.listener)
}

// captureJudge returns what judges dropped captures: this program, in a process of its
// own.
func (s *serving) captureJudge() (serve.Judge, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("cannot find this program, to judge captures by: %w", err)
	}
	args := []string{judgeCapture, "--memory", s.capture.String(), "--min-peers", strconv.Itoa(s.config.Enough.Peers)}
	switch s.mode() {
	case feature.Behavioural:
		args = append(args, "--features", featuresBehaviour)
	case feature.Agnostic:
		args = append(args, "--csv")
	default:
		args = append(args, "--features", featuresReference)
	}
	for _, entry := range s.allow {
		args = append(args, "--allow", entry)
	}
	if s.modelFile != "" {
		args = append(args, "--model", s.modelFile)
	}
	if s.threshold != "" {
		args = append(args, "--threshold", s.threshold)
	}
	return serve.Program{Path: self, Args: args}.Judge, nil
}

// isLocal reports whether an address to listen on can be reached from this machine only.
func isLocal(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
