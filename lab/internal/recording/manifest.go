package recording

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// columns of the manifest, one line a capture.
var columns = []string{"capture", "application", "version", "settings", "seconds", "packets", "vantage", "accelerated", "seed"}

// manifestMu guards the manifest file, which the recordings of one process share.
var manifestMu sync.Mutex

// Describe adds a line for each capture to the manifest, a file that begins with the
// names of the columns. The recording must be closed.
func (r *Recording) Describe(manifest, version, accelerated string) error {
	manifestMu.Lock()
	defer manifestMu.Unlock()
	f, err := os.OpenFile(manifest, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644) //nolint:gosec // for everybody to read
	if err != nil {
		return err
	}
	if info, err := f.Stat(); err == nil && info.Size() == 0 {
		fmt.Fprintln(f, strings.Join(columns, "\t"))
	}
	for _, p := range r.hosts {
		frames, span, err := p.recorder.Summary()
		if err != nil {
			r.Fail(err)
		}
		name := p.capture
		if rel, err := filepath.Rel(filepath.Dir(manifest), p.capture); err == nil {
			name = rel
		}
		h := p.Host
		settings := fmt.Sprintf("%s; %s address; %d/%d Mbit/s", h.Settings, h.Reach, h.Down, h.Up)
		fmt.Fprintf(f, "%s\t%s\t%s\t%s\t%.0f\t%d\t%s\t%s\t%d\n", name, r.App, version, settings, span.Seconds(), frames, h.Vantage, accelerated, r.Seed)
	}
	if err := f.Close(); err != nil {
		return err
	}
	return r.err
}
