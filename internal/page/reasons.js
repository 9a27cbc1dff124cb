// What each thing that the model saw does to the odds.

function capitalized(text) {
	return text.slice(0, 1).toUpperCase() + text.slice(1);
}

// reasonTable shows reasons as [text, push in log-odds], strongest first.
function reasonTable(lines, base, score) {
	const most = Math.max(0.7, ...lines.map(([, push]) => Math.abs(push)));
	return el("table", { class: "reasons" },
		el("caption", { class: "unseen" }, "Reasons for the score"),
		el("thead", null, el("tr", null,
			el("th", { scope: "col" }, "What the model saw"),
			el("th", { scope: "col", class: "sides" }, el("span", null, "← benign"), el("span", null, "botnet →")),
			el("th", { scope: "col", class: "numeric" }, "Odds of botnet"))),
		el("tbody", null,
			el("tr", { class: "end" }, el("td", null, "Score before looking at the flow"), el("td"), el("td", { class: "numeric" }, scoreText(probability(base)))),
			lines.map(([text, push]) => el("tr", null,
				el("td", null, text), el("td", null, pushBar(push, most)), el("td", { class: "numeric" }, oddsText(push)))),
			el("tr", { class: "end" }, el("td", null, "Score of the flow"), el("td"), el("td", { class: "numeric" }, scoreText(score)))));
}

function pushBar(push, most) {
	const width = 100 * Math.abs(push) / most;
	return svg("svg", { class: "push", viewBox: "-101 0 202 10", preserveAspectRatio: "none", "aria-hidden": "true" },
		svg("rect", { class: push > 0 ? "botnet" : "benign", x: push > 0 ? 0 : -width, y: 1, width, height: 8 }),
		svg("line", { x1: 0, x2: 0, y1: 0, y2: 10 }));
}
