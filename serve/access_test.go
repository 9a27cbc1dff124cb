package serve

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const secret = "a token that is hard to guess"

func withToken(t testing.TB) func(*Config) {
	token, err := NewToken(secret)
	if err != nil {
		t.Fatal(err)
	}
	return func(c *Config) { c.Token = token }
}

func TestHeaders(t *testing.T) {
	s := newServer(t, nil)
	for _, path := range []string{"/", "/app.js", "/app.css", "/api/hosts", "/login", "/none", "/icon.svg"} {
		_, header, _ := get(s, "GET", path, "")
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'", "X-Content-Type-Options": "nosniff",
			"X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if strings.Contains(header.Get("Content-Security-Policy"), "unsafe") || header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: the policy is loose: %v", path, header)
		}
	}
}

// Without the token, nothing is to be had but the page that asks for it.
func TestToken(t *testing.T) {
	s := newServer(t, withToken(t))
	s.See(sighting("10.0.0.1", 3))
	f := func(method, path string, want int, header ...string) {
		t.Helper()
		got, _, body := get(s, method, path, "{}", header...)
		if got != want || got != http.StatusOK && strings.Contains(body, "10.0.0.1") {
			t.Errorf("%s %s %v: status %d, want %d: %s", method, path, header, got, want, body)
		}
	}
	for _, path := range []string{"/", "/app.js", "/api/hosts", "/api/host?source=eth0&host=10.0.0.1", "/api/events", "/metrics", "/healthz", "/reports/x", "/none", "/api/../api/hosts", "//api/hosts"} {
		method := "GET"
		want := http.StatusUnauthorized
		if strings.Contains(path, "..") || strings.HasPrefix(path, "//") {
			want = http.StatusTemporaryRedirect // to the clean path
		}
		f(method, path, want)
		f(method, path, want, "Authorization", "Bearer wrong")
		f(method, path, want, "Cookie", "botnetdetect=9999999999.AAAA")
	}
	for _, path := range []string{"/api/triage", "/api/uploads"} {
		f("POST", path, http.StatusUnauthorized)
	}
	f("GET", "/", http.StatusSeeOther, "Accept", "text/html")
	f("GET", "/login", http.StatusOK)
	f("GET", "/app.css", http.StatusOK)
	f("GET", "/api/hosts", http.StatusOK, "Authorization", "Bearer "+secret)
	f("GET", "/healthz", http.StatusOK, "Authorization", "Bearer "+secret)
}

func TestLogin(t *testing.T) {
	s := newServer(t, withToken(t))
	form := func(token string) string { return url.Values{"token": {token}}.Encode() }
	const kind = "application/x-www-form-urlencoded"
	if status, header, _ := get(s, "POST", "/login", form("wrong"), "Content-Type", kind); status != http.StatusUnauthorized || header.Get("Set-Cookie") != "" {
		t.Errorf("a wrong token: status %d, cookie %q", status, header.Get("Set-Cookie"))
	}
	status, header, _ := get(s, "POST", "/login", form(secret), "Content-Type", kind)
	set := header.Get("Set-Cookie")
	if status != http.StatusSeeOther || !strings.Contains(set, "HttpOnly") || !strings.Contains(set, "SameSite=Lax") || strings.Contains(set, secret) {
		t.Fatalf("the right token: status %d, cookie %q", status, set)
	}
	cookie, _, _ := strings.Cut(set, ";")
	if status, _, _ := get(s, "GET", "/api/hosts", "", "Cookie", cookie); status != http.StatusOK {
		t.Errorf("with the session: status %d", status)
	}
	if status, _, _ := get(s, "GET", "/api/hosts", "", "Cookie", cookie[:len(cookie)-2]+"AA"); status != http.StatusUnauthorized {
		t.Errorf("with a forged session: status %d", status)
	}
	if status, header, _ = get(s, "POST", "/logout", "", "Cookie", cookie); status != http.StatusSeeOther || !strings.Contains(header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("logging out: status %d, cookie %q", status, header.Get("Set-Cookie"))
	}
}

func TestSessionEnds(t *testing.T) {
	token, err := NewToken(secret)
	if err != nil {
		t.Fatal(err)
	}
	session := token.session(noon)
	if !token.isSession(session, noon.Add(sessionLife-time.Second)) || token.isSession(session, noon.Add(sessionLife)) {
		t.Error("a session does not end when it should")
	}
	other, err := NewToken("another token, hard to guess")
	if err != nil {
		t.Fatal(err)
	}
	if other.isSession(session, noon) {
		t.Error("a session outlives its token")
	}
	if _, err := NewToken("short"); err == nil {
		t.Error("a token that can be guessed was taken")
	}
}

func TestKeptToken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token.sha256")
	made, text, err := KeptToken(path)
	if err != nil || len(text) < LeastToken || !made.is(text) {
		t.Fatalf("the token %q: %v", text, err)
	}
	kept, again, err := KeptToken(path)
	if err != nil || again != "" || !kept.is(text) || kept.is("") {
		t.Errorf("the second time: text %q, %v", again, err)
	}
	if data, err := os.ReadFile(path); err != nil || strings.Contains(string(data), text) {
		t.Errorf("the file holds the token itself: %v", err)
	}
	if err := os.WriteFile(path, []byte("odd"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := KeptToken(path); err == nil {
		t.Error("a damaged file was taken for a token")
	}
}

// A browser that another site sends here, or that asks for us by another name, gets
// nothing and changes nothing.
func TestOtherSites(t *testing.T) {
	s := newServer(t, nil)
	s.See(sighting("10.0.0.1", 3))
	const mark = `{"source":"eth0","host":"10.0.0.1","state":"allowed","note":""}`
	f := func(what string, want int, header ...string) {
		t.Helper()
		if got, _, body := get(s, "POST", "/api/triage", mark, header...); got != want {
			t.Errorf("%s: status %d, want %d: %s", what, got, want, body)
		}
	}
	f("a form of another site", http.StatusForbidden, "Content-Type", "application/json", "Sec-Fetch-Site", "cross-site")
	f("a form of a neighbour", http.StatusForbidden, "Content-Type", "application/json", "Sec-Fetch-Site", "same-site")
	f("another origin", http.StatusForbidden, "Content-Type", "application/json", "Origin", "http://evil.example")
	f("a plain form", http.StatusUnsupportedMediaType, "Content-Type", "text/plain")
	f("another name", http.StatusMisdirectedRequest, "Content-Type", "application/json", "Host", "evil.example")
	f("an address that looks local", http.StatusMisdirectedRequest, "Content-Type", "application/json", "Host", "127.0.0.1.evil.example:80")
	if h := s.config.Store.Hosts()[0]; h.Triage.State != "" {
		t.Errorf("the host is now %q", h.Triage.State)
	}
	f("our own page", http.StatusOK, "Content-Type", "application/json", "Sec-Fetch-Site", "same-origin", "Host", "127.0.0.1:8417")
	f("our own page, IPv6", http.StatusOK, "Content-Type", "application/json", "Host", "[::1]:8417")
	s = newServer(t, func(c *Config) { c.Hosts = []string{"watch.example.org"} })
	if got, _, _ := get(s, "GET", "/api/hosts", "", "Host", "Watch.example.org"); got != http.StatusOK {
		t.Errorf("a name that was allowed: status %d", got)
	}
}

// The certificate that is made serves for its names, and is kept.
func TestOwnCertificate(t *testing.T) {
	folder := t.TempDir()
	made, err := OwnCertificate(folder, []string{"watch.example.org", "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := OwnCertificate(folder, []string{"127.0.0.1"})
	if err != nil || Fingerprint(kept) != Fingerprint(made) {
		t.Errorf("the second time it is another one: %v", err)
	}
	if info, err := os.Stat(filepath.Join(folder, "tls.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", info.Mode(), err)
	}
	wider, err := OwnCertificate(folder, []string{"127.0.0.1", "other.example.org"})
	if err != nil || Fingerprint(wider) == Fingerprint(made) {
		t.Errorf("it does not name a new name: %v", err)
	}
	server := httptest.NewUnstartedServer(newServer(t, withToken(t)).Handler())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{wider}}
	server.StartTLS()
	defer server.Close()
	pool := http.DefaultTransport.(*http.Transport).Clone()
	roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs.Clone()
	leaf := wider.Leaf
	roots.AddCert(leaf)
	pool.TLSClientConfig = &tls.Config{RootCAs: roots}
	client := &http.Client{Transport: pool, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(server.URL+"/login", url.Values{"token": {secret}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if set := answer.Header.Get("Set-Cookie"); !strings.HasPrefix(set, "__Host-") || !strings.Contains(set, "Secure") {
		t.Errorf("over TLS the cookie is %q", set)
	}
}
