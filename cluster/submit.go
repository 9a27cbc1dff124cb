package cluster

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"botnetdetect/dataset"
	"botnetdetect/feature"
	"botnetdetect/model"
	"botnetdetect/observe"
	"botnetdetect/report"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Capture is a capture of a job.
type Capture struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
	Parts int    `json:"parts"` // how many tasks it is
}

// Order is what to submit. Job, Captures and Model must be there.
type Order struct {
	Job       string
	Captures  []Capture
	Model     *model.Model   // not to be changed once submitted
	Engine    observe.Engine // "" is observe.Native
	Behaviour bool           // observe how endpoints behave, too
	Format    report.Format  // "" is report.JSONLines
	Tries     int            // 0 is DefaultTries
	Dataset   bool           // collect examples to train with, as Parquet, instead of verdicts
	Windows   Windows        // a job of sensors, without captures
	Shard     int64          // captures of more bytes than this are cut into parts of about so many; 0 is never

	packed *packed // the model, once Pack has been called
}

// packed is a model as it is kept on the servers.
type packed struct {
	sum  string // SHA-256 of its file
	file []byte // zstd-compressed
}

// submitted is a model that this process has submitted.
type submitted struct {
	sum   string
	model *model.Model
}

// Pack writes the model as it will be kept, which Submit does if it has not been done: it need
// not wait for servers.
func (o *Order) Pack() error {
	if o.packed != nil {
		return nil
	}
	var file, compressed bytes.Buffer
	if err := o.Model.Write(&file); err != nil {
		return err
	}
	if err := compress(&compressed, copyOf(file.Bytes())); err != nil {
		return err
	}
	sum := sha256.Sum256(file.Bytes())
	o.packed = &packed{hex.EncodeToString(sum[:]), compressed.Bytes()}
	return nil
}

// DefaultTries is after how many tries a task is given up.
const DefaultTries = 5

// ErrJobExists says that a job of this name exists, with other captures.
var ErrJobExists = errors.New("a job of this name exists; choose another name, or forget that one")

// Submit puts a job's tasks into the queue. If that was interrupted, or is done again, what
// has been done already is not done anew.
func (f *Fleet) Submit(ctx context.Context, o Order) (Job, error) {
	ctx = undated{ctx}
	job, err := f.prepare(ctx, &o)
	if err != nil {
		return job, err
	}
	err = f.jobs.set(ctx, job.Name, job, 0)
	switch {
	case errors.Is(err, errChanged):
		if job, err = f.resume(ctx, job); err != nil {
			return job, err
		}
	case err != nil:
		return job, err
	}
	if job.Windows.are() {
		return job, nil
	}
	return job, f.queue(ctx, job, o.Captures)
}

// prepare keeps a job's list and model, and says what is wrong with an order.
func (f *Fleet) prepare(ctx context.Context, o *Order) (job Job, err error) {
	if err := CheckName(o.Job); err != nil {
		return job, err
	}
	if o.Format, err = o.Windows.format(o.Format); err != nil {
		return job, err
	}
	if o.Format == "" {
		o.Format = report.JSONLines
	}
	if o.Engine == "" {
		o.Engine = observe.Native
	}
	if o.Model.Mode == feature.Behavioural {
		o.Behaviour = true
	}
	if o.Tries == 0 {
		o.Tries = DefaultTries
	}
	job = Job{Name: o.Job, Created: time.Now().UTC(), Captures: len(o.Captures), Engine: o.Engine, Behaviour: o.Behaviour, Format: o.Format, Tries: o.Tries, Windows: o.Windows, Dataset: o.Dataset}
	if o.Windows.are() {
		job.Captures = maxCaptures
	}
	for i := range o.Captures {
		c := &o.Captures[i]
		c.Parts = partsOf(c.Bytes, o.Shard, o.Engine)
		if err := checkPath(c.Path); err != nil {
			return job, err
		}
		if _, err := (dataset.Labeller{}).Capture(c.Path); o.Dataset && err != nil {
			return job, err
		}
		job.Bytes += max(0, c.Bytes)
	}
	if err := f.putModel(ctx, o, &job); err != nil {
		return job, err
	}
	list, err := listOf(o.Captures)
	if err != nil {
		return job, err
	}
	var compressed bytes.Buffer
	if err := compress(&compressed, copyOf(list)); err != nil {
		return job, err
	}
	sum := sha256.Sum256(list)
	job.List, err = f.putOnce(ctx, objectName(job.Name, "list-", hex.EncodeToString(sum[:])), compressed.Bytes())
	return job, errors.Join(err, job.check())
}

// putModel keeps an order's model.
func (f *Fleet) putModel(ctx context.Context, o *Order, job *Job) (err error) {
	if err := o.Pack(); err != nil {
		return err
	}
	job.ModelSum = o.packed.sum
	job.Model, err = f.putOnce(ctx, "model-"+job.ModelSum, o.packed.file)
	f.submitted.Store(&submitted{o.packed.sum, o.Model})
	return err
}

// maxShards bounds how many workers share a capture: each reads all of it.
const maxShards = 64

// partsOf returns how many machines observe a capture of a size.
func partsOf(bytes, shard int64, engine observe.Engine) int {
	if shard <= 0 || bytes <= shard || engine == observe.TShark {
		return 1
	}
	return int(min((bytes+shard-1)/shard, maxShards))
}

// resume returns the job that exists, if it is the same in all that counts.
func (f *Fleet) resume(ctx context.Context, job Job) (Job, error) {
	old, err := f.Job(ctx, job.Name)
	if err != nil {
		return job, err
	}
	same := job
	same.Created = old.Created
	if fmt.Sprint(same) != fmt.Sprint(old) {
		return job, fmt.Errorf("job %s: %w", job.Name, ErrJobExists)
	}
	return old, nil
}

// listOf writes captures as JSON, one a line.
func listOf(captures []Capture) ([]byte, error) {
	var list bytes.Buffer
	lines := json.NewEncoder(&list)
	for i := range captures {
		if err := lines.Encode(&captures[i]); err != nil {
			return nil, err
		}
	}
	return list.Bytes(), nil
}

// Captures returns the captures of a job.
func (f *Fleet) Captures(ctx context.Context, job Job) (captures []Capture, err error) {
	data, err := f.open(ctx, &job.List)
	if err != nil {
		return nil, err
	}
	defer data.Close()
	return readList(data, job.Captures)
}

// readList reads what listOf wrote, which must be n captures.
func readList(data io.Reader, n int) (captures []Capture, err error) {
	lines := bufio.NewScanner(data)
	lines.Buffer(nil, maxTask)
	for lines.Scan() {
		var c Capture
		if err := decode("list", lines.Bytes(), maxTask, &c); err != nil {
			return nil, err
		}
		if err := checkPath(c.Path); err != nil || c.Bytes < -1 || c.Parts < 1 || c.Parts > maxParts || len(captures) == n {
			return nil, malformed("list", "capture %d of %d: %.80q, %d bytes in %d parts", len(captures), n, c.Path, c.Bytes, c.Parts)
		}
		captures = append(captures, c)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("cannot read the list of captures: %w", err)
	}
	if len(captures) != n {
		return nil, malformed("list", "%d captures, want %d", len(captures), n)
	}
	return captures, nil
}

// queue puts the tasks of captures that are not done into the queue, many at a time.
func (f *Fleet) queue(ctx context.Context, job Job, captures []Capture) error {
	js, err := jetstream.New(f.conn, jetstream.WithPublishAsyncMaxPending(1024))
	if err != nil {
		return err
	}
	done, err := f.outcomes(ctx, job.Name)
	if err != nil {
		return err
	}
	var sent []jetstream.PubAckFuture
	for i, c := range captures {
		if _, ok := done[i]; ok {
			continue
		}
		for part := range c.Parts {
			t := Task{Kind: Observe, Job: job.Name, Capture: i, Path: c.Path, Bytes: c.Bytes, Part: part, Parts: c.Parts}
			ack, err := js.PublishMsgAsync(&nats.Msg{Subject: taskSubject(Observe, job.Name), Data: t.encode()}, jetstream.WithMsgID(t.id(&job)))
			if err != nil {
				return fmt.Errorf("cannot submit %s: %w", c.Path, err)
			}
			sent = append(sent, ack)
		}
	}
	return awaitAll(ctx, sent)
}

func awaitAll(ctx context.Context, sent []jetstream.PubAckFuture) error {
	for _, ack := range sent {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ack.Ok():
		case err := <-ack.Err():
			return fmt.Errorf("cannot submit: %w; submit the same once more to go on", err)
		}
	}
	return nil
}
