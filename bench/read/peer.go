//go:build linux

package main

import (
	"os"
	"path/filepath"

	"botnetdetect/capture"
)

// peer is one program that reads a capture.
type peer struct {
	name string
	slow bool // read in the first round only
	args func(capture string) []string
	pipe bool // the capture comes through standard input, by way of cat
}

// ours is the peer that the others are measured against.
const ours = "botnetdetect, flow table"

var peers = []peer{
	{name: "plain read of the file", args: child("plain")},
	{name: ours, args: child("table")},
	{name: "botnetdetect, flow table, one core", args: child("one")},
	{name: "botnetdetect, flow table, cat CAPTURE |", pipe: true, args: func(string) []string { return child("table")("-") }},
	{name: "capinfos", args: func(c string) []string { return []string{"capinfos", c} }},
	{name: "ndpiReader", args: func(c string) []string { return []string{"ndpiReader", "-q", "-i", c} }},
	{name: "tshark, one line a packet", slow: true, args: func(c string) []string { return []string{"tshark", "-n", "-r", c} }},
	{name: "tshark -T fields", slow: true, args: func(c string) []string {
		return []string{"tshark", "-n", "-r", c, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len",
			"-e", "_ws.col.Source", "-e", "_ws.col.Destination", "-e", "_ws.col.Protocol", "-e", "dns.a"}
	}},
}

// child makes this program one of those measured.
func child(what string) func(capture string) []string {
	return func(capture string) []string { return []string{self(), "-child", what, capture} }
}

// floors are the peers that only unpack a compressed capture.
var floors = map[capture.Format]peer{
	capture.Zstd: {name: "zstd -dc", args: func(c string) []string { return []string{"zstd", "-dcq", c} }},
	capture.Gzip: {name: "gzip -dc", args: func(c string) []string { return []string{"gzip", "-dc", c} }},
}

// extractors are the programs that turn a capture into features, from start to end.
func extractors(program string) []peer {
	judge := func(features string) func(c string) []string {
		return func(c string) []string {
			return []string{program, "--predict", "--features", features, "--output", "stdout", c}
		}
	}
	script := filepath.Join("bench", "read", "reference.py")
	return []peer{
		{name: "botnetdetect, the reference's features and verdicts", args: judge("reference")},
		{name: "botnetdetect, behaviour and verdicts", args: judge("behaviour")},
		{name: "tshark and Python, features", slow: true, args: func(c string) []string { return []string{"python3", script, c} }},
	}
}

func self() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}
