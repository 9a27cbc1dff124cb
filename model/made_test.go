package model

import (
	"context"
	"strings"
	"testing"
)

func TestMadeTrafficIsOfBothClasses(t *testing.T) {
	made, err := Made(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	benign, botnet := made.Balance()
	if benign < 1000 || botnet < 1000 {
		t.Errorf("%d benign and %d botnet flows, want thousands", benign, botnet)
	}
	for i := range made.Examples {
		e := &made.Examples[i]
		bot := strings.HasPrefix(e.Source, "synthetic_") && e.Source != "synthetic_client"
		if e.Botnet != bot {
			t.Fatalf("flow of %s is botnet: %v", e.Source, e.Botnet)
		}
	}
}

func TestMadeTrafficHeedsItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Made(ctx); err == nil {
		t.Error("read to the end though it was cancelled")
	}
}
