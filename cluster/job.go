package cluster

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"botnetdetect/observe"
	"botnetdetect/report"
)

// Job is what is to be done with some captures. It is kept as JSON.
type Job struct {
	Name      string         `json:"name"`
	Created   time.Time      `json:"created"`
	Captures  int            `json:"captures"`
	Bytes     int64          `json:"bytes"` // of all captures whose size is known
	List      Blob           `json:"list"`  // the captures, see list
	Model     Blob           `json:"model"` // the model file
	ModelSum  string         `json:"model_sha256"`
	Engine    observe.Engine `json:"engine"`
	Behaviour bool           `json:"behaviour,omitempty"` // observe how endpoints behave, too
	Format    report.Format  `json:"format"`              // of verdicts
	Tries     int            `json:"tries"`               // after so many a task is given up
	Dataset   bool           `json:"dataset,omitempty"`   // what is asked for are examples to train with, labelled by folders
	Windows   Windows        `json:"windows,omitzero"`    // it is of windows, not of captures
}

// Bounds of a job.
const (
	maxCaptures = 1 << 25 // as many windows of a minute end in 2033
	maxParts    = 4096    // of a capture: sites, or workers that share it
	maxTries    = 100
	maxPath     = 4096    // bytes
	maxJob      = 1 << 20 // bytes of a job's JSON: a small list or model is in it
)

// ErrMalformed says that a message is not as this version writes it.
var ErrMalformed = errors.New("not well-formed")

func malformed(what, format string, args ...any) error {
	return fmt.Errorf("%s is %w: "+format, append([]any{what, ErrMalformed}, args...)...)
}

var jobName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// CheckName says what is wrong with a job's name, if anything is.
func CheckName(name string) error {
	if !jobName.MatchString(name) {
		return fmt.Errorf("a job cannot be called %.80q: want 1 to 64 letters, digits, - and _", name)
	}
	return nil
}

// readJob reads a job and checks it.
func readJob(data []byte) (j Job, err error) {
	if err := decode("job", data, maxJob, &j); err != nil {
		return j, err
	}
	return j, j.check()
}

// Endless reports whether a job is of windows, which do not end.
func (j *Job) Endless() bool { return j.Windows.are() }

func (j *Job) check() error {
	if err := CheckName(j.Name); err != nil {
		return err
	}
	if _, err := observe.ParseEngine(string(j.Engine)); err != nil {
		return err
	}
	if _, err := report.ParseFormat(string(j.Format)); err != nil {
		return err
	}
	switch {
	case j.Captures < 1 || j.Captures > maxCaptures:
		return malformed("job", "%d captures, want 1 to %d", j.Captures, maxCaptures)
	case j.Bytes < 0:
		return malformed("job", "%d bytes", j.Bytes)
	case j.Tries < 1 || j.Tries > maxTries:
		return malformed("job", "%d tries, want 1 to %d", j.Tries, maxTries)
	}
	return errors.Join(j.List.check(), j.Model.check(), j.Windows.check())
}

// decode reads JSON of at most so many bytes, and nothing after it.
func decode(what string, data []byte, most int, into any) error {
	if len(data) > most {
		return malformed(what, "%d bytes, at most %d are read", len(data), most)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return malformed(what, "%v", err)
	}
	return nil
}

// Kind is what a task asks for.
type Kind string

// The kinds of task.
const (
	Observe Kind = "observe" // sum up a capture, or a part of its pairs
	Judge   Kind = "judge"   // give the verdicts on a capture whose parts have all been summed up
)

// Task is a piece of work that one worker does. It is sent as JSON.
type Task struct {
	Kind    Kind   `json:"kind"`
	Job     string `json:"job"`
	Capture int    `json:"capture"` // its place in the job, from 0
	Path    string `json:"path"`    // a path, or s3://bucket/key
	Bytes   int64  `json:"bytes"`   // the capture's size; -1 if not known
	Part    int    `json:"part"`
	Parts   int    `json:"parts"`          // 1: the whole capture
	Late    bool   `json:"late,omitempty"` // judge a window when its grace is over, with what is there
}

const maxTask = 16 << 10 // bytes of a task's JSON

// readTask reads a task and checks it.
func readTask(data []byte) (t Task, err error) {
	if err := decode("task", data, maxTask, &t); err != nil {
		return t, err
	}
	return t, t.check()
}

func (t *Task) check() error {
	switch {
	case t.Kind != Observe && t.Kind != Judge:
		return malformed("task", "it asks to %.20q", t.Kind)
	case !jobName.MatchString(t.Job):
		return malformed("task", "its job is %.80q", t.Job)
	case t.Capture < 0 || t.Capture >= maxCaptures:
		return malformed("task", "capture %d", t.Capture)
	case t.Parts < 1 || t.Parts > maxParts || t.Part < 0 || t.Part >= t.Parts:
		return malformed("task", "part %d of %d", t.Part, t.Parts)
	case t.Bytes < -1:
		return malformed("task", "%d bytes", t.Bytes)
	}
	return checkPath(t.Path)
}

// checkPath refuses what cannot be a path, and standard input, which each worker has its own of.
func checkPath(path string) error {
	if path == "" || path == "-" || len(path) > maxPath || !utf8.ValidString(path) || strings.ContainsRune(path, 0) {
		return malformed("path", "%.80q", path)
	}
	return nil
}

// id names the task uniquely.
func (t *Task) id(j *Job) string {
	kind := string(t.Kind)
	if t.Late {
		kind = "late"
	}
	return fmt.Sprintf("%s/%d/%s/%d/%d", t.Job, j.Created.UnixNano(), kind, t.Capture, t.Part)
}

func (t *Task) encode() []byte {
	data, err := json.Marshal(t)
	if err != nil {
		panic(err) // it has no field that could fail
	}
	return data
}
