package cluster

import (
	"context"
	"fmt"
	"io"
	"sync"

	"botnetdetect/model"
)

// jobs remembers jobs and models that a worker met last, so that it asks for each once.
type jobs struct {
	fleet *Fleet
	mutex sync.Mutex
	known map[string]Job
	model map[string]*model.Model // by job
}

const mostJobs = 64 // remembered

func (j *jobs) get(ctx context.Context, name string) (Job, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if job, ok := j.known[name]; ok {
		return job, nil
	}
	job, err := j.fleet.Job(ctx, name)
	if err != nil {
		return job, err
	}
	if j.known == nil || len(j.known) >= mostJobs {
		j.known, j.model = make(map[string]Job), make(map[string]*model.Model)
	}
	j.known[name] = job
	return job, nil
}

// judgedBy returns the model of a job.
func (j *jobs) judgedBy(ctx context.Context, job Job) (*model.Model, error) {
	if last := j.fleet.submitted.Load(); last != nil && last.sum == job.ModelSum {
		return last.model, nil
	}
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if m := j.model[job.Name]; m != nil {
		return m, nil
	}
	data, err := j.fleet.open(ctx, &job.Model)
	if err != nil {
		return nil, err
	}
	defer data.Close()
	m, err := model.Read(io.LimitReader(data, maxModel))
	if err != nil {
		return nil, fmt.Errorf("the model of job %s: %w", job.Name, err)
	}
	if _, ok := j.known[job.Name]; ok {
		j.model[job.Name] = m
	}
	return m, nil
}
