package evaluate

import (
	"botnetdetect/metric"
)

// Format is the version of the JSON that a Result is written as.
const Format = 1

// Result is all that an evaluation found; it needs nothing else to be shown. Its JSON is
// described in docs/format/evaluation.md.
type Result struct {
	Format    int            `json:"format"`
	Tool      string         `json:"tool,omitempty"` // name and version of the program
	Settings  Settings       `json:"settings"`
	Data      DataCard       `json:"data"`
	Remarks   []string       `json:"remarks"` // what could not be measured, and why
	Audits    []Audit        `json:"audits"`  // those that failed first
	Detectors []DetectorCard `json:"detectors"`
	Summary   []Summary      `json:"summary"` // one a protocol and detector
	Gaps      []Gap          `json:"gaps"`    // how much the random split flatters
	Folds     []FoldResult   `json:"folds"`   // one a protocol, detector and fold
}

// Settings are the choices under which the figures hold.
type Settings struct {
	Seed         uint64     `json:"seed"`
	Protocols    []Protocol `json:"protocols"`
	Grouping     Grouping   `json:"grouping"`
	Budgets      []float64  `json:"budgets"`       // false-positive rates to keep to
	BaseRates    []float64  `json:"base_rates"`    // shares of botnet traffic to expect
	InnerFolds   int        `json:"inner_folds"`   // for the thresholds chosen in training
	Replicates   int        `json:"replicates"`    // draws behind an interval
	Level        float64    `json:"level"`         // of the intervals
	ECEBins      int        `json:"ece_bins"`      // of the calibration figures
	Trees        int        `json:"trees"`         // of the boosted detectors
	Depth        int        `json:"depth"`         // of their trees
	LearningRate float64    `json:"learning_rate"` // of their boosting
}

// DataCard says what was evaluated on.
type DataCard struct {
	Flows       int          `json:"flows"`
	Botnet      int          `json:"botnet"`
	Captures    int          `json:"captures"`
	Groups      int          `json:"groups"`
	Hosts       int          `json:"hosts"`
	BotnetHosts int          `json:"botnet_hosts"`
	Families    []SourceCard `json:"families"`
	Sources     []SourceCard `json:"sources"`
}

// SourceCard says what there is of a family or benign source.
type SourceCard struct {
	Name     string `json:"name"`
	Captures int    `json:"captures"`
	Groups   int    `json:"groups"`
	Hosts    int    `json:"hosts"`
	Flows    int    `json:"flows"`
}

// DetectorCard says what a detector is.
type DetectorCard struct {
	Name     string `json:"name"`
	About    string `json:"about"`
	Features int    `json:"features"`         // columns; 0 if there are none
	Absent   string `json:"absent,omitempty"` // why it was not measured
}

// Figures are what verdicts and scores were worth. Verdicts are those at the detector's
// own threshold.
type Figures struct {
	Confusion metric.Confusion `json:"confusion"`
	Accuracy  metric.Figure    `json:"accuracy"`
	Precision metric.Figure    `json:"precision"` // of botnet, 0 where nothing is flagged
	Recall    metric.Figure    `json:"recall"`    // of botnet, undefined without botnet flows
	FPR       metric.Figure    `json:"fpr"`
	F1        metric.Figure    `json:"f1"` // of botnet
	Micro     metric.Class     `json:"micro"`
	Macro     metric.Class     `json:"macro"`
	AUC       metric.Figure    `json:"auc"`
	PRAUC     metric.Figure    `json:"pr_auc"`
	Brier     metric.Figure    `json:"brier"`
	ECE       metric.Figure    `json:"ece"`
	At        []BaseRate       `json:"precision_at"` // where botnet traffic is as rare as it is
}

// BaseRate is the precision to expect where a share of the traffic is botnet.
type BaseRate struct {
	Rate      float64       `json:"rate"`
	Precision metric.Figure `json:"precision"`
	// Sure takes the upper end of the 95 % interval of the false-positive rate, so it is no
	// better than the benign flows tested can prove.
	Sure metric.Figure `json:"sure"`
}

// Budgeted is what verdicts are worth at a threshold that, inside the training groups,
// kept the false-positive rate within a budget.
type Budgeted struct {
	Budget    float64          `json:"budget"`
	Threshold metric.Figure    `json:"threshold"` // of a pool of folds: undefined, each has its own
	Recall    metric.Figure    `json:"recall"`
	FPR       metric.Figure    `json:"fpr"`
	Confusion metric.Confusion `json:"confusion"`
	At        []BaseRate       `json:"precision_at,omitempty"` // of a pool of folds only
}

// FoldResult is what one detector is worth on one fold.
type FoldResult struct {
	Protocol    Protocol      `json:"protocol"`
	Detector    string        `json:"detector"`
	Fold        string        `json:"fold"`
	Family      string        `json:"family"` // tested; "*" if several, "" if none
	Source      string        `json:"source"` // tested; "*" if several, "" if none
	Flows       int           `json:"flows"`  // tested
	Botnet      int           `json:"botnet"` // of them, botnet
	TrainFlows  int           `json:"train_flows"`
	TrainBotnet int           `json:"train_botnet"`
	Threshold   metric.Figure `json:"threshold"` // the detector's own; Figures are at it
	Figures
	Budgets []Budgeted  `json:"budgets"`
	Hosts   HostFigures `json:"hosts"`
	Remarks []string    `json:"remarks,omitempty"`
	Scores  []FlowScore `json:"scores,omitempty"` // of the flows tested, if asked for
}

// FlowScore is the score of one flow tested.
type FlowScore struct {
	Flow
	Score float64 `json:"score"`
}

// Spread is a figure over the folds in which it can be measured.
type Spread struct {
	metric.Summary
	Mean metric.Figure `json:"mean"`
}

// Summary is what a detector is worth over all folds of a protocol.
type Summary struct {
	Protocol Protocol `json:"protocol"`
	Detector string   `json:"detector"`
	Folds    int      `json:"folds"`
	Measured int      `json:"measured"` // of them, those that could be trained and tested

	// Over folds: the headline. Worst is the lowest recall, FPR the highest.
	Recall    Spread         `json:"recall"`
	FPR       Spread         `json:"fpr"`
	AUC       Spread         `json:"auc"`
	PRAUC     Spread         `json:"pr_auc"`
	F1        Spread         `json:"f1"`
	Budgets   []BudgetSpread `json:"budgets"`
	Worst     Cell           `json:"worst"`      // the fold with the lowest recall, of equals with the highest FPR
	WorstFPR  Cell           `json:"worst_fpr"`  // the fold with the highest FPR
	WorstAUC  Cell           `json:"worst_auc"`  // the fold with the lowest AUC
	Good      int            `json:"good"`       // folds with recall ≥ 0.9 and FPR ≤ 0.01
	GoodOf    int            `json:"good_of"`    // of the folds with both figures
	Intervals Intervals      `json:"intervals"`  // by resampling groups
	Pooled    Pooled         `json:"pooled"`     // all folds' flows together
	Curves    Curves         `json:"curves"`     // of the pooled scores
	Important []Importance   `json:"importance"` // features of boosted trees, the most important first
}

// Pooled is what a detector is worth on all folds' flows together. A flow that several
// folds test counts as often.
type Pooled struct {
	Flows  int `json:"flows"`
	Botnet int `json:"botnet"`
	Figures
	Budgets []Budgeted  `json:"budgets"`
	Hosts   HostFigures `json:"hosts"`
}

// BudgetSpread is recall and false-positive rate over folds, at the threshold chosen in
// each fold's training groups.
type BudgetSpread struct {
	Budget float64 `json:"budget"`
	Recall Spread  `json:"recall"`
	FPR    Spread  `json:"fpr"`
}

// Cell names a fold with its main figures; the zero Cell is no fold.
type Cell struct {
	Family string        `json:"family"`
	Source string        `json:"source"`
	Fold   string        `json:"fold"`
	Flows  int           `json:"flows"`
	Botnet int           `json:"botnet"`
	Recall metric.Figure `json:"recall"`
	FPR    metric.Figure `json:"fpr"`
	AUC    metric.Figure `json:"auc"`
}

// Intervals hold figures with the level that Settings say. They come from drawing
// groups, so they speak of other captures of these families and sources.
type Intervals struct {
	Groups       int             `json:"groups"`        // drawn
	BotnetGroups int             `json:"botnet_groups"` // of them, with botnet flows; below about 10 intervals are too narrow
	Recall       metric.Interval `json:"recall"`        // pooled
	FPR          metric.Interval `json:"fpr"`           // pooled
	AUC          metric.Interval `json:"auc"`           // pooled
	MedianRecall metric.Interval `json:"median_recall"` // over folds
	MedianFPR    metric.Interval `json:"median_fpr"`    // over folds
}

// Curves are for drawing; they are thinned to 64 points.
type Curves struct {
	ROC         []metric.ROCPoint `json:"roc"`
	PR          []metric.PRPoint  `json:"pr"`
	Calibration []metric.Bin      `json:"calibration"`
	Histogram   []HistogramBin    `json:"histogram"` // of scores
}

// HistogramBin counts flows with a score from Low to below High; the last bin has its end.
type HistogramBin struct {
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Benign int     `json:"benign"`
	Botnet int     `json:"botnet"`
}

// Gap is how much better a detector looks when flows are split at random than on the
// grid's median cell.
type Gap struct {
	Detector string        `json:"detector"`
	Figure   string        `json:"figure"`
	Random   metric.Figure `json:"random"` // pooled over the random folds
	Grid     metric.Figure `json:"grid"`   // median over cells
	Gap      metric.Figure `json:"gap"`    // random − grid
}

// DropScores forgets the scores of single flows.
func (r *Result) DropScores() {
	for i := range r.Folds {
		r.Folds[i].Scores = nil
	}
}

// Measured reports whether any fold was.
func (r *Result) Measured() bool {
	for i := range r.Summary {
		if r.Summary[i].Measured > 0 {
			return true
		}
	}
	return false
}
