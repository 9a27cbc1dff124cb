// Package layering guards which package may import which; it is a test and nothing else.
package layering
