// The headline, which audits failed, and how much a random split flatters.

const hardest = protocols.includes("grid") ? "grid" : protocols.at(-1);

function headline() {
	const s = summaryOf(hardest, detectors[0]);
	if (!s || s.recall.median === null) return "What the detector is worth could not be measured";
	if (hardest === "grid") return `Of a botnet it never saw, it finds ${share(s.recall.median)}`;
	return `It finds ${share(s.recall.median)} of what was held out`;
}

function leadText() {
	const s = summaryOf(hardest, detectors[0]), random = summaryOf("random", detectors[0]);
	if (!s || s.recall.median === null) return report.remarks.join(" ");
	const text = `That is the median recall of “${detectors[0]}” over ${counted(s.recall.defined, "fold")} that each hold out ${protocolWords[hardest] ?? hardest}; the median false-positive rate is ${share(s.fpr.median)}, the worst ${share(s.fpr.max)}.`;
	return random && hardest !== "random"
		? text + ` When flows are split at random, the same detector seems to find ${share(random.pooled.recall)}.` : text;
}

function masthead() {
	const d = report.data;
	const failed = report.audits.filter((audit) => audit.failed);
	return el("header", null,
		el("p", { class: "kicker" }, report.tool ?? "botnetdetect", " · evaluation"),
		el("h1", null, headline()),
		el("p", { class: "lead" }, leadText()),
		failed.length ? el("p", { class: "lead warning" }, el("strong", null, counted(failed.length, "audit") + " failed: "),
			failed.map((audit) => audit.name).join(", ") + ". Read ", el("a", { href: "#audits" }, "what they found"), " before trusting a figure.") : null,
		report.remarks.length ? el("ul", { class: "plain" }, report.remarks.map((text) => el("li", null, capitalized(text) + "."))) : null,
		facts([
			["Flows", count(d.flows)], ["Botnet", el("span", { class: "verdict" }, verdictMark(true), count(d.botnet))],
			["Captures", count(d.captures)], ["Independent groups", count(d.groups)], ["Hosts", count(d.hosts)], ["Botnet hosts", count(d.botnet_hosts)],
			["Botnets", count(d.families.length)], ["Benign sources", count(d.sources.length)],
		]));
}

function capitalized(text) {
	return text.slice(0, 1).toUpperCase() + text.slice(1);
}

// figuresSection compares the detectors under one protocol.
function figuresSection() {
	return section("figures", "Figures", "Over folds: the median, and in brackets the worst. Thresholds are the detectors’ own; “at 1\u00a0%” is a threshold chosen inside the training groups to keep false positives to that budget.",
		chooser({ protocols }, (protocol) => [summaryTable(protocol), gapChart()]));
}

function summaryTable(protocol) {
	const all = detectors.map((name) => summaryOf(protocol, name)).filter(Boolean);
	if (all.length === 0) return el("p", null, "No fold of this protocol could be measured.");
	const spread = (title, get, worst, write) => ({
		title, numeric: true, descending: true, value: all.map((s) => get(s)?.median ?? -1),
		cell: (i) => get(all[i]) ? `${write(get(all[i]).median)} (${write(get(all[i])[worst])})` : "–",
	});
	const comparison = table({
		caption: "Detectors compared", noun: "detector", size: 50, sort: [0, false],
		columns: [
			{ title: "Detector", value: all.map((_, i) => i), cell: (i) => el("span", { title: aboutDetector(all[i].detector) }, all[i].detector) },
			spread("Recall", (s) => s.recall, "min", share),
			spread("False positives", (s) => s.fpr, "max", share),
			spread("AUC", (s) => s.auc, "min", figure),
			spread("PR AUC", (s) => s.pr_auc, "min", figure),
			...report.settings.budgets.map((budget) => spread(`Recall at ${percentOf(budget)}`, (s) => s.budgets.find((b) => b.budget === budget)?.recall, "min", share)),
			{
				title: "Good folds", hint: "recall of at least 90 % and at most 1 % false positives", numeric: true, descending: true,
				value: all.map((s) => s.good), cell: (i) => `${count(all[i].good)} of ${count(all[i].good_of)}`,
			},
		],
	});
	comparison.show(all.keys());
	return comparison.node;
}

function percentOf(x) {
	return Number((100 * x).toPrecision(2)) + "\u00a0%";
}

function aboutDetector(name) {
	return report.detectors.find((d) => d.name === name)?.about ?? "";
}

// gapChart shows for each detector how far the random split is from the grid.
function gapChart() {
	const gaps = report.gaps.filter((g) => g.figure === "auc" && g.random !== null && g.grid !== null);
	if (gaps.length === 0) return null;
	const step = 30, top = 8, bottom = top + gaps.length * step;
	return [el("h3", null, "What a random split hides"),
		el("p", { class: "lede" }, "AUC where flows of one host are on both sides of the split (hollow), and in the median fold where botnet and application are both unseen (filled). Half-way is a coin’s worth."),
		drawing((w) => {
			const left = 130, right = w - 50, x = (value) => (left + (right - left) * value).toFixed(1);
			const picture = svg("svg", { class: "gaps", viewBox: `0 0 ${w} ${bottom + 26}`, width: w, height: bottom + 26, role: "img", "aria-label": gaps.map(gapWords).join(" ") },
				svg("g", { class: "axis" }, [0, 0.25, 0.5, 0.75, 1].map((at) => [
					svg("line", { x1: x(at), x2: x(at), y1: top, y2: bottom, class: at === 0.5 ? "half" : null }),
					svg("text", { x: x(at), y: bottom + 16, "text-anchor": "middle" }, String(at))]).flat()));
			gaps.forEach((gap, i) => {
				const y = top + (i + 0.5) * step;
				picture.append(svg("g", null, svg("title", null, gapWords(gap)),
					svg("text", { x: left - 14, y: y + 4, "text-anchor": "end" }, clipped(gap.detector, 18)),
					svg("line", { x1: x(gap.random), x2: x(gap.grid), y1: y, y2: y }),
					svg("circle", { class: "hollow", cx: x(gap.random), cy: y, r: 5 }), svg("circle", { cx: x(gap.grid), cy: y, r: 5.5 })));
			});
			return picture;
		})];
}

function gapWords(gap) {
	return `${gap.detector}: ${figure(gap.random)} at random, ${figure(gap.grid)} on what is unseen.`;
}

function clipped(name, most) {
	return name.length <= most ? name : name.slice(0, most - 1) + "…";
}
