package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestMissingTemp(t *testing.T) {
	var out, errs bytes.Buffer
	status := run(context.Background(), []string{"--temp", "no-such", "a.pcap"}, streams{in: strings.NewReader(""), out: &out, err: &errs})
	if want := "--temp no-such: want a folder that exists"; status != exitUsage || !strings.Contains(errs.String(), want) {
		t.Errorf("status %d; it said %q, want %q", status, &errs, want)
	}
}
