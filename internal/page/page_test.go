package page

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

func TestScript(t *testing.T) {
	own := fstest.MapFS{"mine.js": {Data: []byte("const mine = 1;\n")}}
	got, err := Script(own, "dom.js", "mine.js")
	if err != nil {
		t.Fatal(err)
	}
	dom, mine := strings.Index(got, "function el("), strings.Index(got, "const mine")
	if dom < 0 || mine < dom || !strings.HasPrefix(got, `"use strict";`) {
		t.Errorf("the script is not dom.js and then mine.js in strict mode:\n%s", got)
	}
	if _, err := Script(own, "none.js"); err == nil {
		t.Error("a script that is not there was joined")
	}
}

// Of two files of one name, the page's own counts.
func TestOwnFirst(t *testing.T) {
	own := fstest.MapFS{"base.css": {Data: []byte("own")}}
	if got, err := Style(own, "base.css"); err != nil || got != "own" {
		t.Errorf("the style is %q, %v", got, err)
	}
}

// The hash of nothing is what a browser computes.
func TestHash(t *testing.T) {
	const want = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	if got := Hash(""); got != want {
		t.Errorf("hash is %s, want %s", got, want)
	}
}

// Text must be readable on its ground in light and in dark: 4.5 to 1 at least (WCAG 2,
// success criterion 1.4.3).
func TestContrast(t *testing.T) {
	css, err := shared.ReadFile("base.css")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(string(css), -1)
	if len(blocks) != 3 {
		t.Fatalf("the style sheet has %d sets of colours, want light, dark and print", len(blocks))
	}
	for i, block := range blocks {
		colors := make(map[string]float64)
		for _, m := range regexp.MustCompile(`--(\w+): #([0-9a-f]{3,6});`).FindAllStringSubmatch(block[1], -1) {
			colors[m[1]] = luminance(t, m[2])
		}
		for _, text := range []string{"ink", "soft", "botnet", "benign"} {
			for _, ground := range []string{"paper", "raised"} {
				light, dark := max(colors[text], colors[ground]), min(colors[text], colors[ground])
				if contrast := (light + 0.05) / (dark + 0.05); contrast < 4.5 {
					t.Errorf("set %d: %s on %s has a contrast of %.2f", i, text, ground, contrast)
				}
			}
		}
	}
}

// luminance is the relative luminance of a colour in sRGB, as WCAG 2 defines it.
func luminance(t *testing.T, hex string) (sum float64) {
	t.Helper()
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		if c := float64(n) / 255; c <= 0.04045 {
			sum += weight * c / 12.92
		} else {
			sum += weight * math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return sum
}
