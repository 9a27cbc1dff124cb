// Package terminal makes text from outside fit to be shown to people.
package terminal

import (
	"strings"
	"unicode"
)

// Printable makes text from outside, such as a file's name, safe for a terminal: control
// characters and invisible ones become '�'.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' || unicode.Is(unicode.Cf, r) {
			return '�'
		}
		return r
	}, s)
}
