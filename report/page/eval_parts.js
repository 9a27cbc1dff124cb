// Folds one by one, audits, and what was evaluated on.

function foldsSection() {
	return section("folds", "Folds", null, chooser({ protocols, detectors }, (protocol, detector) => {
		const folds = foldsOf(protocol, detector);
		const number = (title, get, write, first) => ({ title, numeric: true, descending: first !== false, value: folds.map((f) => get(f) ?? -1), cell: (i) => write(get(folds[i])) });
		const all = table({
			caption: "Folds", noun: "fold", size: 25, sort: [4, false], columns: [
				{ title: "Fold", value: folds.map((f) => f.fold), cell: (i) => [folds[i].fold, folds[i].remarks?.length ? el("p", { class: "error" }, folds[i].remarks.join("; ")) : null].filter(Boolean) },
				number("Flows", (f) => f.flows, count), number("Botnet", (f) => f.botnet, count),
				number("Trained on", (f) => f.train_flows, count),
				number("Recall", (f) => f.recall, share, false), number("False positives", (f) => f.fpr, share), number("AUC", (f) => f.auc, figure, false),
				...report.settings.budgets.flatMap((budget, i) => [number(`Recall at ${percentOf(budget)}`, (f) => f.budgets[i]?.recall, share, false)]),
			],
		});
		all.show(folds.keys());
		return all.node;
	}));
}

function auditsSection() {
	if (report.audits.length === 0) return section("audits", "Audits", "None were made: evaluate with --audits to check flows, features and split.");
	return section("audits", "Audits", "Checks of the evaluation itself: of the flows, the features and the split.",
		report.audits.map((audit) => el("article", { class: "audit" },
			el("h3", null, el("span", { class: audit.failed ? "failed" : "held" }, audit.failed ? "Failed" : audit.value === null ? "Not measured" : "Held"), " ", audit.name),
			el("p", null, capitalized(audit.finding) + "."),
			el("p", { class: "lede" }, "Must hold: " + audit.rule + "."),
			audit.rows?.length ? el("details", null, el("summary", null, counted(audit.rows.length, "figure")), auditTable(audit.rows)) : null)));
}

function auditTable(rows) {
	const names = [...new Set(rows.flatMap((row) => Object.keys(row.figures)))];
	const all = table({
		caption: "Figures of the audit", noun: "row", size: 20, sort: [0, false], columns: [
			{ title: "", hint: "name", value: rows.map((_, i) => i), cell: (i) => el("span", { class: "path" }, rows[i].name) },
			...names.map((name) => ({
				title: name.replaceAll("_", " "), numeric: true, descending: true, value: rows.map((row) => row.figures[name] ?? -1),
				cell: (i) => { const x = rows[i].figures[name]; return x === null || x === undefined ? "–" : Number.isInteger(x) ? count(x) : figure(x, 3); },
			})),
		],
	});
	all.show(rows.keys());
	return all.node;
}

// featuresSection shows how well each feature alone tells the classes apart.
function featuresSection() {
	const rows = (report.audits.find((audit) => audit.name === "single feature")?.rows ?? []).filter((row) => row.figures.auc !== null)
		.sort((a, b) => b.figures.auc - a.figures.auc).slice(0, 20);
	if (rows.length === 0) return null;
	return section("features", "Features, one by one", "AUC of each feature alone, in the better direction. The dot says which: filled where more of it means botnet, hollow where less does.",
		el("table", { class: "reasons" }, el("caption", { class: "unseen" }, "Features"), el("tbody", null, rows.map((row) => el("tr", null,
			el("td", null, verdictMark(row.figures.higher_is_botnet === 1), row.name),
			el("td", { class: "sides" }, svg("svg", { class: "push", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
				svg("rect", { class: "neutral", width: 200 * (row.figures.auc - 0.5), y: 1, height: 8 }))),
			el("td", { class: "numeric" }, figure(row.figures.auc, 3)))))));
}

function dataSection() {
	const sources = (title, list) => [title, list.map((x) => `${x.name} (${counted(x.flows, "flow")} in ${counted(x.captures, "capture")}, ${counted(x.groups, "group")})`).join(", ") || "none"];
	const s = report.settings;
	return section("data", "What this rests on", null,
		facts([sources("Botnets", report.data.families), sources("Benign sources", report.data.sources)], "facts wide"),
		facts([["Never divided", s.grouping === "host" ? "captures that share a host" : s.grouping], ["Trees", `${count(s.trees)} of depth ${s.depth}, learning rate ${s.learning_rate}`],
			["Folds inside training", count(s.inner_folds)], ["Intervals", `${percentOf(s.level)}, ${count(s.replicates)} draws of groups`], ["Seed", String(s.seed)]]),
		el("h3", null, "Detectors"),
		el("ul", { class: "plain" }, report.detectors.map((d) => el("li", null, el("strong", null, d.name), ": " + d.about, d.absent ? ". Not measured: " + d.absent : ""))));
}
