package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"time"

	"botnetdetect/observe"
	"botnetdetect/protocol"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/semaphore"
)

// Worker is what one process does for a fleet. Zero fields mean what they say.
type Worker struct {
	Name   string // who it is, in Status and in outcomes, without what is no letter or digit; "" is a random name
	Cores  int    // tasks at a time; 0 is GOMAXPROCS
	Memory int64  // bytes that tasks may take before flows go to disk; 0 is no ceiling
	Temp   string // the folder that they then go to; "" is os.TempDir

	Source Source // where captures are; nil is Files{}
	// Say is told what went wrong and will be tried again; nil is nobody.
	Say func(error)
	// Observe observes captures; nil is observe.Capture.
	Observe func(context.Context, string, observe.Options) observe.Observation
}

// Source opens captures.
type Source interface {
	// Open returns the capture at a path. Errors of reading that might not come again,
	// or not on another machine, wrap ErrUnreachable.
	Open(ctx context.Context, path string) (io.ReadCloser, error)
}

// ErrUnreachable says that a capture could not be got at, which may be otherwise later, or
// elsewhere.
var ErrUnreachable = errors.New("cannot get at it")

// worker is a Worker at work.
type worker struct {
	Worker
	*Fleet
	free       *semaphore.Weighted // cores
	vocabulary *protocol.Vocabulary
	models     models
	beat       *beat
	inHand     inHand
	running    sync.WaitGroup
}

// large is the size in bytes from which a capture is given all cores, as observe.All does.
const large = 16 << 20

// lonely is the number of tries after which a task has a process to itself: so a capture
// that workers die of takes no others with it for long.
const lonely = 2

const (
	taskPoll  = 5 * time.Second        // how long a request for a task waits
	errorWait = 500 * time.Millisecond // before what failed is tried again
	patience  = time.Minute            // after which whoever waits for the servers gives up
)

// Work does tasks of all jobs until ctx is done. It returns an error only if it could not
// begin; what goes wrong later, such as servers that are away, is said and tried again.
func (f *Fleet) Work(ctx context.Context, w Worker) error {
	ctx = undated{ctx}
	work := newWorker(f, w)
	observing, err := f.js.Consumer(ctx, tasksStream, observeConsumer)
	if err != nil {
		return fmt.Errorf("cannot take tasks: %w", err)
	}
	judging, err := f.js.Consumer(ctx, tasksStream, judgeConsumer)
	if err != nil {
		return fmt.Errorf("cannot take tasks: %w", err)
	}
	work.running.Go(func() { work.beat.run(ctx, work) })
	work.running.Go(func() { work.take(ctx, observing, work.observe) })
	work.running.Go(func() { work.take(ctx, judging, work.judge) })
	for p := range f.partitions {
		reducing, err := f.js.Consumer(ctx, flowsStream, reduceConsumer(p))
		if err != nil {
			return fmt.Errorf("cannot take batches: %w", err)
		}
		work.running.Go(func() { work.reduce(ctx, reducing) })
	}
	work.running.Wait()
	return nil
}

// undated is a context that does not say until when, so that each request to the servers
// has the few seconds that NATS gives it: one whose answer was lost is made again then,
// and not only when all time is up.
type undated struct{ context.Context }

func (undated) Deadline() (deadline time.Time, ok bool) { return time.Time{}, false }

func newWorker(f *Fleet, w Worker) *worker {
	if w.Name = keyOf(w.Name); w.Name == "" {
		w.Name = newName()
	}
	if w.Cores <= 0 {
		w.Cores = runtime.GOMAXPROCS(0)
	}
	if w.Source == nil {
		w.Source = Files{}
	}
	if w.Say == nil {
		w.Say = func(error) {}
	}
	if w.Observe == nil {
		w.Observe = observe.Capture
	}
	return &worker{
		Worker: w, Fleet: f, free: semaphore.NewWeighted(int64(w.Cores)), vocabulary: protocol.NewVocabulary(),
		models: models{fleet: f}, beat: newBeat(w),
	}
}

// keyOf returns a name as it can stand in a key: of letters, digits, - and _.
func keyOf(name string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '-' || r == '_') {
			return r
		}
		return '-'
	}, name[:min(len(name), 64)])
}

func newName() string { return nats.NewInbox()[len("_INBOX."):] }

// delivery is a task in hand. The servers are told every now and then that it is.
type delivery struct {
	Task
	Job    Job
	Try    int   // from 1
	Weight int64 // cores it takes
	msg    jetstream.Msg
	sent   time.Time // by the servers' clock
}

// take asks for tasks while cores are free, and does each beside the others.
func (w *worker) take(ctx context.Context, from jetstream.Consumer, do func(context.Context, *delivery) error) {
	for ctx.Err() == nil {
		if w.free.Acquire(ctx, 1) != nil {
			return
		}
		w.free.Release(1) // waiting for a task takes no core
		msg, err := next(ctx, from)
		if err != nil {
			w.pause(ctx, fmt.Errorf("cannot take a task: %w", err))
		}
		if msg != nil {
			w.begin(ctx, msg, do)
		}
	}
}

// next waits a while for a task; it returns nil if none came.
func next(ctx context.Context, from jetstream.Consumer) (jetstream.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, taskPoll)
	defer cancel()
	msg, err := from.Next(jetstream.FetchContext(ctx))
	if ctx.Err() != nil || errors.Is(err, nats.ErrTimeout) || errors.Is(err, jetstream.ErrNoMessages) {
		return msg, nil
	}
	return msg, err
}

// begin does a task in the background, as soon as cores are free for it.
func (w *worker) begin(ctx context.Context, msg jetstream.Msg, do func(context.Context, *delivery) error) {
	alive := w.keepAlive(msg)
	d, err := w.receive(ctx, msg)
	if err != nil {
		w.Say(err)
	}
	if d == nil || !w.inHand.add(d.id(&d.Job)) {
		alive()
		return
	}
	done := func() {
		alive()
		w.inHand.remove(d.id(&d.Job))
	}
	if w.free.Acquire(ctx, d.Weight) != nil {
		done()
		return
	}
	w.running.Go(func() {
		defer w.free.Release(d.Weight)
		defer done()
		w.finish(ctx, d, do(ctx, d))
	})
}

// receive reads a task and finds its job. A task that nobody could do is dropped; then
// what is returned is nil.
func (w *worker) receive(ctx context.Context, msg jetstream.Msg) (*delivery, error) {
	t, err := readTask(msg.Data())
	if err != nil {
		return nil, errors.Join(err, msg.TermWithReason("not well-formed"))
	}
	d := &delivery{Task: t, Try: 1, Weight: 1, msg: msg}
	if about, err := msg.Metadata(); err == nil {
		d.Try, d.sent = int(about.NumDelivered), about.Timestamp
	}
	d.Job, err = w.Fleet.Job(ctx, t.Job)
	switch {
	case errors.Is(err, ErrNoJob) && d.Try > lonely: // a server that lags behind may not know it yet
		return nil, msg.Ack()
	case err != nil:
		return nil, errors.Join(err, msg.NakWithDelay(errorWait))
	}
	if d.Late {
		return d, nil // it may be early, which takes no cores
	}
	if d.Kind == Observe && d.Bytes >= large || d.Try > lonely {
		d.Weight = int64(w.Cores)
	}
	return d, nil
}

// finish acknowledges a task that is done, and has one that failed tried again.
func (w *worker) finish(ctx context.Context, d *delivery, err error) {
	var soon early
	switch {
	case err == nil:
		err = d.msg.DoubleAck(ctx) // else it would be done twice, which costs time only
	case ctx.Err() != nil:
		_ = d.msg.Nak() // to be done elsewhere; if this is lost, it takes a while longer
		return
	case errors.As(err, &soon):
		err = d.msg.NakWithDelay(time.Duration(soon))
	default:
		w.Say(fmt.Errorf("%s, try %d: %w", d.Path, d.Try, err))
		err = d.msg.NakWithDelay(errorWait << min(d.Try, 6))
	}
	if err != nil && ctx.Err() == nil {
		w.Say(fmt.Errorf("%s: %w", d.Path, err))
	}
}

// keepAlive tells the servers that messages are in hand, until the function that it
// returns is called.
func (w *worker) keepAlive(messages ...jetstream.Msg) (done func()) {
	stop := make(chan struct{})
	go func() {
		tick := time.NewTicker(w.wait / 4)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				for _, msg := range messages {
					_ = msg.InProgress() // if the servers are away, another worker may do it too
				}
			}
		}
	}()
	return sync.OnceFunc(func() { close(stop) })
}

// pause says what went wrong and waits a little.
func (w *worker) pause(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	w.Say(err)
	sleep(ctx, errorWait)
}

// share is the memory that a task of some weight may take: three quarters of all go to
// tasks, the rest to batches on their way.
func (w *worker) share(weight int64) int64 {
	if w.Memory <= 0 {
		return 0
	}
	return max(1, w.Memory/4*3/int64(w.Cores)*weight)
}

// inHand are the tasks that a worker is at. The servers may give it one of them again if
// they did not hear in time that it is: then to go on is better than to begin anew.
type inHand struct {
	mutex sync.Mutex
	ids   map[string]bool
}

// add reports whether a task was not in hand.
func (h *inHand) add(id string) bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.ids[id] {
		return false
	}
	if h.ids == nil {
		h.ids = make(map[string]bool)
	}
	h.ids[id] = true
	return true
}

func (h *inHand) remove(id string) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	delete(h.ids, id)
}
