package evaluate

import (
	"fmt"
	"maps"
	"slices"
)

// auditDetails writes what each audit measured.
func (p page) auditDetails() {
	for _, a := range p.r.Audits {
		if len(a.Rows) == 0 {
			continue
		}
		p.line("\n## Audit: %s\n", cellText(a.Name))
		p.line("%s. Bound: %s.", cellText(a.Rule), short(a.Bound))
		names := slices.Sorted(maps.Keys(a.Rows[0].Figures))
		p.table(append([]string{"what"}, names...)...)
		for _, row := range a.Rows {
			cells := []string{cellText(row.Name)}
			for _, name := range names {
				x := row.Figures[name]
				if text := fmt.Sprint(float64(x)); len(text) <= 6 {
					cells = append(cells, text) // a count
				} else {
					cells = append(cells, short(x))
				}
			}
			p.row(cells...)
		}
	}
}

// important writes what the first detector leans on.
func (p page) important() {
	p.each(Grid, func(s *Summary) {
		if s.Detector != p.r.Detectors[0].Name || len(s.Important) == 0 {
			return
		}
		p.line("\nThe features that `%s` leans on: each one's share of the gain of all splits, as the mean over cells.", cellText(s.Detector))
		p.table("feature", "share")
		for _, i := range s.Important {
			p.row(cellText(i.Feature), fmt.Sprintf("%.3f", i.Share))
		}
	})
}

func (p page) data() {
	d, s := &p.r.Data, &p.r.Settings
	p.line("\n## Data and settings\n")
	p.line("%d flows, %d of them botnet, of %d captures in %d groups; %d hosts, %d of them botnet. No fold divides a %s.",
		d.Flows, d.Botnet, d.Captures, d.Groups, d.Hosts, d.BotnetHosts, s.Grouping)
	p.line("Boosted detectors: %d trees of depth %d, learning rate %v. Seed %d. Thresholds from %d inner folds.",
		s.Trees, s.Depth, s.LearningRate, s.Seed, s.InnerFolds)
	p.table("family or source", "flows", "captures", "groups", "hosts")
	for _, kind := range []struct {
		name  string
		cards []SourceCard
	}{{"Botnet", d.Families}, {"Benign", d.Sources}} {
		for _, c := range kind.cards {
			p.row(kind.name+"/"+cellText(c.Name), fmt.Sprint(c.Flows), fmt.Sprint(c.Captures), fmt.Sprint(c.Groups), fmt.Sprint(c.Hosts))
		}
	}
}

func (p page) remarks() {
	if len(p.r.Remarks) == 0 {
		return
	}
	p.line("\n## Notes\n")
	for _, remark := range p.r.Remarks {
		p.line("- %s", cellText(remark))
	}
}
