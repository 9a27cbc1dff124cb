package main

import (
	"fmt"

	"botnetdetect/feature"
	"botnetdetect/observe"

	"github.com/spf13/cobra"
)

// What --features takes.
const (
	featuresReference = "reference"
	featuresBehaviour = "behaviour"

	// featuresDefault is what verbs that take --features judge by if it is not said. Where only the reference's
	// features can be had (--csv, --engine tshark) it is these.
	featuresDefault = featuresReference
)

func (c *common) featureFlag(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&c.features, "features", featuresDefault,
		"what to judge by: reference, its nine features, or behaviour, what a host does to its peers")
	c.featured = func() bool { return f.Changed("features") }
}

// want asks for features.
func (c *common) want(features string) {
	c.features, c.featured = features, func() bool { return true }
}

// chose reports whether anybody said which features to judge by.
func (c *common) chose() bool { return c.csv || c.featured != nil && c.featured() }

func (c *common) mode() feature.Mode {
	onlyReference := c.csv || c.engine == string(observe.TShark)
	switch {
	case c.features == featuresBehaviour && (!onlyReference || c.featured()):
		return feature.Behavioural
	case c.csv:
		return feature.Agnostic
	}
	return feature.Aware
}

// adopt judges by the features that a model wants.
func (c *common) adopt(mode feature.Mode) error {
	switch mode {
	case feature.Behavioural:
		c.want(featuresBehaviour)
	case feature.Agnostic:
		c.csv = true
	case feature.Aware:
		c.want(featuresReference)
	default:
		return fmt.Errorf("no features are of mode %s", mode)
	}
	return nil
}
