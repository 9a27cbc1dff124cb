package serve

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"botnetdetect/history"
	"botnetdetect/report"
)

// uploads are captures that people handed in:
//
//	receive → ID.capture, Waiting → judge → ID.html, Done
//	             (a queue, one judged at a time)
//
// Names that people give are labels; files are called by an ID that is made here.
type uploads struct {
	server *Server
	folder string
	policy string // of reports

	receiving chan struct{} // holds an item for each capture that comes in
	wake      chan struct{} // there may be something to judge

	mu     sync.Mutex
	read   map[string]int64 // bytes judged so far, by ID
	cancel map[string]context.CancelCauseFunc
}

// maxTries is how often a capture is judged again if the program ended over it.
const maxTries = 2

func newUploads(folder string, s *Server) (*uploads, error) {
	u := &uploads{
		server: s, folder: folder, receiving: make(chan struct{}, s.limits.Receiving), wake: make(chan struct{}, 1),
		read: make(map[string]int64), cancel: make(map[string]context.CancelCauseFunc),
	}
	page, err := report.Policy()
	if err != nil {
		return nil, err
	}
	u.policy = page + "; frame-ancestors 'none'; sandbox allow-scripts allow-modals"
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("cannot keep captures: %w", err)
	}
	return u, u.recover()
}

// recover puts in order what an end of the program left: captures that came whole are
// judged, those that did not are deleted, and so is what nobody knows of.
func (u *uploads) recover() error {
	for _, up := range u.server.config.Store.Uploads() {
		if up.State != history.Waiting && up.State != history.Judging {
			continue
		}
		up.State = history.Waiting
		if up.Tries >= maxTries {
			up.State, up.Error = history.Failed, "the program ended while it was judged, more than once"
		} else if _, err := os.Stat(u.capture(up.ID)); err != nil {
			up.State, up.Error = history.Failed, "the capture is gone: send it again"
		}
		if err := u.server.config.Store.PutUpload(up); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(u.folder)
	if err != nil {
		return fmt.Errorf("cannot look after captures: %w", err)
	}
	for _, e := range entries {
		id, _, _ := strings.Cut(e.Name(), ".")
		up, known := u.server.config.Store.Upload(id)
		if keep := known && (e.Name() == id+".html" && up.State == history.Done || e.Name() == id+".capture" && up.State == history.Waiting); !keep {
			_ = os.RemoveAll(filepath.Join(u.folder, e.Name())) // at worst it is tried again next time
		}
	}
	u.nudge()
	return nil
}

func newID() string { return strings.ToLower(rand.Text()[:16]) }

func (u *uploads) capture(id string) string { return filepath.Join(u.folder, id+".capture") }
func (u *uploads) page(id string) string    { return filepath.Join(u.folder, id+".html") }

func (u *uploads) nudge() {
	select {
	case u.wake <- struct{}{}:
	default:
	}
}

// judge judges captures as they come, one at a time, until ctx is done.
func (u *uploads) judge(ctx context.Context) {
	for {
		for {
			up, ok := u.next()
			if !ok || ctx.Err() != nil {
				break
			}
			if err := u.judgeOne(ctx, up); err != nil {
				u.server.log.Error("cannot keep what became of a capture", "error", err)
				break // the disk does not take it: try again when woken
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-u.wake:
		case <-time.After(time.Minute):
		}
	}
}

// next returns the capture that has waited longest.
func (u *uploads) next() (up history.Upload, ok bool) {
	if u.server.config.Judge == nil {
		return up, false
	}
	for _, x := range u.server.config.Store.Uploads() { // latest first
		if x.State == history.Waiting {
			up, ok = x, true
		}
	}
	return up, ok
}

func (u *uploads) judgeOne(ctx context.Context, up history.Upload) error {
	up.State = history.Judging
	up.Tries++
	if err := u.put(up); err != nil {
		return err
	}
	outcome, err := u.run(ctx, up)
	if ctx.Err() != nil { // the program ends: it is judged after the next start
		up.Tries--
		up.State = history.Waiting
		return u.server.config.Store.PutUpload(up)
	}
	if _, stillWanted := u.server.config.Store.Upload(up.ID); !stillWanted {
		u.delete(up.ID)
		return nil
	}
	up.State, up.Error = history.Done, outcome.Warning
	up.Packets, up.Judged, up.Botnet, up.Hosts = outcome.Packets, outcome.Judged, outcome.Botnet, outcome.Hosts
	if err != nil {
		up.State, up.Error = history.Failed, err.Error()
	}
	source := up.Name + " · " + up.ID[:min(4, len(up.ID))] // two captures may have one name
	for i := range outcome.Sightings {
		outcome.Sightings[i].Source = source
		u.server.See(&outcome.Sightings[i])
	}
	_ = os.Remove(u.capture(up.ID)) // at worst it goes after the next start
	if err := u.put(up); err != nil {
		return err
	}
	return u.prune()
}

// run has a capture judged, within the time there is for it.
func (u *uploads) run(ctx context.Context, up history.Upload) (Outcome, error) {
	limit := u.server.limits.Judging
	ctx, cancelTime := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it takes more than %v to judge; try botnetdetect report", limit))
	defer cancelTime()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	u.mu.Lock()
	u.cancel[up.ID] = cancel
	u.mu.Unlock()
	defer func() {
		u.mu.Lock()
		defer u.mu.Unlock()
		delete(u.cancel, up.ID)
		delete(u.read, up.ID)
	}()
	temp := filepath.Join(u.folder, up.ID+".temp")
	if err := os.MkdirAll(temp, 0o700); err != nil {
		return Outcome{}, err
	}
	defer func() { _ = os.RemoveAll(temp) }() // at worst it goes after the next start
	outcome, err := u.server.config.Judge(ctx, Job{Capture: u.capture(up.ID), Name: up.Name, Page: u.page(up.ID), Temp: temp, Allow: u.server.entries()}, func(read int64) {
		u.progress(up.ID, read)
	})
	if cause := context.Cause(ctx); err != nil && cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	return outcome, err
}

func (u *uploads) progress(id string, read int64) {
	u.mu.Lock()
	u.read[id] = read
	u.mu.Unlock()
	if up, ok := u.server.config.Store.Upload(id); ok {
		u.tell(up)
	}
}

// put keeps what became of an upload, and tells all pages.
func (u *uploads) put(up history.Upload) error {
	if err := u.server.config.Store.PutUpload(up); err != nil {
		return err
	}
	u.tell(up)
	return nil
}

func (u *uploads) tell(up history.Upload) {
	text, err := json.Marshal(u.shown(up))
	if err == nil {
		u.server.hub.tell("upload", text)
	}
}

// uploadJSON is an upload as pages get it.
type uploadJSON struct {
	history.Upload
	Read int64 `json:"read"` // bytes judged so far
}

func (u *uploads) shown(up history.Upload) uploadJSON {
	u.mu.Lock()
	defer u.mu.Unlock()
	return uploadJSON{up, u.read[up.ID]}
}

func (u *uploads) list() []uploadJSON {
	all := []uploadJSON{}
	for _, up := range u.server.config.Store.Uploads() {
		all = append(all, u.shown(up))
	}
	return all
}

// prune deletes the oldest uploads beyond what is kept.
func (u *uploads) prune() error {
	bytes, kept := int64(0), 0
	for _, up := range u.server.config.Store.Uploads() { // latest first
		if up.State != history.Done && up.State != history.Failed {
			continue
		}
		if info, err := os.Stat(u.page(up.ID)); err == nil {
			bytes += info.Size()
		}
		if kept++; kept <= u.server.limits.Reports && bytes <= u.server.limits.ReportBytes {
			continue
		}
		if err := u.drop(up.ID); err != nil {
			return err
		}
	}
	return nil
}

// drop forgets an upload and deletes its files.
func (u *uploads) drop(id string) error {
	if err := u.server.config.Store.DropUpload(id); err != nil {
		return err
	}
	u.mu.Lock()
	if cancel := u.cancel[id]; cancel != nil {
		cancel(errors.New("it is not wanted any more"))
	}
	u.mu.Unlock()
	u.delete(id)
	text, err := json.Marshal(id)
	if err == nil {
		u.server.hub.tell("gone", text)
	}
	return nil
}

func (u *uploads) delete(id string) {
	_ = os.Remove(u.capture(id)) // at worst they go after the next start
	_ = os.Remove(u.page(id))
}
