package protocol

import "bytes"

// line returns the length of the line that begins at b[at] and where the next
// one begins. ok is false if no line end is there; if more may follow, a CR at
// the very end is not one, since its LF may be on the way.
func line(b []byte, at int, more bool) (n, next int, ok bool) {
	rest := b[at:]
	end := bytes.IndexByte(rest, '\n')
	within := rest
	if end >= 0 {
		within = rest[:end]
	}
	switch cr := bytes.IndexByte(within, '\r'); {
	case cr >= 0 && cr+1 == end:
		return cr, at + end + 1, true
	case cr >= 0 && cr+1 == len(rest) && more:
		return len(rest), len(b), false
	case cr >= 0:
		return cr, at + cr + 1, true
	case end >= 0:
		return end, at + end + 1, true
	}
	return len(rest), len(b), false
}

// hasPrefix says whether b begins with s.
func hasPrefix(b []byte, s string) bool {
	return len(b) >= len(s) && string(b[:len(s)]) == s
}

// hasPrefixFold says whether b begins with s, which is in lower case, in any case.
func hasPrefixFold(b []byte, s string) bool {
	if len(b) < len(s) {
		return false
	}
	for i := range len(s) {
		if lower(b[i]) != s[i] {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isPrint(c byte) bool { return 0x20 <= c && c < 0x7f }

// trimLeft drops spaces and tabs from the front of b.
func trimLeft(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	return b
}

// decimal reads the digits that b begins with; ok is false if there are none or
// the number exceeds limit.
func decimal(b []byte, limit int) (n int, ok bool) {
	for i, c := range b {
		if !isDigit(c) {
			return n, i > 0
		}
		if n = n*10 + int(c-'0'); n > limit {
			return 0, false
		}
	}
	return n, len(b) > 0
}

// word returns the first word of b and what follows the space behind it.
func word(b []byte) (first, rest []byte) {
	for i, c := range b {
		if c == ' ' {
			return b[:i], trimLeft(b[i:])
		}
	}
	return b, nil
}
