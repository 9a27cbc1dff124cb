package evaluate

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"botnetdetect/metric"
)

// Shuffled labels.
const (
	shuffles     = 20
	shuffleBound = 0.1 // about two standard errors of the mean with a dozen groups a class
)

// shuffled deals the labels out anew among the groups, whole groups keeping one label,
// trains and tests on groups apart, and wants to find nothing: whatever is found came
// past the split. Splitting the same by flow shows what the split keeps out. Every group
// weighs the same, and is tested with others whatever their sizes, since labels are dealt
// to groups: by flow, a few large groups that score alike, and are mostly dealt the
// commoner label, would move the AUC away from 0.5, though nothing is known.
func (a *auditor) shuffled(ctx context.Context) ([]Audit, error) {
	groups := a.c.Groups(a.o.Grouping)
	var apart, divided []metric.Figure
	for i := range shuffles {
		seed := a.o.Seed + uint64(i)
		c := a.c.shuffle(groups, seed)
		held, err := a.trials(ctx, c, c.blindFolds(groups, seed))
		if err != nil {
			return nil, err
		}
		parted, err := a.trials(ctx, c, c.randomFolds(a.o.Seed))
		if err != nil {
			return nil, err
		}
		apart, divided = append(apart, groups.auc(held)), append(divided, groups.auc(parted))
	}
	audit := Audit{
		Name: "shuffled labels", Value: abs(mean(apart) - 0.5), Bound: shuffleBound,
		Rule: fmt.Sprintf("with labels shuffled among groups, %d times, the mean AUC on groups held out, each weighing the same, is within %v of 0.5", shuffles, shuffleBound),
		Finding: fmt.Sprintf("it is %.3f on groups held out; split by flow it would be %.3f where captures are known again",
			mean(apart), mean(divided)),
		Rows: []AuditRow{
			{"groups held out", quartet(apart)},
			{"split by flow", quartet(divided)},
		},
	}
	audit.Failed = audit.Value > audit.Bound
	return []Audit{audit.orUnmeasured()}, nil
}

func quartet(figures []metric.Figure) map[string]metric.Figure {
	s := metric.Summarize(figures)
	return map[string]metric.Figure{"mean": mean(figures), "min": s.Min, "median": s.Median, "max": s.Max}
}

// shuffle returns the corpus with the groups' labels dealt out anew. A group is botnet if
// any flow of it is.
func (c *Corpus) shuffle(groups Groups, seed uint64) *Corpus {
	botnet, _ := c.loads(groups)
	order := rand.New(rand.NewPCG(seed, 1)).Perm(len(groups.Names))
	shuffled := &Corpus{Flows: slices.Clone(c.Flows), Tables: c.Tables, Absent: c.Absent}
	for r := range shuffled.Flows {
		shuffled.Flows[r].Botnet = botnet[order[groups.Of[r]]] > 0
	}
	return shuffled
}

// blindFolds deals groups out at random, whatever their sizes and labels.
func (c *Corpus) blindFolds(groups Groups, seed uint64) []Fold {
	fold := make([]int, len(groups.Names)) // of a group
	for i, group := range rand.New(rand.NewPCG(seed, 3)).Perm(len(fold)) {
		fold[group] = i % captureFolds
	}
	parts := make([][]int, captureFolds)
	for row, group := range groups.Of {
		parts[fold[group]] = append(parts[fold[group]], row)
	}
	return c.partition("blind", parts, groups)
}

// auc is how often a flow of a botnet group scores above one of a benign group, a tie
// counting half: the mean over all pairs of groups tested together, of which each has one
// label.
func (g Groups) auc(trials []*trial) metric.Figure {
	var all contest
	for _, t := range trials {
		if t.measured {
			found := g.contest(t)
			all.wins, all.pairs = all.wins+found.wins, all.pairs+found.pairs
		}
	}
	if all.pairs == 0 {
		return undefined
	}
	return metric.Figure(all.wins / all.pairs)
}

// contest is of botnet groups against benign ones: the pairs of them, and how many the
// botnet groups win, by the share of their flows that do.
type contest struct{ wins, pairs float64 }

func (g Groups) contest(t *trial) contest {
	flows := make(map[int]float64) // group → flows of it tested
	for _, r := range t.fold.Test {
		flows[g.Of[r]]++
	}
	order := make([]int, len(t.scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(t.scores[i], t.scores[j]) })
	var wins, botnet, benign float64 // groups whose flows score up to here
	for i := 0; i < len(order); {
		score, tied, below := t.scores[order[i]], 0.0, benign
		for ; i < len(order) && t.scores[order[i]] == score; i++ {
			row := t.fold.Test[order[i]]
			if weight := 1 / flows[g.Of[row]]; t.corpus.Flows[row].Botnet {
				tied += weight
			} else {
				benign += weight
			}
		}
		wins += tied * (below + benign) / 2
		botnet += tied
	}
	return contest{wins: wins, pairs: botnet * benign}
}

// probeFlows is how many flows a capture must have to be told from others.
const probeFlows = 10

// identity asks how well the features tell the benign captures of one source apart: each
// from the others of its source, by flow. What tells them apart is host, network and
// day, not application; a detector that has learnt it knows its training captures, not
// botnets. It should weigh less than what tells botnets from benign in captures held out.
func (a *auditor) identity(ctx context.Context) ([]Audit, error) {
	classes, err := a.aucs(ctx, a.c, a.c.captureFolds(a.c.Groups(a.o.Grouping)))
	if err != nil {
		return nil, err
	}
	audit := Audit{
		Name: "capture identity", Bound: mean(classes),
		Rule: fmt.Sprintf("features tell the captures of one benign source apart (those of at least %d flows, by flow) less well than they tell botnet from benign in captures held out; mean AUCs", probeFlows),
	}
	var aucs []metric.Figure
	for _, source := range a.c.sources(false) {
		found, rows, err := a.probe(ctx, source)
		if err != nil {
			return nil, err
		}
		aucs = append(aucs, found...)
		audit.Rows = append(audit.Rows, rows...)
	}
	audit.Value = mean(aucs)
	audit.Failed = audit.Value > audit.Bound
	audit.Finding = fmt.Sprintf("%d captures are told from others of their source with a mean AUC of %.3f, botnet from benign with %.3f",
		len(aucs), audit.Value, audit.Bound)
	return []Audit{audit.orUnmeasured()}, nil
}

// probe tells each capture of a benign source from the source's others.
func (a *auditor) probe(ctx context.Context, source string) (aucs []metric.Figure, rows []AuditRow, err error) {
	captures := a.c.captures()
	var large []int // captures
	var within []int
	for i, own := range captures.rows() {
		own = slices.DeleteFunc(own, func(r int) bool { return !a.c.Flows[r].is(false, source) })
		if len(own) >= probeFlows {
			large, within = append(large, i), append(within, own...)
		}
	}
	if len(large) < 2 {
		return nil, nil, nil
	}
	for _, i := range large {
		c := &Corpus{Flows: slices.Clone(a.c.Flows), Tables: a.c.Tables}
		for _, r := range within {
			c.Flows[r].Botnet = captures.Of[r] == i
		}
		found, err := a.aucs(ctx, c, foldsOf(within, a.o.Seed))
		if err != nil {
			return nil, nil, err
		}
		auc := mean(found)
		if auc.Defined() {
			aucs = append(aucs, auc)
		}
		rows = append(rows, AuditRow{captures.Names[i], map[string]metric.Figure{"auc": auc}})
	}
	return aucs, rows, nil
}

// foldsOf parts some rows at random.
func foldsOf(rows []int, seed uint64) []Fold {
	folds := make([]Fold, randomFolds)
	for i, k := range rand.New(rand.NewPCG(seed, 2)).Perm(len(rows)) {
		for f := range folds {
			if f == i%randomFolds {
				folds[f].Test = append(folds[f].Test, rows[k])
			} else {
				folds[f].Train = append(folds[f].Train, rows[k])
			}
		}
	}
	return folds
}
