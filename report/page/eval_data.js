// An evaluation as the program wrote it, and what of it is being looked at.

const report = JSON.parse(document.getElementById("data").textContent);
for (const name of ["remarks", "audits", "detectors", "summary", "gaps", "folds"]) report[name] ??= [];
for (const name of ["protocols", "budgets", "base_rates"]) report.settings[name] ??= [];
for (const name of ["families", "sources"]) report.data[name] ??= [];
for (const x of [...report.summary, ...report.folds]) x.budgets ??= [];
const detectors = report.detectors.filter((d) => !d.absent).map((d) => d.name);
const protocols = report.settings.protocols;

// Protocols in words, from the most to the least flattering.
const protocolWords = {
	random: "single flows, at random", capture: "captures and their hosts", family: "a botnet",
	source: "a benign application", grid: "a botnet and a benign application", given: "folds as given",
};

function summaryOf(protocol, detector) {
	return report.summary.find((s) => s.protocol === protocol && s.detector === detector && s.measured > 0);
}

function foldsOf(protocol, detector) {
	return report.folds.filter((f) => f.protocol === protocol && f.detector === detector);
}

// chooser shows what draw makes of a protocol and a detector, and lets those be chosen
// of which choices has a list.
function chooser(choices, draw) {
	const place = el("div");
	const chosen = { protocol: choices.protocols?.at(-1), detector: detectors[0] };
	const update = () => place.replaceChildren(...[draw(chosen.protocol, chosen.detector)].flat(3).filter(Boolean));
	const list = (title, values, name, words) => values && values.length > 1 ? el("label", null, title,
		el("select", { change: (event) => { chosen[name] = event.target.value; update(); } },
			values.map((value) => el("option", { value, selected: value === chosen[name] }, words(value))))) : null;
	update();
	return el("div", null, el("div", { class: "filters" },
		list("Held out", choices.protocols, "protocol", (p) => protocolWords[p] ?? p),
		list("Detector", choices.detectors, "detector", (d) => d), choices.more?.(update)), place);
}
