package browser

import "encoding/base64"

// Click clicks the middle of the first element that a CSS selector finds, with a mouse.
func (b *Tab) Click(selector string) {
	b.t.Helper()
	x, y := b.point(selector, 0.5, 0.5)
	for _, kind := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
		b.mouse(kind, x, y)
	}
}

// Hover moves the mouse to a place in the first element that a CSS selector finds; right
// and down are shares of its width and height.
func (b *Tab) Hover(selector string, right, down float64) {
	b.t.Helper()
	x, y := b.point(selector, right, down)
	b.mouse("mouseMoved", x, y)
}

// point scrolls to an element, waits until it no longer moves, and returns a place in it
// in pixels of the window.
func (b *Tab) point(selector string, right, down float64) (x, y float64) {
	b.t.Helper()
	box := Eval[struct{ X, Y, Width, Height float64 }](b, `new Promise((done) => {
		const element = `+b.find(selector)+`;
		let last = "";
		const look = () => {
			element.scrollIntoView({ block: "center", behavior: "instant" });
			const { x: X, y: Y, width: Width, height: Height } = element.getBoundingClientRect();
			const now = [X, Y, Width, Height].join();
			if (now === last) return done({ X, Y, Width, Height });
			last = now;
			requestAnimationFrame(() => requestAnimationFrame(look));
		};
		look();
	})`)
	return box.X + right*box.Width, box.Y + down*box.Height
}

func (b *Tab) mouse(kind string, x, y float64) {
	b.t.Helper()
	event := map[string]any{"type": kind, "x": x, "y": y}
	if kind != "mouseMoved" {
		event["button"], event["clickCount"] = "left", 1
	}
	b.call("Input.dispatchMouseEvent", event, nil)
}

// Type puts text in place of what a field holds, as if it were typed.
func (b *Tab) Type(selector, text string) {
	b.t.Helper()
	Eval[any](b, b.find(selector)+".focus(); "+b.find(selector)+".select()")
	if text == "" {
		b.Press("Backspace")
		return
	}
	b.call("Input.insertText", map[string]any{"text": text}, nil)
}

// Choose picks a value in a list.
func (b *Tab) Choose(selector, value string) {
	b.t.Helper()
	Eval[any](b, `(() => {
		const list = `+b.find(selector)+`;
		list.value = `+quoted(value)+`;
		list.dispatchEvent(new Event("change"));
	})()`)
}

// Press presses a key by its name in the DOM: "Tab", "Enter", "ArrowRight".
func (b *Tab) Press(key string) {
	b.t.Helper()
	press := map[string]any{"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": keyCode(key)}
	if key == "Enter" {
		press["text"] = "\r"
	}
	b.call("Input.dispatchKeyEvent", press, nil)
	b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": keyCode(key)}, nil)
}

func keyCode(key string) int {
	codes := map[string]int{
		"Backspace": 8, "Tab": 9, "Enter": 13, "Escape": 27, "End": 35, "Home": 36,
		"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
	}
	return codes[key]
}

// View sets the width of the window in pixels and the preferred colours, "light" or "dark".
func (b *Tab) View(width int, colors string) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{
		"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false,
	}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{
		"features": []map[string]string{{"name": "prefers-color-scheme", "value": colors}},
	}, nil)
}

// Picture returns the whole page as PNG.
func (b *Tab) Picture() []byte {
	b.t.Helper()
	var page struct {
		CSSContentSize struct{ X, Y, Width, Height float64 }
	}
	b.call("Page.getLayoutMetrics", nil, &page)
	all := page.CSSContentSize
	return b.data("Page.captureScreenshot", map[string]any{
		"format": "png", "captureBeyondViewport": true,
		"clip": map[string]any{"x": all.X, "y": all.Y, "width": all.Width, "height": all.Height, "scale": 1},
	})
}

// Print returns the page as PDF.
func (b *Tab) Print() []byte {
	b.t.Helper()
	return b.data("Page.printToPDF", map[string]any{"printBackground": false})
}

func (b *Tab) data(method string, params any) []byte {
	b.t.Helper()
	var outcome struct{ Data string }
	b.call(method, params, &outcome)
	data, err := base64.StdEncoding.DecodeString(outcome.Data)
	if err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	return data
}
