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

// featuresSection shows which features the trees go by, and how well each alone tells the
// classes apart.
function featuresSection() {
	return section("features", "Features", "By their share of what all splits of the trees won in training, the mean over folds.",
		chooser({ protocols, detectors }, (protocol, detector) => {
			const list = summaryOf(protocol, detector)?.importance ?? [];
			if (list.length === 0) return el("p", null, "This detector has no boosted trees, or none was trained.");
			return barTable("Importances", list.map((x) => [wordsOf(x.feature), x.share / list[0].share, percent(x.share, 1)]));
		}), singleFeatures());
}

function singleFeatures() {
	const rows = (report.audits.find((audit) => audit.name === "single feature")?.rows ?? []).filter((row) => row.figures.auc !== null)
		.sort((a, b) => b.figures.auc - a.figures.auc).slice(0, 20);
	if (rows.length === 0) return null;
	return [el("h3", null, "Each alone"),
		el("p", { class: "lede" }, "AUC of one feature, in the better direction. The dot says which: filled where more of it means botnet, hollow where less does."),
		barTable("Single features", rows.map((row) => [
			[verdictMark(row.figures.higher_is_botnet === 1), wordsOf(row.name), el("span", { class: "unseen" }, row.figures.higher_is_botnet === 1 ? ", more is botnet" : ", less is botnet")],
			2 * (row.figures.auc - 0.5), figure(row.figures.auc, 3)]))];
}

function wordsOf(feature) {
	return report.words?.[feature] ?? feature;
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
