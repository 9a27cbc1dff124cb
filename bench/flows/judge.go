//go:build unix

package main

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// judge has a capture judged by the whole program under several ceilings.
func judge(pairs int, ceilings []string, folder string) (err error) {
	folder, err = os.MkdirTemp(folder, "bench-flows-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	capture := filepath.Join(folder, "made.pcap")
	if err := prepare(pairs, folder, capture); err != nil {
		return err
	}
	fmt.Println("   memory   seconds   peak MiB   verdicts   sha256 of the verdicts")
	first := ""
	for _, ceiling := range ceilings {
		sum, err := run(folder, capture, ceiling)
		if err != nil {
			return err
		}
		if first == "" {
			first = sum
		}
		if sum != first {
			return fmt.Errorf("the verdicts under %s differ from those under %s", ceiling, ceilings[0])
		}
	}
	return nil
}

// prepare builds the program and makes the capture.
func prepare(pairs int, folder, capture string) error {
	build := exec.Command("go", "build", "-o", folder, "botnetdetect/cmd/botnetdetect", "botnetdetect/bench/capturegen")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("cannot build: %w", err)
	}
	generate := exec.Command(filepath.Join(folder, "capturegen"), "-size", "1MB", "-pairs", strconv.Itoa(pairs), "-mean", "80", "-o", capture)
	generate.Stderr = os.Stderr
	if err := generate.Run(); err != nil {
		return fmt.Errorf("cannot make a capture: %w", err)
	}
	return nil
}

// run judges the capture once, prints what it took, and returns a hash of the verdicts.
func run(folder, capture, ceiling string) (sum string, err error) {
	output := filepath.Join(folder, "verdicts.txt")
	args := []string{"--quiet", "--temp", folder, "--output", output, capture}
	if ceiling != "" {
		args = append([]string{"--memory", ceiling}, args...)
	}
	cmd := exec.Command(filepath.Join(folder, "botnetdetect"), args...)
	cmd.Stderr = os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return "", err
	}
	took := time.Since(start).Seconds()
	lines, sum, err := digest(output)
	memory := int64(0)
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		memory = usage.Maxrss >> 10
	}
	fmt.Printf("%9s  %8.1f  %9d  %9d   %s\n", ceiling, took, memory, lines, sum)
	return sum, err
}

// digest counts a file's lines and hashes it.
func digest(path string) (lines int, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(f, h), 1<<20)
	for {
		line, err := in.ReadSlice('\n')
		if len(line) > 0 && line[len(line)-1] == '\n' {
			lines++
		}
		if err == io.EOF {
			return lines, fmt.Sprintf("%x", h.Sum(nil)), nil
		}
		if err != nil && err != bufio.ErrBufferFull {
			return lines, "", err
		}
	}
}
