package cluster_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"botnetdetect/cluster"
)

// TestRoot: a worker that is kept to a folder opens nothing outside it.
func TestRoot(t *testing.T) {
	folder := t.TempDir()
	inside := filepath.Join(folder, "captures")
	if err := os.Mkdir(inside, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(inside, "a.pcap"), filepath.Join(folder, "secret")} {
		if err := os.WriteFile(path, []byte("x"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(folder, "secret"), filepath.Join(inside, "link")); err != nil {
		t.Skip(err)
	}
	f := func(path string, opens bool) {
		t.Helper()
		r, err := cluster.Files{Root: inside}.Open(context.Background(), path)
		if (err == nil) != opens || err != nil && !errors.Is(err, cluster.ErrUnreachable) {
			t.Errorf("%s: %v", path, err)
		}
		if err == nil {
			_ = r.Close()
		}
	}
	f("a.pcap", true)
	f(filepath.Join(inside, "a.pcap"), true)
	f("../secret", false)
	f(filepath.Join(folder, "secret"), false)
	f("link", false)
	f("/etc/passwd", false)
}

// TestS3 reads a capture from a server that speaks as much of S3's language as that takes.
func TestS3(t *testing.T) {
	data := swarm(1, 50)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/bucket/dir/a.pcap":
			w.Header().Set("ETag", `"1"`)
			http.ServeContent(w, r, "", time.Unix(1, 0), strings.NewReader(string(data)))
		case strings.HasPrefix(r.URL.Path, "/bucket/") && r.URL.Query().Get("list-type") == "2":
			_, _ = io.WriteString(w, `<ListBucketResult><Name>bucket</Name><Contents><Key>dir/a.pcap</Key><Size>7</Size></Contents></ListBucketResult>`)
		default:
			http.Error(w, "no", http.StatusNotFound)
		}
	}))
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_REGION", "local")
	ctx := timeout(t, 5*time.Minute)
	listed, err := cluster.S3{}.List(ctx, "s3://bucket/dir/")
	if err != nil || len(listed) != 1 || listed[0].Path != "s3://bucket/dir/a.pcap" || listed[0].Bytes != 7 {
		t.Fatalf("listed %v, %v", listed, err)
	}
	one, err := cluster.S3{}.List(ctx, "s3://bucket/dir/a.pcap")
	if err != nil || one[0].Bytes != int64(len(data)) {
		t.Fatalf("listed %v, %v", one, err)
	}
	r, err := cluster.Sources{}.Open(ctx, "s3://bucket/dir/a.pcap")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if got, err := io.ReadAll(r); err != nil || string(got) != string(data) {
		t.Errorf("%d bytes, want %d: %v", len(got), len(data), err)
	}
	lost, err := cluster.Sources{}.Open(ctx, "s3://bucket/none")
	if err == nil {
		_, err = io.ReadAll(lost)
	}
	if !errors.Is(err, cluster.ErrUnreachable) {
		t.Errorf("error is %v", err)
	}
}
