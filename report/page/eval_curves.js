// Curves of all folds' scores together.

function curvesSection() {
	return section("curves", "Scores", "Of all folds’ flows together; pale lines are the other detectors. Scores of different folds come from different models, so these curves are rougher than any one fold’s.",
		chooser({ protocols, detectors }, (protocol, detector) => {
			const s = summaryOf(protocol, detector);
			if (!s) return el("p", null, "No fold of this protocol could be measured.");
			const others = detectors.filter((name) => name !== detector).map((name) => summaryOf(protocol, name)).filter(Boolean);
			return [el("div", { class: "plots" }, rocPlot(s, others), prPlot(s, others), calibrationPlot(s), scorePlot(s)), prospects(s)];
		}));
}

function rocPlot(s, others) {
	const points = (x) => x.curves.roc.map((p) => [p.fpr, p.tpr]);
	return plot("ROC", "false-positive rate", "recall",
		`AUC ${figure(s.pooled.auc)}${interval(s.intervals.auc, figure)}.`,
		curve([[0, 0], [1, 1]], "chance"), others.map((o) => curve(points(o), "other", o.detector)), curve(points(s), "chosen", s.detector));
}

function prPlot(s, others) {
	const points = (x) => x.curves.pr.map((p) => [p.recall, p.precision]);
	return plot("Precision and recall", "recall", "precision",
		`PR AUC ${figure(s.pooled.pr_auc)}; a guess has ${figure(s.pooled.botnet / s.pooled.flows)}, the share of botnet flows here.`,
		others.map((o) => curve(points(o), "other", o.detector)), curve(points(s), "chosen", s.detector));
}

function calibrationPlot(s) {
	const bins = s.curves.calibration, most = bins.reduce((a, b) => Math.max(a, b.botnet + b.benign), 1);
	return plot("Calibration", "score", "share that is botnet",
		`Brier ${figure(s.pooled.brier)}, calibration error ${figure(s.pooled.ece)}. On the line, scores are probabilities. A larger dot has more flows.`,
		curve([[0, 0], [1, 1]], "chance"), curve(bins.map((b) => [b.mean_score, b.botnet_share]), "other"),
		bins.map((b) => svg("circle", { class: "dot", cx: plotX(b.mean_score), cy: plotY(b.botnet_share), r: (2 + 6 * Math.sqrt((b.botnet + b.benign) / most)).toFixed(1) },
			svg("title", null, `scores ${b.low}–${b.high}: ${counted(b.botnet + b.benign, "flow")}, ${percent(b.botnet, b.botnet + b.benign)} botnet`))));
}

// scorePlot draws how the scores of each class are spread: botnet up, benign down.
function scorePlot(s) {
	const bins = s.curves.histogram, middle = 0.5;
	const total = (name) => bins.reduce((sum, b) => sum + b[name], 0) || 1;
	const most = bins.reduce((a, b) => Math.max(a, b.botnet / total("botnet"), b.benign / total("benign")), 0) || 1;
	const bar = (b, name, up) => {
		const height = (plotted.bottom - plotted.top) / 2 * (b[name] / total(name)) / most, y = Number(plotY(middle));
		return svg("rect", { class: name, x: plotX(b.low), width: Math.max(0, plotX(b.high) - plotX(b.low) - 1.5).toFixed(1), y: (up ? y - height : y).toFixed(1), height: height.toFixed(1) },
			svg("title", null, `scores ${b.low}–${b.high}: ${counted(b[name], name + " flow")}`));
	};
	const at = (y, text) => svg("text", { x: plotX(1), y, "text-anchor": "end", class: "soft" }, text);
	return el("figure", { class: "plot" }, el("h4", null, "Scores"),
		svg("svg", { viewBox: "0 0 260 256", role: "img", "aria-label": "How the scores of botnet and benign flows are spread." },
			svg("g", { class: "axis" }, [0, 0.5, 1].map((x) => svg("text", { x: plotX(x), y: plotted.bottom + 15, "text-anchor": "middle" }, String(x))),
				svg("text", { x: plotX(0.5), y: plotted.bottom + 33, "text-anchor": "middle" }, "score"),
				svg("line", { x1: plotX(0), x2: plotX(1), y1: plotY(middle), y2: plotY(middle) })),
			bins.map((b) => [bar(b, "botnet", true), bar(b, "benign", false)]).flat(),
			at(plotted.top + 10, "botnet"), at(plotted.bottom - 4, "benign")),
		el("figcaption", null, "Each class by its own total: botnet flows upwards, benign flows downwards."));
}

function interval(x, write) {
	return x && x.low !== null ? ` (${write(x.low)}–${write(x.high)})` : "";
}

// prospects say what precision to expect where bots are rare, and what hosts see of it.
function prospects(s) {
	const rows = [["its own threshold", s.pooled, s.pooled.precision_at], ...s.pooled.budgets.map((b) => [`a ${percentOf(b.budget)} budget`, b, b.precision_at])];
	const rates = report.settings.base_rates;
	return [el("h3", null, "What to expect where bots are rare"),
		el("p", { class: "lede" }, "Precision if so large a share of flows is botnet. In brackets, what these flows can prove: with the upper end of the 95 % interval of the false-positive rate."),
		el("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": "Precision at base rates" }, el("table", { class: "plain-table" },
			el("caption", { class: "unseen" }, "Precision at base rates"),
			el("thead", null, el("tr", null, ["At", "Recall", "False positives", ...rates.map((rate) => `1 in ${count(1 / rate)}`)].map((text, i) => el("th", { scope: "col", class: i ? "numeric" : null }, text)))),
			el("tbody", null, rows.map(([name, x, at]) => el("tr", null, el("th", { scope: "row" }, name),
				[share(x.recall), share(x.fpr), ...at.map((p) => `${share(p.precision)} (${share(p.sure)})`)].map((text) => el("td", { class: "numeric" }, text))))))),
		el("p", { class: "summary" }, hostWords(s.pooled.hosts))];
}

function hostWords(hosts) {
	const say = (c) => `finds ${count(c.tp)} of ${counted(c.tp + c.fn, "botnet host")} and flags ${count(c.fp)} of ${counted(c.fp + c.tn, "benign host")}`;
	return `Host by host, over all folds: calling a host by any of its flows ${say(hosts.any)}; by at least half of them, it ${say(hosts.most)}.`;
}
