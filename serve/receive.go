package serve

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
	"unicode"

	"botnetdetect/history"
)

// How long a capture may take to come: uploadPatience for each leastPiece of it, longestUpload in
// all. So few who send byte by byte do not keep others from sending.
const (
	uploadPatience = 30 * time.Second
	leastPiece     = 64 << 10 // bytes
	longestUpload  = 2 * time.Hour
)

// receive takes a capture as the body of a request. What came is judged later; the answer
// is its ID.
func (u *uploads) receive(w http.ResponseWriter, r *http.Request) {
	if problem, status := u.refusal(r); problem != "" {
		fail(w, status, problem)
		return
	}
	select {
	case u.receiving <- struct{}{}:
		defer func() { <-u.receiving }()
	default:
		w.Header().Set("Retry-After", "10")
		fail(w, http.StatusTooManyRequests, "others are sending captures: try again in a moment")
		return
	}
	up := history.Upload{ID: newID(), Name: label(r.URL.Query().Get("name")), State: history.Waiting}
	var err error
	if up.Bytes, err = u.save(w, r, up.ID); err == nil {
		up.Time = time.Now().UTC()
		err = u.put(up)
	}
	if err != nil {
		u.delete(up.ID)
		status, what := uploadProblem(err, u.server.limits.Upload)
		fail(w, status, what)
		return
	}
	u.nudge()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	give(w, u.shown(up))
}

// refusal says why a capture is not even received.
func (u *uploads) refusal(r *http.Request) (problem string, status int) {
	limit := u.server.limits.Upload
	switch {
	case u.server.config.Judge == nil:
		return "captures are not taken here", http.StatusNotFound
	case r.Header.Get("Content-Type") != "application/octet-stream":
		return "send application/octet-stream: the capture itself", http.StatusUnsupportedMediaType
	case r.ContentLength == 0:
		return "the capture is empty", http.StatusBadRequest
	case r.ContentLength > limit:
		return tooLarge(limit), http.StatusRequestEntityTooLarge
	}
	waiting, bytes := 0, int64(0)
	for _, up := range u.server.config.Store.Uploads() {
		if up.State == history.Waiting || up.State == history.Judging {
			waiting++
			bytes += up.Bytes
		}
	}
	if waiting >= u.server.limits.Waiting || bytes >= 4*limit {
		return fmt.Sprintf("%d captures wait to be judged already: try again when some are done", waiting), http.StatusTooManyRequests
	}
	return "", 0
}

func tooLarge(limit int64) string {
	return fmt.Sprintf("the capture is larger than %d MB: judge it with botnetdetect report, or start serve with a larger --max-upload", limit/1e6)
}

// save writes a body to where captures wait, whole or not at all.
func (u *uploads) save(w http.ResponseWriter, r *http.Request, id string) (n int64, err error) {
	part := u.capture(id) + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	defer os.Remove(part) // gone already if all went well
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(longestUpload + readerPatience)) // a recorder in a test has none
	body := &patient{from: http.MaxBytesReader(w, r.Body, u.server.limits.Upload), until: control.SetReadDeadline, end: time.Now().Add(longestUpload)}
	n, err = io.Copy(f, body)
	if err == nil && n == 0 {
		err = errEmpty
	}
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return n, err
	}
	return n, os.Rename(part, u.capture(id))
}

var errEmpty = errors.New("the capture is empty")

// patient reads a body that may take long, but not long for each piece of it.
type patient struct {
	from  io.Reader
	until func(time.Time) error // sets when reading ends
	end   time.Time
	left  int // bytes of the piece
}

func (p *patient) Read(b []byte) (int, error) {
	if p.left <= 0 {
		p.left = leastPiece
		due := time.Now().Add(uploadPatience)
		if due.After(p.end) {
			due = p.end
		}
		_ = p.until(due) // a recorder in a test has none
	}
	n, err := p.from.Read(b)
	p.left -= n
	return n, err
}

func uploadProblem(err error, limit int64) (status int, what string) {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, tooLarge(limit)
	case errors.Is(err, errEmpty):
		return http.StatusBadRequest, errEmpty.Error()
	case errors.Is(err, syscall.ENOSPC):
		return http.StatusInsufficientStorage, "the disk is full: the capture was not kept"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, io.ErrUnexpectedEOF):
		return http.StatusRequestTimeout, "the capture did not come whole"
	}
	return http.StatusInternalServerError, "the capture was not kept: " + err.Error()
}

// label makes a name that somebody gave fit to be shown: the last part of a path, in
// printable characters.
func label(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '�'
		}
		return r
	}, strings.ToValidUTF8(name, "�"))
	if runes := []rune(name); len(runes) > 100 {
		name = string(runes[:60]) + "…" + string(runes[len(runes)-39:])
	}
	if name = strings.TrimSpace(name); name == "" {
		return "capture"
	}
	return name
}

// report hands out the page of a capture, in a sandbox: whatever it holds, it is no page
// of ours to the browser.
func (u *uploads) report(w http.ResponseWriter, r *http.Request) {
	up, ok := u.server.config.Store.Upload(r.PathValue("id"))
	if !ok || up.State != history.Done {
		fail(w, http.StatusNotFound, "there is no such report")
		return
	}
	f, err := os.Open(u.page(up.ID))
	if err != nil {
		fail(w, http.StatusNotFound, "the report is gone")
		return
	}
	defer f.Close()
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(10 * time.Minute)) // it may be large
	w.Header().Set("Content-Security-Policy", u.policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.Copy(w, f) // a client that is gone
}

func (u *uploads) remove(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if _, ok := u.server.config.Store.Upload(id); !ok {
		fail(w, http.StatusNotFound, "there is no such capture")
		return
	}
	if err := u.drop(id); err != nil {
		fail(w, http.StatusInsufficientStorage, err.Error())
		return
	}
	give(w, map[string]bool{"ok": true})
}
