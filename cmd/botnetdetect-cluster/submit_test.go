package main

import (
	"path/filepath"
	"testing"

	"botnetdetect/feature"
	"botnetdetect/model"
)

// TestSubmitJudgesAsPredict: the features are those that predict would take.
func TestSubmitJudgesAsPredict(t *testing.T) {
	t.Chdir(t.TempDir())
	is := func(about string, s submit, want feature.Mode) {
		t.Helper()
		if m, err := s.model(); err != nil || m.Mode != want {
			t.Errorf("%s: %v, want %s", about, err, want)
		}
	}
	is("nothing said", submit{}, feature.Behavioural)
	is("--csv", submit{csv: true}, feature.Agnostic)
	is("--engine tshark", submit{engine: "tshark"}, feature.Aware)
	is("--features reference", submit{features: "reference"}, feature.Aware)

	own, err := model.Default(feature.Aware)
	if err != nil {
		t.Fatal(err)
	}
	path, err := own.Save(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	is("--model", submit{modelFile: path}, feature.Aware)
	if _, err := (&submit{modelFile: path, features: "behaviour"}).model(); err == nil {
		t.Error("a model of the reference's features is taken for one of behaviour")
	}
	if _, err := (&submit{features: "magic"}).model(); err == nil {
		t.Error("--features magic is taken")
	}
	if path, err = own.Save(model.Folder); err != nil || filepath.Dir(path) != model.Folder {
		t.Fatal(path, err)
	}
	is("a model trained here", submit{}, feature.Aware)
	is("a model trained here, and --features behaviour", submit{features: "behaviour"}, feature.Behavioural)
}
