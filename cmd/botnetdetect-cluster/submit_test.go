package main

import (
	"bytes"
	"path/filepath"
	"strings"
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

// TestPasswordsAreNotShown: neither when nobody answers nor by --help.
func TestPasswordsAreNotShown(t *testing.T) {
	t.Setenv("NATS_URL", "nats://worker:secret@127.0.0.1:1, nats://token@127.0.0.1:2")
	said := new(bytes.Buffer)
	for args, want := range map[string]string{"status job": "nats://127.0.0.1:1,nats://127.0.0.1:2", "status --help": "--nats URL"} {
		said.Reset()
		run(t.Context(), strings.Fields(args), streams{strings.NewReader(""), said, said})
		if !strings.Contains(said.String(), want) || strings.Contains(said.String(), "secret") || strings.Contains(said.String(), "token@") {
			t.Errorf("%s: %s", args, said)
		}
	}
}
