//go:build !linux

package slab

func advise(start, bytes uintptr) {}
