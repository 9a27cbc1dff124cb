package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"botnetdetect/history"
)

// Allowed is what people have allow-listed on the page.
type Allowed struct {
	Hosts   []history.Key // each of one source
	Entries []string      // addresses and networks, wherever they are seen
}

// allow puts an address or a network on the allow-list.
func (s *Server) allow(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Entry string `json:"entry"`
		Note  string `json:"note"`
	}
	if !take(w, r, &ask) {
		return
	}
	entry, err := entryOf(ask.Entry)
	if err == nil && len(ask.Note) > history.MaxNote {
		err = fmt.Errorf("a note has at most %d bytes", history.MaxNote)
	}
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	s.granted(w, s.config.Store.PutGrant(entry, ask.Note))
}

// disallow takes an entry off the allow-list.
func (s *Server) disallow(w http.ResponseWriter, r *http.Request) {
	s.granted(w, s.config.Store.DropGrant(r.URL.Query().Get("entry")))
}

// granted answers with the allow-list as it is now, and tells who has to know.
func (s *Server) granted(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, history.ErrUnknown):
		fail(w, http.StatusNotFound, "that is not on the list")
	case errors.Is(err, history.ErrFull):
		fail(w, http.StatusConflict, err.Error())
	case err != nil:
		s.log.Error("cannot keep the allow-list", "error", err)
		fail(w, http.StatusInsufficientStorage, "not kept: "+err.Error())
	default:
		s.tellAllowed()
		grants := s.config.Store.Grants()
		if text, err := json.Marshal(grants); err == nil {
			s.hub.tell("grants", text)
		}
		give(w, grants)
	}
}

// entryOf returns an address or a network as it is kept. A file is none: it would be one of
// this machine.
func entryOf(text string) (string, error) {
	text = strings.TrimSpace(text)
	if p, err := netip.ParsePrefix(text); err == nil && p.Bits() > 0 {
		return p.Masked().String(), nil
	}
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		return a.Unmap().String(), nil
	}
	return "", fmt.Errorf("%q is neither an address nor a network; want 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32", clip(text))
}

// entries are the addresses and networks on the allow-list.
func (s *Server) entries() []string {
	grants := s.config.Store.Grants()
	all := make([]string, 0, len(grants))
	for i := range grants {
		all = append(all, grants[i].Entry)
	}
	return all
}
