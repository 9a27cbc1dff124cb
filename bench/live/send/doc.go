//go:build !linux

// Command send needs Linux.
package main

func main() { panic("send needs Linux") }
