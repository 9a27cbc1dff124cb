package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestBuiltInTable: the table that is built in has made and real hosts of BitTorrent and of botnets, and AUCs are said of both.
func TestBuiltInTable(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"../../../model/default/behaviour.csv.gz"}, &out); err != nil {
		t.Fatal(err)
	}
	for _, app := range []string{"bittorrent", botnets} {
		_, row, _ := strings.Cut(out.String(), "| "+app+" |")
		row, _, _ = strings.Cut(row, "\n")
		if cells := strings.Split(row, "|"); len(cells) != 6 || strings.TrimSpace(cells[3]) == "" || !strings.Contains(cells[4], "`host.") {
			t.Errorf("%s: %q", app, row)
		}
	}
	if run(t.Context(), nil, &out) == nil {
		t.Error("no table was enough")
	}
}
