package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3Prefix begins the paths of captures in S3-compatible storage: s3://bucket/key.
const S3Prefix = "s3://"

const maxListed = 1 << 24

// S3 opens captures in S3-compatible storage. Where that is and who asks, it takes from the
// environment variables that other programs take it from: AWS_ENDPOINT_URL (default Amazon),
// AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; without a key it
// asks as nobody.
type S3 struct{}

func (S3) client() (*minio.Client, error) {
	host, secure := "s3.amazonaws.com", true
	if endpoint := os.Getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		u, err := url.Parse(endpoint)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("AWS_ENDPOINT_URL is %.100q: want a URL such as https://storage.example:9000", endpoint)
		}
		host, secure = u.Host, u.Scheme == "https"
	}
	return minio.New(host, &minio.Options{Creds: credentials.NewEnvAWS(), Secure: secure, Region: os.Getenv("AWS_REGION")})
}

// parseS3 parts s3://bucket/key.
func parseS3(path string) (bucket, key string, err error) {
	rest, ok := strings.CutPrefix(path, S3Prefix)
	if bucket, key, _ = strings.Cut(rest, "/"); !ok || bucket == "" {
		return "", "", fmt.Errorf("%.200q: want s3://bucket/key", path)
	}
	return bucket, key, nil
}

// Open opens an object.
func (s S3) Open(ctx context.Context, path string) (io.ReadCloser, error) {
	bucket, key, err := parseS3(path)
	if err != nil {
		return nil, err
	}
	client, err := s.client()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	object, err := client.GetObject(ctx, bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return remote{object}, nil
}

// remote marks errors of reading from afar.
type remote struct{ io.ReadCloser }

func (r remote) Read(p []byte) (n int, err error) {
	if n, err = r.ReadCloser.Read(p); err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return n, err
}

// List returns the objects that a path names: one, or all below a path that ends in "/".
func (s S3) List(ctx context.Context, path string) (all []Capture, err error) {
	bucket, key, err := parseS3(path)
	if err != nil {
		return nil, err
	}
	client, err := s.client()
	if err != nil {
		return nil, err
	}
	if key != "" && !strings.HasSuffix(key, "/") {
		about, err := client.StatObject(ctx, bucket, key, minio.StatObjectOptions{})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return []Capture{{Path: path, Bytes: about.Size}}, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for object := range client.ListObjects(ctx, bucket, minio.ListObjectsOptions{Prefix: key, Recursive: true}) {
		if object.Err != nil {
			return nil, fmt.Errorf("%s: %w", path, object.Err)
		}
		if len(all) == maxListed {
			return nil, fmt.Errorf("%s: more than %d objects; submit them in several jobs", path, maxListed)
		}
		all = append(all, Capture{Path: S3Prefix + bucket + "/" + object.Key, Bytes: object.Size})
	}
	return all, nil
}

// Sources opens captures of the file system, and of S3-compatible storage.
type Sources struct {
	Files Files
	S3    S3
}

// Open opens what a path names.
func (s Sources) Open(ctx context.Context, path string) (io.ReadCloser, error) {
	if strings.HasPrefix(path, S3Prefix) {
		return s.S3.Open(ctx, path)
	}
	return s.Files.Open(ctx, path)
}
