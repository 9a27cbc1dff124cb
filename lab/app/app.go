// Package app holds the applications that the lab records, one file each: a scene that
// sets observed hosts and peers up, and the roles of those peers and hosts that are
// written here because no program suits.
//
// All lists the applications. A scene starts programs, or roles, which are this program
// again, run in a namespace.
package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"

	"botnetdetect/lab/internal/recording"
)

// Application is one kind of traffic.
type Application struct {
	Name        string   // the capture's folder is lab_NAME
	What        string   // one line for people
	Packages    []string // of Debian; the first is the one whose version counts
	Module      string   // of Go, instead of a package; neither: written here
	Accelerated string   // which timers are shorter than usual; empty: none
	Scene       func(*recording.Recording)
}

// All lists every application, by name.
func All() []Application {
	all := slices.Concat(filesharing(), overlays(), lookalikes())
	slices.SortFunc(all, func(a, b Application) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Choose returns the applications of these names, or all when there are none.
func Choose(names []string) ([]Application, error) {
	all := All()
	if len(names) == 0 {
		return all, nil
	}
	var chosen []Application
	for _, name := range names {
		i := slices.IndexFunc(all, func(a Application) bool { return a.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("no application %q; \"lab list\" shows which there are", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

// Version tells which release of the software was recorded.
func (a Application) Version() string {
	switch {
	case len(a.Packages) > 0:
		out, _ := exec.Command("dpkg-query", "-W", "-f", "${Package} ${Version}", a.Packages[0]).Output()
		return string(bytes.TrimSpace(out))
	case a.Module != "":
		return moduleVersion(a.Module)
	default:
		return "written here"
	}
}

func moduleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return path
	}
	for _, m := range info.Deps {
		if m.Path == path {
			return m.Path + " " + m.Version
		}
	}
	return path
}

// Install installs the Debian packages of all applications.
func Install(ctx context.Context, log io.Writer) error {
	var packages []string
	for _, a := range All() {
		packages = append(packages, a.Packages...)
	}
	slices.Sort(packages)
	args := append([]string{"install", "-y", "-qq", "--no-install-recommends", "iproute2", "procps"}, slices.Compact(packages)...)
	c := exec.CommandContext(ctx, "apt-get", args...)
	c.Env = append(c.Environ(), "DEBIAN_FRONTEND=noninteractive")
	c.Stdout, c.Stderr = log, log
	if err := c.Run(); err != nil {
		return fmt.Errorf("apt-get %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// Role runs the role of that name with its parameters in JSON, until ctx ends.
func Role(ctx context.Context, name string, parameters []byte) error {
	run, ok := roles()[name]
	if !ok {
		return fmt.Errorf("no role %q", name)
	}
	return run(ctx, parameters)
}

type roleFunc func(ctx context.Context, parameters []byte) error

// as makes a role of a function with typed parameters.
func as[P any](run func(context.Context, P) error) roleFunc {
	return func(ctx context.Context, parameters []byte) error {
		var p P
		if err := json.Unmarshal(parameters, &p); err != nil {
			return fmt.Errorf("parameters: %w", err)
		}
		return run(ctx, p)
	}
}
