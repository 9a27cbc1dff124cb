// Package serve measures the dashboard with 10,000 hosts and 100 updates a second:
//
//	go test ./bench/serve -run '^$' -bench . -benchtime 200x
//
// BenchmarkAnswers is what a client waits for; BenchmarkPage what a reader waits for, in
// Chromium, from the click or key to the next frame on the screen.
package serve
