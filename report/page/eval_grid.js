// The grid: every botnet family against every benign source, both left out of training.

const gridFigures = [
	["AUC", (f) => f.auc, figure, "good"],
	["recall", (f) => f.recall, share, "good"],
	["false-positive rate", (f) => f.fpr, share, "bad"],
	...report.settings.budgets.flatMap((budget, i) => [
		[`recall at a ${percentOf(budget)} budget`, (f) => f.budgets[i]?.recall, share, "good"],
		[`false-positive rate at a ${percentOf(budget)} budget`, (f) => f.budgets[i]?.fpr, share, "bad"],
	]),
];

function gridSection() {
	if (!protocols.includes("grid")) return null;
	let shown = gridFigures[0];
	return section("grid", "The grid", "Each cell is a detector trained without one botnet and without one benign source, and tested on both. Few flows make a cell weak: the counts are beside the names.",
		chooser({
			detectors,
			more: (update) => el("label", null, "Figure", el("select", { change: (event) => { shown = gridFigures[event.target.value]; update(); } },
				gridFigures.map(([name], i) => el("option", { value: i }, name)))),
		}, (_, detector) => heatMap(foldsOf("grid", detector), shown)));
}

function heatMap(folds, [name, get, write, kind]) {
	const cells = new Map(folds.map((f) => [f.family + "\n" + f.source, f]));
	const named = (list, key) => list.filter((x) => folds.some((f) => f[key] === x.name)).sort((a, b) => b.flows - a.flows);
	const families = named(report.data.families, "family"), sources = named(report.data.sources, "source");
	const cell = (family, source) => {
		const fold = cells.get(family.name + "\n" + source.name), x = fold ? get(fold) : null;
		const node = el("td", { class: "cell " + kind, title: fold ? cellWords(fold) : null }, fold ? write(x) : "");
		if (x !== null && x !== undefined) {
			node.style.setProperty("--level", (100 * Math.min(Math.max(x, 0), 1)).toFixed(0) + "%");
			if (x > 0.5) node.classList.add(x > 0.82 ? "deep" : "middle");
		} else {
			node.classList.add("unmeasured");
		}
		return node;
	};
	const head = (x) => [x.name, el("small", null, " " + count(x.flows))];
	return el("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": "The grid" }, el("table", { class: "heat" },
		el("caption", { class: "unseen" }, name + " by botnet (rows) and benign source (columns)"),
		el("thead", null, el("tr", null, el("td"), sources.map((source) => el("th", { scope: "col" }, el("span", null, head(source)))))),
		el("tbody", null, families.map((family) => el("tr", null, el("th", { scope: "row" }, head(family)), sources.map((source) => cell(family, source)))))));
}

function cellWords(fold) {
	return `${fold.family} and ${fold.source}: ${count(fold.botnet)} botnet and ${count(fold.flows - fold.botnet)} benign flows tested; `
		+ `recall ${share(fold.recall)}, false positives ${share(fold.fpr)}, AUC ${figure(fold.auc)}`
		+ (fold.remarks?.length ? "; " + fold.remarks.join("; ") : "");
}
