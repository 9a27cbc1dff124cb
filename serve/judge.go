package serve

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"botnetdetect/history"
)

// Judge judges a capture, writes its page, and says now and then how many bytes it has
// read. The capture may be anything.
type Judge func(ctx context.Context, job Job, progress func(read int64)) (Outcome, error)

// Job is a capture to judge.
type Job struct {
	Capture string   `json:"capture"` // its file
	Name    string   `json:"name"`    // what people call it
	Page    string   `json:"page"`    // where its report goes
	Temp    string   `json:"temp"`    // a folder that is deleted afterwards
	Allow   []string `json:"allow"`   // addresses and networks that people allow-listed
}

// Outcome is what became of a job.
type Outcome struct {
	Sightings []history.Sighting `json:"-"`       // of its hosts, most evidence first; Source is for the reader to set
	Packets   int64              `json:"packets"` // read
	Judged    int                `json:"judged"`  // flows
	Botnet    int                `json:"botnet"`  // of them, those with verdict Botnet
	Hosts     int                `json:"hosts"`   // with a judged flow
	Warning   string             `json:"warning"` // why it was not read to its end, if so
}

// Program is a judge in a process of its own: what a hostile capture does to the process
// does not touch the watch. The process runs Work, gets the job on its standard input,
// and lives no longer than that stays open, so it ends if we are killed.
type Program struct {
	Path string
	Args []string
	Env  []string // nil is ours
}

// message is a line from the process.
type message struct {
	Read    int64             `json:"read,omitempty"`
	Host    *history.Sighting `json:"host,omitempty"`
	Outcome *Outcome          `json:"outcome,omitempty"`
	Error   string            `json:"error,omitempty"`
}

const (
	maxLine     = 256 << 10 // bytes
	maxListed   = 2000      // hosts of a capture
	errorsShown = 2 << 10   // bytes of what a process that fails says
)

// Judge is a Judge.
func (p Program) Judge(ctx context.Context, job Job, progress func(read int64)) (o Outcome, err error) {
	text, err := json.Marshal(job)
	if err != nil {
		return o, err
	}
	cmd := exec.CommandContext(ctx, p.Path, p.Args...)
	cmd.Env, cmd.WaitDelay = p.Env, time.Second
	said := &tail{most: errorsShown}
	cmd.Stderr = said
	in, err := cmd.StdinPipe()
	if err != nil {
		return o, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return o, err
	}
	if err := cmd.Start(); err != nil {
		return o, fmt.Errorf("cannot start judging: %w", err)
	}
	if _, err = in.Write(append(text, '\n')); err == nil {
		o, err = listen(out, progress)
	}
	if err != nil {
		_ = cmd.Process.Kill() // it may have ended
	}
	in.Close()
	if waitErr := cmd.Wait(); err == nil && waitErr != nil || errors.Is(err, errSilent) {
		return Outcome{}, said.problem(waitErr)
	}
	return o, err
}

var errSilent = errors.New("no outcome")

// listen reads what a process says, up to its outcome.
func listen(out io.Reader, progress func(read int64)) (o Outcome, err error) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, maxLine)
	var seen []history.Sighting
	for lines.Scan() {
		var m message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return o, fmt.Errorf("judging it says what cannot be read: %w", err)
		}
		switch {
		case m.Error != "":
			return o, errors.New(m.Error)
		case m.Outcome != nil:
			o = *m.Outcome
			o.Sightings = seen
			return o, nil
		case m.Host != nil && len(seen) < maxListed:
			seen = append(seen, *m.Host)
		case m.Host == nil:
			progress(m.Read)
		}
	}
	if err := lines.Err(); err != nil {
		return o, err
	}
	return o, errSilent
}

// tail keeps the beginning of what a process says on its standard error.
type tail struct {
	most int
	text bytes.Buffer
}

func (t *tail) Write(b []byte) (int, error) {
	t.text.Write(b[:min(len(b), t.most-t.text.Len())])
	return len(b), nil
}

// problem says why a process ended without an outcome.
func (t *tail) problem(status error) error {
	if status == nil {
		status = errSilent
	}
	text := t.text.String()
	if strings.Contains(text, "out of memory") || strings.Contains(text, "cannot allocate memory") {
		return errors.New("it needs more memory than captures are given here: judge it with botnetdetect report")
	}
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return fmt.Errorf("judging it broke off: %s (%w)", label(line), status)
}
