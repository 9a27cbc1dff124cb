package serve

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const cookieName = "botnetdetect"

// cookie names the session's cookie; over TLS, browsers see to it that no other host or
// plain connection sets it.
func cookie(r *http.Request) string {
	if r.TLS != nil {
		return "__Host-" + cookieName
	}
	return cookieName
}

// allowed lets those in who know the token; others get the page that asks for it, or are
// told so. Without a token, it sees to it that a browser on this machine is not made to
// ask for us under the name of somebody else (DNS rebinding).
func (s *Server) allowed(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case s.config.Token == nil && !s.isOurName(r.Host):
			fail(w, http.StatusMisdirectedRequest, "this is not "+clip(r.Host)+"; if it is, start botnetdetect serve with --host and that name")
		case s.config.Token != nil && !s.known(r):
			if r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") {
				http.Redirect(w, r, "/login", http.StatusSeeOther)
				return
			}
			w.Header().Set("WWW-Authenticate", `Bearer realm="botnetdetect"`)
			fail(w, http.StatusUnauthorized, "log in, or send the token: Authorization: Bearer TOKEN")
		default:
			s.conns.answer(r, func() { next(w, r) })
		}
	}
}

func (s *Server) known(r *http.Request) bool {
	if text, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.config.Token.is(text)
	}
	c, err := r.Cookie(cookie(r))
	return err == nil && s.config.Token.isSession(c.Value, time.Now())
}

// isOurName reports whether a Host header names this machine as only this machine would.
func (s *Server) isOurName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if address, err := netip.ParseAddr(host); err == nil {
		return address.IsLoopback() || slices.Contains(s.config.Hosts, host)
	}
	return host == "localhost" || slices.ContainsFunc(s.config.Hosts, func(h string) bool { return strings.EqualFold(h, host) })
}

func (s *Server) loginPage(w http.ResponseWriter, r *http.Request) {
	if s.config.Token == nil || s.known(r) {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	s.assets.login(w, http.StatusOK, "")
}

// login takes the token from the form.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if s.config.Token == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	if !s.config.Token.is(strings.TrimSpace(r.PostFormValue("token"))) {
		s.log.Warn("somebody came with a wrong token", "from", r.RemoteAddr)
		s.assets.login(w, http.StatusUnauthorized, "That is not the token.")
		return
	}
	s.setCookie(w, r, s.config.Token.session(time.Now()), int(sessionLife/time.Second))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	s.setCookie(w, r, "", -1)
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

func (s *Server) setCookie(w http.ResponseWriter, r *http.Request, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: cookie(r), Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
}
