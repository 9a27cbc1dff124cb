package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

// authority signs certificates in a folder.
type authority struct {
	folder string
	cert   *x509.Certificate
	key    *ecdsa.PrivateKey
}

func (a *authority) make(t *testing.T, name string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if a.cert == nil {
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
		a.cert, a.key = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	keep(t, filepath.Join(a.folder, name+".pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	keep(t, filepath.Join(a.folder, name+".key"), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}))
}

func keep(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// background runs a command line until the test ends.
func background(t *testing.T, args ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(ctx, args, streams{strings.NewReader(""), new(bytes.Buffer), new(bytes.Buffer)})
	}()
	t.Cleanup(func() { cancel(); <-done })
}

// judged has a hub, a worker and who submits do a job, each with a way of showing who they are, and
// checks that who does not is turned away.
func judged(t *testing.T, folder, config string, port string, who ...string) {
	t.Helper()
	keep(t, filepath.Join(folder, "hub.conf"), []byte(config))
	capture := filepath.Join(folder, "a.pcap")
	keep(t, capture, exchanges(0))
	background(t, "hub", "--config", filepath.Join(folder, "hub.conf"))
	for deadline := time.Now().Add(2 * time.Minute); !listens(port) && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
	url := "--nats=nats://127.0.0.1:" + port
	said := new(bytes.Buffer)
	try := func(args ...string) int {
		said.Reset()
		return run(t.Context(), args, streams{strings.NewReader(""), said, said})
	}
	if status := try("submit", url, "--into", "job", capture); status != exitFailed || !strings.Contains(said.String(), "cannot connect") {
		t.Fatalf("whoever does not say who he is: status %d, %s", status, said)
	}
	background(t, append([]string{"worker", url}, who...)...)
	if status := try(append([]string{"submit", url, "--into", "job", capture}, who...)...); status != exitDone {
		t.Fatalf("status %d, %s", status, said)
	}
	out := filepath.Join(folder, "out.jsonl")
	if status := try(append([]string{"collect", url, "--output", out, "job"}, who...)...); status != exitDone {
		t.Fatalf("status %d, %s", status, said)
	}
	verdicts, err := os.ReadFile(out)
	if err != nil || bytes.Count(verdicts, []byte("\n")) != 10 {
		t.Errorf("the verdicts are %s, %v", verdicts, err)
	}
}

// TestTLS: servers and all others show each other certificates.
func TestTLS(t *testing.T) {
	folder := t.TempDir()
	a := &authority{folder: folder}
	for _, name := range []string{"ca", "hub", "client"} {
		a.make(t, name)
	}
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	in := func(name string) string { return filepath.Join(folder, name) }
	config := fmt.Sprintf("listen: \"127.0.0.1:%s\"\nlog_file: %q\njetstream { store_dir: %q }\ntls { cert_file: %q, key_file: %q, ca_file: %q, verify: true }\n",
		port, in("log"), in("store"), in("hub.pem"), in("hub.key"), in("ca.pem"))
	judged(t, folder, config, port, "--tls-ca", in("ca.pem"), "--tls-cert", in("client.pem"), "--tls-key", in("client.key"))
}

// TestCredentials: servers know accounts that an operator signed, and who shows credentials of one.
func TestCredentials(t *testing.T) {
	folder := t.TempDir()
	operator, account, user := pair(t, nkeys.CreateOperator), pair(t, nkeys.CreateAccount), pair(t, nkeys.CreateUser)
	system := pair(t, nkeys.CreateAccount)
	claims := jwt.NewAccountClaims(account.public)
	claims.Limits.JetStreamLimits = jwt.JetStreamLimits{MemoryStorage: jwt.NoLimit, DiskStorage: jwt.NoLimit, Streams: jwt.NoLimit, Consumer: jwt.NoLimit}
	accountToken := signed(t, claims, operator)
	userToken := signed(t, jwt.NewUserClaims(user.public), account)
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	creds, err := jwt.FormatUserConfig(userToken, seed)
	if err != nil {
		t.Fatal(err)
	}
	keep(t, filepath.Join(folder, "user.creds"), creds)
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("listen: \"127.0.0.1:%s\"\nlog_file: %q\njetstream { store_dir: %q }\noperator: %s\nsystem_account: %s\nresolver: MEMORY\nresolver_preload { %s: %s, %s: %s }\n",
		port, filepath.Join(folder, "log"), filepath.Join(folder, "store"), signed(t, jwt.NewOperatorClaims(operator.public), operator),
		system.public, system.public, signed(t, jwt.NewAccountClaims(system.public), operator), account.public, accountToken)
	judged(t, folder, config, port, "--creds", filepath.Join(folder, "user.creds"))
}

// keys is a pair of keys with the public one as text.
type keys struct {
	nkeys.KeyPair
	public string
}

func pair(t *testing.T, create func() (nkeys.KeyPair, error)) keys {
	t.Helper()
	pair, err := create()
	if err != nil {
		t.Fatal(err)
	}
	public, err := pair.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return keys{pair, public}
}

func signed(t *testing.T, c jwt.Claims, by keys) string {
	t.Helper()
	token, err := c.Encode(by)
	if err != nil {
		t.Fatal(err)
	}
	return token
}
