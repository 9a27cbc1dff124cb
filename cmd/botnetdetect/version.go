package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// version is the release; the changelog says what is in it.
const version = "0.1.0"

func toolName() string { return "botnetdetect " + version }

func newVersion(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which version this is",
		Args:  atMost(0),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(std.out, "%s %s %s/%s\n", toolName(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
