package serve

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"botnetdetect/internal/safefile"
)

// Token is what somebody must know to come in. Only its hash is kept.
type Token struct{ hash [sha256.Size]byte }

// LeastToken is how many characters a token has at least that people made up.
const LeastToken = 20

// NewToken returns a token of this text, which must be hard to guess.
func NewToken(text string) (*Token, error) {
	if len(text) < LeastToken {
		return nil, fmt.Errorf("a token of %d characters can be guessed: want at least %d", len(text), LeastToken)
	}
	return &Token{sha256.Sum256([]byte(text))}, nil
}

// KeptToken returns the token whose hash a file keeps. If there is no such file, it makes
// a token up, keeps its hash, and returns its text too: the only time that it is known.
func KeptToken(path string) (t *Token, text string, err error) {
	kept, err := os.ReadFile(path)
	switch {
	case err == nil:
		hash, err := hex.DecodeString(strings.TrimSpace(string(kept)))
		if err != nil || len(hash) != sha256.Size {
			return nil, "", fmt.Errorf("%s keeps no token: delete it to get a new one", path)
		}
		return &Token{[sha256.Size]byte(hash)}, "", nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, "", fmt.Errorf("cannot read the token: %w", err)
	}
	text = rand.Text() // 128 bits and more
	t = &Token{sha256.Sum256([]byte(text))}
	err = safefile.WritePrivate(path, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%x\n", t.hash)
		return err
	})
	return t, text, err
}

// is reports whether text is the token, in a time that says nothing of it.
func (t *Token) is(text string) bool {
	hash := sha256.Sum256([]byte(text))
	return subtle.ConstantTimeCompare(hash[:], t.hash[:]) == 1
}

const sessionLife = 7 * 24 * time.Hour

// session returns what a browser shows from now on in place of the token. It ends after
// sessionLife, and when the token changes; a restart does not end it.
func (t *Token) session(now time.Time) string {
	until := strconv.FormatInt(now.Add(sessionLife).Unix(), 10)
	return until + "." + t.seal(until)
}

func (t *Token) isSession(text string, now time.Time) bool {
	until, seal, _ := strings.Cut(text, ".")
	end, err := strconv.ParseInt(until, 10, 64)
	return err == nil && now.Unix() < end && hmac.Equal([]byte(seal), []byte(t.seal(until)))
}

func (t *Token) seal(until string) string {
	mac := hmac.New(sha256.New, t.hash[:])
	fmt.Fprint(mac, "session until ", until)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
