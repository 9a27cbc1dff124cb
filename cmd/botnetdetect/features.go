package main

import (
	"botnetdetect/feature"
	"botnetdetect/model"
	"botnetdetect/observe"

	"github.com/spf13/cobra"
)

// What --features takes.
const (
	featuresReference = "reference"
	featuresBehaviour = "behaviour"

	// featuresDefault is what verbs that judge go by if nobody says it, neither on the command line nor by training a
	// model. Where only the reference's features can be had (--csv, --engine tshark) it is these. Verbs that
	// learn, and write features, take the reference's, as the reference does.
	featuresDefault = featuresBehaviour
)

func (c *common) featureFlag(cmd *cobra.Command) {
	f, otherwise := cmd.Flags(), featuresReference
	if c.adopts {
		otherwise = featuresDefault
	}
	f.StringVar(&c.features, "features", otherwise,
		"what to judge by: reference, its nine features, or behaviour, what a host does to its peers")
	c.featured = func() bool { return f.Changed("features") }
}

func (c *common) knowsFeatures() bool {
	return c.features == "" || c.features == featuresReference || c.features == featuresBehaviour
}

func (c *common) unknownFeatures() error {
	return usage("--features %s: want %s or %s", c.features, featuresReference, featuresBehaviour)
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
func (c *common) adopt(mode feature.Mode) {
	c.csv = mode == feature.Agnostic
	if mode == feature.Behavioural {
		c.want(featuresBehaviour)
		return
	}
	c.want(featuresReference)
}

// adoptLatest judges by the features of the model trained last, if there is one and nobody said
// which: what one has trained is used from then on.
func (c *common) adoptLatest() {
	if !c.adopts || c.chose() || c.engine == string(observe.TShark) {
		return
	}
	if mode, trained := model.Latest(model.Folder, feature.Aware, feature.Behavioural); trained {
		c.adopt(mode)
	}
}
