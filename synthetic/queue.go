package synthetic

import "container/heap"

// event is something to be done at a time of the capture.
type event struct {
	at  int64 // nanoseconds since the epoch
	seq uint64
	do  func()
}

// queue holds events, the earliest first; those of one time in the order of their making.
type queue []event

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].seq < q[j].seq
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(event)) }

func (q *queue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = event{}
	*q = (*q)[:last]
	return e
}

func (q *queue) push(e event) { heap.Push(q, e) }
func (q *queue) pop() event   { return heap.Pop(q).(event) }
