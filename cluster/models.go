package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"sync"

	"botnetdetect/model"
)

// models remembers the models that a worker judged by last, by their SHA-256, so that it reads each
// once. Jobs are not remembered: one may be forgotten and another submitted under its name.
type models struct {
	fleet *Fleet
	mutex sync.Mutex
	known map[string]*model.Model
}

const mostModels = 16 // remembered

// of returns the model of a job.
func (m *models) of(ctx context.Context, job Job) (*model.Model, error) {
	if last := m.fleet.submitted.Load(); last != nil && last.sum == job.ModelSum {
		return last.model, nil
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if known := m.known[job.ModelSum]; known != nil {
		return known, nil
	}
	read, err := m.fleet.readModel(ctx, job)
	if err != nil {
		return nil, fmt.Errorf("the model of job %s: %w", job.Name, err)
	}
	if m.known == nil || len(m.known) >= mostModels {
		m.known = make(map[string]*model.Model)
	}
	m.known[job.ModelSum] = read
	return read, nil
}

// readModel reads a job's model, and refuses another than the job names.
func (f *Fleet) readModel(ctx context.Context, job Job) (*model.Model, error) {
	data, err := f.open(ctx, &job.Model)
	if err != nil {
		return nil, err
	}
	defer data.Close()
	sum := sha256.New()
	file := io.TeeReader(io.LimitReader(data, maxModel), sum)
	m, err := model.Read(file)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, file); err != nil {
		return nil, err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != job.ModelSum {
		return nil, malformed("model", "its SHA-256 is %s, not %.80s", got, job.ModelSum)
	}
	return m, nil
}
