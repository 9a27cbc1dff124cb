package cluster

import (
	"fmt"
	"slices"
	"time"

	"botnetdetect/report"
)

// Windows makes a job one of sensors: its captures are windows of time, one after the other
// since 1970, and the parts of each are what the sites saw. It is zero for jobs of captures.
type Windows struct {
	Sites  []string `json:"sites"`  // their names, each of letters, digits, - and _
	Length int64    `json:"length"` // of a window, seconds
	Grace  int64    `json:"grace"`  // seconds after what comes first of a window within which the other sites' must come
	Hosts  bool     `json:"hosts"`  // verdicts are on hosts, not on flows
}

// Bounds of windows, in seconds.
const (
	minLength = 60
	maxLength = 24 * 3600
	maxGrace  = 24 * 3600
)

func (w *Windows) are() bool { return len(w.Sites) > 0 }

func (w *Windows) check() error {
	if !w.are() {
		return nil
	}
	switch {
	case len(w.Sites) > maxParts:
		return malformed("windows", "%d sites, at most %d are possible", len(w.Sites), maxParts)
	case w.Length < minLength || w.Length > maxLength || w.Grace < 0 || w.Grace > maxGrace:
		return malformed("windows", "windows of %d s, and %d s grace: want %d to %d s, and at most %d s grace", w.Length, w.Grace, minLength, maxLength, maxGrace)
	}
	for i, site := range w.Sites {
		if CheckName(site) != nil || slices.Contains(w.Sites[:i], site) {
			return malformed("windows", "site %.80q: want names that differ, of letters, digits, - and _", site)
		}
	}
	return nil
}

// at returns the number of the window that a time, in nanoseconds since 1970, falls into.
func (w *Windows) at(t int64) int { return int(t / (w.Length * int64(time.Second))) }

// path names a window as ISO 8601 does, such as 2026-05-01T12:00:00Z/PT600S.
func (w *Windows) path(number int) string {
	return fmt.Sprintf("%s/PT%dS", time.Unix(int64(number)*w.Length, 0).UTC().Format(time.RFC3339), w.Length)
}

// fits checks that a batch is of a window as the job has them.
func (w *Windows) fits(b *Batch) error {
	if w.are() && (b.Path != w.path(b.Capture) || b.Parts != len(w.Sites)) {
		return malformed("batch", "%s is of %.80q in %d parts, and no window of its job", b.id(), b.Path, b.Parts)
	}
	return nil
}

// missing names the sites that are not among parts.
func (w *Windows) missing(parts []int) (sites []string) {
	for i, site := range w.Sites {
		if !slices.Contains(parts, i) {
			sites = append(sites, site)
		}
	}
	return sites
}

// format returns the one format in which windows follow each other.
func (w *Windows) format(f report.Format) (report.Format, error) {
	if w.are() && f != "" && f != report.JSONLines {
		return f, fmt.Errorf("verdicts on windows are written as %s, not as %s", report.JSONLines, f)
	}
	return f, nil
}
