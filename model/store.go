package model

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"botnetdetect/feature"
	"botnetdetect/internal/safefile"
)

//go:embed default/*.json
var builtin embed.FS

// BuiltIn is what Load calls the origin of a model that is embedded in the program.
const BuiltIn = "built in"

// Folder is where a trained model is kept, below the working directory.
const Folder = "cache"

// Path returns where a folder keeps the model of a mode.
func Path(folder string, mode feature.Mode) string { return filepath.Join(folder, fileName(mode)) }

func fileName(mode feature.Mode) string {
	switch mode {
	case feature.Agnostic:
		return "model_csv.json"
	case feature.Behavioural:
		return "model_behaviour.json"
	}
	return "model.json"
}

// Load returns the model of a mode that a folder keeps, else the built-in one, and
// where it was found: a path, or BuiltIn.
func Load(folder string, mode feature.Mode) (m *Model, origin string, err error) {
	origin = Path(folder, mode)
	m, err = ReadFile(origin)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		m, err = Default(mode)
		return m, BuiltIn, err
	case err != nil:
		return nil, origin, fmt.Errorf("%w; train again, or delete the file to return to the built-in model", err)
	case m.Mode != mode:
		return nil, origin, fmt.Errorf("cannot use model %s: it is for mode %s, not %s; delete the file to return to the built-in model", origin, m.Mode, mode)
	}
	return m, origin, nil
}

// Latest returns the one of some modes whose model a folder got last, and whether it has any of them. Of
// models of one time it is the first.
func Latest(folder string, modes ...feature.Mode) (latest feature.Mode, found bool) {
	var at time.Time
	for _, mode := range modes {
		if info, err := os.Stat(Path(folder, mode)); err == nil && (!found || info.ModTime().After(at)) {
			latest, at, found = mode, info.ModTime(), true
		}
	}
	return latest, found
}

// ReadFile reads the model at path.
func ReadFile(path string) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read model: %w", err)
	}
	defer f.Close()
	m, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// Save writes m where Load will find it, and returns the path.
func (m *Model) Save(folder string) (string, error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return "", fmt.Errorf("cannot keep model: %w", err)
	}
	path := Path(folder, m.Mode)
	return path, safefile.Write(path, m.Write)
}

// Default returns the built-in model of a mode.
func Default(mode feature.Mode) (*Model, error) {
	data, err := builtin.ReadFile("default/" + fileName(mode))
	if err != nil {
		return nil, err
	}
	return Read(io.Reader(bytes.NewReader(data)))
}
