package serve

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"time"

	"botnetdetect/internal/safefile"
)

const certificateLife = 5 * 365 * 24 * time.Hour

// OwnCertificate returns the certificate that a folder keeps. If there is none, or it has
// ended or does not name all names, it makes one: signed by itself, so a browser asks
// once whether to trust it, and Fingerprint is what to compare.
func OwnCertificate(folder string, names []string) (tls.Certificate, error) {
	certificate, key := filepath.Join(folder, "tls.crt"), filepath.Join(folder, "tls.key")
	pair, err := tls.LoadX509KeyPair(certificate, key)
	switch {
	case err == nil && covers(pair.Leaf, names, time.Now()):
		return pair, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return pair, fmt.Errorf("cannot read the certificate: %w; delete %s and %s to get a new one", err, certificate, key)
	}
	public, private, err := makeCertificate(names, time.Now())
	if err != nil {
		return pair, fmt.Errorf("cannot make a certificate: %w", err)
	}
	if err := errors.Join(keep(key, private), keep(certificate, public)); err != nil {
		return pair, err
	}
	return tls.X509KeyPair(public, private)
}

func covers(c *x509.Certificate, names []string, now time.Time) bool {
	for _, name := range names {
		if c.VerifyHostname(name) != nil {
			return false
		}
	}
	return now.Before(c.NotAfter)
}

func makeCertificate(names []string, now time.Time) (public, private []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, err
	}
	c := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "botnetdetect dashboard"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certificateLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, name)
		}
	}
	signed, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		return nil, nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), nil
}

// keep writes a file that only its owner may read.
func keep(path string, data []byte) error {
	return safefile.WritePrivate(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Fingerprint is what a browser shows of a certificate as its SHA-256 fingerprint.
func Fingerprint(c tls.Certificate) string {
	sum := sha256.Sum256(c.Certificate[0])
	return strings.ToUpper(strings.ReplaceAll(fmt.Sprintf("% x", sum), " ", ":"))
}
