// Package tshark is the engine that leaves reading and naming to the installed
// tshark, for exact agreement with its Protocol, Source and Destination columns.
//
// Read runs tshark once over a capture and hands out its packets. It asks for
// fields and never reads the text meant for people. Tested with tshark 4.0.
package tshark

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"botnetdetect/packet"
	"botnetdetect/protocol"
)

// ErrNotInstalled says that there is no tshark to run.
var ErrNotInstalled = errors.New("tshark is not installed; install it (Debian: apt-get install tshark) or use --engine native")

// maxLine bounds one packet's fields; a DNS answer of 64 KiB names fewer addresses.
const maxLine = 1 << 20

// fields are what is asked for, in the order in which parse expects them.
var fields = [...]string{
	"frame.time_epoch", "frame.len", "_ws.col.Source", "_ws.col.Destination", "_ws.col.Protocol",
	"dns.a", "dns.aaaa",
}

// Reader runs tshark. The zero Reader is not ready: Vocabulary must be set.
type Reader struct {
	Vocabulary *protocol.Vocabulary
	Command    string // the program to run; "" is tshark
	OddLines   int64  // lines that could not be read, counted by Read

	answers []packet.Endpoint // of the line read last
}

// Read hands every packet of the capture at path to add, with the addresses that a DNS
// response in it names; add must not keep them.
// The path "-" reads stdin. A packet whose columns hold neither IP nor MAC addresses
// comes without endpoints. The packets before an error are handed out.
func (r *Reader) Read(ctx context.Context, path string, stdin io.Reader, add func(*packet.Packet, []packet.Endpoint)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	settings, err := os.MkdirTemp("", "botnetdetect-tshark-")
	if err != nil {
		return fmt.Errorf("cannot run tshark: %w", err)
	}
	defer func() { _ = os.RemoveAll(settings) }()
	cmd, err := r.command(ctx, path, settings, stdin)
	if err != nil {
		return err
	}
	var complaint tail
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("cannot run tshark: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("cannot run tshark: %w", err)
	}
	scanErr := r.scan(out, add)
	if scanErr != nil {
		cancel()
	}
	err = cmd.Wait()
	switch {
	case scanErr != nil:
		return fmt.Errorf("cannot read tshark's output: %w", scanErr)
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("tshark stopped: %s (%w)", complaint.last(), err)
	}
	return nil
}

// command is the run of tshark on path, with settings read from a folder rather than
// the user's, whose columns and preferences would change what packets are called.
func (r *Reader) command(ctx context.Context, path, settings string, stdin io.Reader) (*exec.Cmd, error) {
	name := r.Command
	if name == "" {
		name = "tshark"
	}
	program, err := exec.LookPath(name)
	if err != nil {
		return nil, ErrNotInstalled
	}
	if path != "-" && strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	args := []string{"-n", "-l", "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=,"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	cmd := exec.CommandContext(ctx, program, append(args, "-r", path)...)
	cmd.Env = append(os.Environ(), "WIRESHARK_CONFIG_DIR="+settings)
	cmd.WaitDelay = time.Second // a tshark that gave up does not wait for its input's end
	if path == "-" {
		cmd.Stdin = stdin
	}
	return cmd, nil
}

// scan reads one packet a line.
func (r *Reader) scan(out io.Reader, add func(*packet.Packet, []packet.Endpoint)) error {
	lines := bufio.NewScanner(out)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	var p packet.Packet
	for seq := int64(1); lines.Scan(); seq++ {
		p.Seq = seq
		answers, err := r.parse(lines.Text(), &p)
		if err != nil {
			r.OddLines++
			continue
		}
		add(&p, answers)
	}
	return lines.Err()
}

// tail keeps the end of what a program complains about.
type tail struct{ buf []byte }

const tailSize = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.buf = append(t.buf, b...)
	if len(t.buf) > tailSize {
		t.buf = append(t.buf[:0], t.buf[len(t.buf)-tailSize:]...)
	}
	return len(b), nil
}

// last returns the last line of the complaint.
func (t *tail) last() string {
	text := bytes.TrimSpace(t.buf)
	text = text[bytes.LastIndexByte(text, '\n')+1:]
	if len(text) == 0 {
		return "no reason given"
	}
	return string(text)
}
