package protocol

// httpType says what the first line of a message is.
type httpType uint8

const (
	httpOther httpType = iota
	httpRequest
	httpResponse
	httpNotification // SSDP and GENA
)

// httpMethods are the request methods that tshark 4.0 knows, of HTTP, WebDAV,
// UPnP, Exchange and RPC over HTTP.
var httpMethods = [...]string{
	"GET", "PUT", "COPY", "HEAD", "LOCK", "MOVE", "POLL", "POST", "BCOPY", "BMOVE", "MKCOL", "TRACE", "PATCH", "LABEL",
	"MERGE", "DELETE", "SEARCH", "UNLOCK", "REPORT", "UPDATE", "NOTIFY", "BDELETE", "CONNECT", "OPTIONS", "CHECKIN",
	"PROPFIND", "CHECKOUT", "CCM_POST", "SUBSCRIBE", "PROPPATCH", "BPROPFIND", "BPROPPATCH", "UNCHECKOUT",
	"MKACTIVITY", "MKWORKSPACE", "UNSUBSCRIBE", "RPC_CONNECT", "RPC_IN_DATA", "RPC_OUT_DATA", "M-SEARCH",
	"VERSION-CONTROL", "BASELINE-CONTROL", "SSTP_DUPLEX_POST", "SOURCE", "MSEARCH", "X-MS-ENUMATTS",
}

func httpKind(first []byte) httpType {
	if hasPrefix(first, "HTTP/") || hasPrefix(first, "ICY") {
		return httpResponse
	}
	method, _ := word(first)
	if len(method) < 3 || len(method) > 16 || len(method) == len(first) {
		return httpOther
	}
	for _, m := range httpMethods {
		if string(method) == m {
			if m == "NOTIFY" || m == "M-SEARCH" {
				return httpNotification
			}
			return httpRequest
		}
	}
	return httpOther
}

func requestState(first []byte) uint16 {
	switch {
	case hasPrefix(first, "HEAD "):
		return httpHead
	case hasPrefix(first, "CONNECT "):
		return httpConnect
	}
	return 0
}

// headers is what naming needs of a message's head.
type headers struct {
	size      int // bytes up to the body
	status    int
	length    int
	hasLength bool
	chunked   bool
	whole     bool
	tunnel    bool // RPC over HTTP, whose body never ends
	text      bool // the body is text of some kind
	// description says that the body is a session description (SDP).
	description bool
	// media is the message's name with a body of its media type.
	media ID
	// upgrade is the name of the protocol that the connection switches to.
	upgrade ID
	// chunksEnd is where the body ends in the message, if chunked and whole.
	chunksEnd int
}

// readHeaders reads a message's first line and headers.
func readHeaders(b []byte) (h headers) {
	h.media = HTTP
	_, at, _ := line(b, 0, false)
	h.tunnel = hasPrefix(b, "RPC_IN_DATA") || hasPrefix(b, "RPC_OUT_DATA")
	if hasPrefix(b, "HTTP/") {
		_, rest := word(b[:at])
		h.status, _ = decimal(rest, 999)
	}
	for at < len(b) {
		n, next, ok := line(b, at, true)
		if !ok {
			h.size = len(b)
			return h
		}
		if n == 0 {
			h.size, h.whole = next, true
			return h
		}
		h.field(b[at : at+n])
		at = next
	}
	h.size = len(b)
	return h
}

// field notes one header.
func (h *headers) field(f []byte) {
	switch lower(f[0]) {
	case 'c':
		switch {
		case hasPrefixFold(f, "content-length:"):
			h.length, h.hasLength = decimal(trimLeft(f[15:]), 1<<31-1)
		case hasPrefixFold(f, "content-type:"):
			t := trimLeft(f[13:])
			h.media = mediaName(t)
			h.text = hasPrefixFold(t, "text/")
			h.description = hasPrefixFold(t, "application/sdp")
			h.tunnel = h.tunnel || hasPrefixFold(t, "application/rpc")
		}
	case 't':
		if hasPrefixFold(f, "transfer-encoding:") {
			h.chunked = hasPrefixFold(trimLeft(f[18:]), "chunked")
		}
	case 'u':
		if hasPrefixFold(f, "upgrade:") && hasPrefixFold(trimLeft(f[8:]), "websocket") {
			h.upgrade = WebSocket
		}
	}
}

// applicationNames are the media types below application/ whose dissectors change the name.
var applicationNames = [...]struct {
	prefix string
	name   ID
}{
	{"json", HTTPJSON},
	{"xml", HTTPXML},
	{"soap+xml", HTTPXML},
	{"xhtml+xml", HTTPXML},
	{"rss+xml", HTTPXML},
	{"atom+xml", HTTPXML},
	{"ocsp-re", OCSP},
	{"pkix-crl", PKIXCRL},
	{"dns-message", DoH},
}

// mediaName returns the name of an HTTP message with a body of a media type.
func mediaName(t []byte) ID {
	const application = "application/"
	switch {
	case hasPrefixFold(t, application):
		for i := range applicationNames {
			if m := &applicationNames[i]; hasPrefixFold(t[len(application):], m.prefix) {
				return m.name
			}
		}
	case hasPrefixFold(t, "text/xml"), hasPrefixFold(t, "image/svg+xml"):
		return HTTPXML
	}
	return HTTP
}

const xmlDeclaration = "<?xml"

// name returns the name of a message b with a body: XML shows in text too.
func (h *headers) name(b []byte) ID {
	if h.text && h.size < len(b) && hasPrefix(b[h.size:], xmlDeclaration) {
		return HTTPXML
	}
	return h.media
}
