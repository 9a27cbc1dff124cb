// The hosts by evidence.

function hostPath(host) {
	return "#/host/" + encodeURIComponent(host.source) + "/" + encodeURIComponent(host.host);
}

function hostLink(host) {
	return el("a", { class: "address", href: hostPath(host) }, host.host);
}

// ago says how long a time (ms) is past; beyond a day, when it was.
function ago(ms) {
	const s = Math.max(0, (Date.now() - ms) / 1000);
	if (s < 60) return "just now";
	if (s < 3600) return Math.floor(s / 60) + " min ago";
	if (s < 86400) return Math.floor(s / 3600) + " h ago";
	return stamp(ms * 1000).slice(0, 16);
}

const hostColumns = [
	{ title: "Verdict", value: (h) => (h.verdict === "Botnet" ? 1e9 : 0) + h.evidence, descending: true, text: (h) => h.verdict, cell: (h) => el("span", { class: "verdict" }, verdictWord(h.verdict)) },
	{ title: "Host", value: (h) => h.place, text: (h) => h.host, cell: hostLink },
	{ title: "Evidence", hint: "the scores of its botnet flows, added up, in the worst window", value: (h) => h.evidence, descending: true, text: (h) => h.evidence + " " + mostEvidence, cell: (h) => el("span", { class: "evidence" }, h.evidence.toFixed(1), evidenceBar(h.evidence, mostEvidence)) },
	{ title: "Botnet flows", value: (h) => h.botnet, descending: true, numeric: true, text: (h) => `${count(h.botnet)} of ${count(h.flows)}` },
	{ title: "No reply", hint: "share of its flows in which the peer sent nothing", value: (h) => h.silent / (h.flows || 1), descending: true, numeric: true, text: (h) => percent(h.silent, h.flows) },
	{ title: "Score", hint: "the highest of its flows", value: (h) => h.score, descending: true, numeric: true, text: (h) => scoreText(h.score) },
	{ title: "Last seen", value: (h) => h.last, descending: true, text: (h) => ago(h.last), cell: (h) => el("time", { title: stamp(h.last * 1000) + " UTC" }, ago(h.last)) },
	{ title: "Where", value: (h) => h.source, text: (h) => h.source, cell: (h) => el("span", { class: "where", title: h.source }, h.source) },
	{ title: "State", value: (h) => stateRank(h), descending: true, text: (h) => h.state + h.verdict + h.noted, cell: stateBadge },
];

let mostEvidence = 0;

function stateRank(host) {
	return wantsAttention(host) ? 3 : { acknowledged: 2, allowed: 1 }[host.state] ?? 0;
}

const filter = { words: "", show: "all", source: "" };
const shows = [
	["all", "all", () => true],
	["new", "new: botnet, nobody has looked", wantsAttention],
	["botnet", "botnet", (h) => h.verdict === "Botnet"],
	["unsure", "too little evidence", (h) => h.verdict !== "Botnet" && h.verdict !== "Benign"],
	["acknowledged", "acknowledged", (h) => h.state === "acknowledged"],
	["allowed", "allowed", (h) => h.state === "allowed"],
	["noted", "with a note", (h) => h.noted],
];

function filtered() {
	const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
	const fits = shows.find(([name]) => name === filter.show)[2];
	const found = [];
	for (const host of known.hosts.values()) {
		if (fits(host) && (!filter.source || host.source === filter.source) && words.every((word) => host.words.includes(word))) found.push(host);
	}
	return found;
}

function hostsSection() {
	const said = el("p", { role: "status", class: "count" });
	const held = el("button", { type: "button", class: "held-order", hidden: true, click: () => order() });
	const open = (host) => { location.hash = hostPath(host); };
	const table = grid({
		caption: "Hosts by evidence", columns: hostColumns, sort: [0, true], open, resorted: () => order(),
		mark: (host) => (wantsAttention(host) ? "attention" : host.state === "allowed" ? "allowed" : ""),
		keys: { a: acknowledge },
	});
	const sources = el("select", { change: (event) => { filter.source = event.target.value; order(); } });
	let waiting = 0, over = false, listed = "";
	table.node.addEventListener("pointerenter", () => { over = true; });
	table.node.addEventListener("pointerleave", () => { over = false; });

	async function acknowledge(host) {
		try {
			const detail = await ask("/api/host?" + new URLSearchParams({ source: host.source, host: host.host }));
			await mark(host, "acknowledged", detail.known.triage.note ?? "");
			said.textContent = host.host + " acknowledged.";
		} catch (error) {
			said.textContent = "Not kept: " + error.message;
		}
	}

	// order filters and sorts anew; while somebody points at the table or works in it, rows
	// keep their places, and only what they say changes.
	function order() {
		waiting = 0;
		held.hidden = true;
		mostEvidence = 0;
		for (const host of known.hosts.values()) mostEvidence = Math.max(mostEvidence, host.evidence);
		const rows = filtered().sort(table.compare);
		table.show(rows);
		said.textContent = rows.length === known.hosts.size ? counted(rows.length, "host") : `${count(rows.length)} of ${counted(known.hosts.size, "host")}`;
		listSources();
	}

	function listSources() {
		const names = [...new Set([...known.hosts.values()].map((host) => host.source))].sort();
		if (names.join("\n") === listed) return;
		listed = names.join("\n");
		sources.replaceChildren(el("option", { value: "" }, "everywhere"), ...names.map((name) => el("option", { value: name }, name)));
		sources.value = filter.source;
	}

	function refresh() {
		const rows = table.rows();
		for (let i = 0; i < rows.length; i++) rows[i] = known.hosts.get(rows[i].id) ?? rows[i];
		table.draw();
	}

	const reorder = soon(() => { if (busy()) { if (waiting) hold(); } else order(); }, 1000);
	const busy = () => over || table.node.contains(document.activeElement);
	function hold() {
		held.hidden = false;
		held.textContent = `Order held; put ${counted(waiting, "changed host")} in place`;
	}

	function news(changed) {
		if (!changed) return order();
		waiting += changed.size;
		refresh();
		reorder();
	}

	const words = el("input", { type: "search", placeholder: "address or where", autocomplete: "off", spellcheck: "false", input: (event) => { filter.words = event.target.value; order(); } });
	words.value = filter.words;
	const show = el("select", { change: (event) => { filter.show = event.target.value; order(); } }, shows.map(([name, text]) => el("option", { value: name }, text)));
	show.value = filter.show;
	return {
		node: section("hosts", "Hosts", null,
			el("div", { class: "filters" }, el("label", null, "Find", words), el("label", null, "Show", show), el("label", null, "Seen", sources), said, held),
			table.node,
			el("p", { class: "keys" }, el("kbd", null, "↑"), " ", el("kbd", null, "↓"), " choose · ", el("kbd", null, "Enter"), " open · ", el("kbd", null, "a"), " acknowledge. Rows keep their places while you are in the table.")),
		start: () => { order(); return [hear("hosts", news)]; },
	};
}
