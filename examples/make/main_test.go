package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestExamplesAreWhatThisMakes(t *testing.T) {
	for name, want := range captures() {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what this program makes; run: go run ./examples/make examples", name)
		}
	}
}
