package main

import (
	"fmt"

	"botnetdetect/cluster"

	"github.com/spf13/cobra"
)

// newHub is the verb that is a NATS server.
func newHub(std streams) *cobra.Command {
	var config string
	cmd := &cobra.Command{
		Use:   "hub --config FILE",
		Short: "Be a NATS server, where none is installed",
		Long: `Be a NATS server as a configuration file of NATS says, until told to stop. It is the
server that nats-server is; docs/scale.md has configurations for one server, for
three that keep everything three times, and for sensors' sites.`,
		Example: `  botnetdetect hub --config hub.conf`,
		Args:    exactly(0, "arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if config == "" {
				return usage("no --config: name a configuration file; the smallest is: jetstream { store_dir: /var/lib/hub }")
			}
			server, err := cluster.Serve(config)
			if err != nil {
				return err
			}
			fmt.Fprintf(std.err, "listening on %s\n", server.Address())
			<-cmd.Context().Done()
			server.Close()
			return nil
		},
	}
	cmd.Flags().StringVar(&config, "config", "", "a configuration `FILE` of NATS")
	return cmd
}
