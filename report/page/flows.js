// The table of flows with its filters.

function flowsSection() {
	const filter = { words: "", verdict: "", protocol: "", host: null };
	const flowTable = table({
		caption: "Flows", noun: "flow", size: 50, sort: [0, true], columns: flowColumns(),
		detail: why, about: (i) => "the score of the flow between " + pairName(i),
	});
	const chip = el("div", { class: "chip", hidden: true });
	const apply = () => flowTable.show(matching(filter));

	function showHost(endpoint) {
		filter.host = endpoint;
		chip.hidden = endpoint === null;
		chip.replaceChildren(...endpoint === null ? [] : ["Only flows of " + flows.endpoints[endpoint] + " ",
			el("button", { type: "button", click: () => showHost(null) }, "Show all")]);
		apply();
	}

	const node = section("flows", "Flows", flowsLede(), el("div", { class: "filters" },
		el("label", null, "Find", el("input", {
			type: "search", placeholder: "address, protocol, capture", autocomplete: "off", spellcheck: "false",
			input: (event) => { filter.words = event.target.value; apply(); },
		})),
		choice("Verdict", ["Botnet", "Benign"], (value) => { filter.verdict = value; apply(); }),
		choice("Protocol", protocolNames(), (value) => { filter.protocol = value; apply(); }),
		chip), flowTable.node);
	apply();
	return { node, showHost };
}

function flowsLede() {
	const left = report.left_out.flows;
	return "A flow is all packets between two endpoints, both ways. From a score of " + report.model.threshold
		+ " on the verdict is Botnet. Times are UTC."
		+ (left ? ` The ${count(left)} flows with the lowest scores are not listed.` : "");
}

function choice(title, values, change) {
	return el("label", null, title, el("select", { change: (event) => change(event.target.value) },
		el("option", { value: "" }, "all"), values.map((value) => el("option", { value }, value))));
}

function protocolNames() {
	const names = new Set(flows.protocols.flatMap((text) => text.split(" ")));
	return [...names].filter(Boolean).sort((a, b) => a.localeCompare(b));
}

function flowColumns() {
	const end = (i) => fineStamp(flows.epoch + flows.first[i]);
	return [
		{
			title: "Score", value: flows.score, descending: true,
			cell: (i) => el("span", { class: "verdict" }, verdictMark(flows.botnet[i]), scoreText(flows.score[i]),
				el("span", { class: "word" }, flows.botnet[i] ? "Botnet" : "Benign")),
		},
		{ title: "Source", value: flows.src, cell: (i) => el("span", { class: "address" }, flows.endpoints[flows.src[i]]) },
		{ title: "Destination", value: flows.dst, cell: (i) => el("span", { class: "address" }, flows.endpoints[flows.dst[i]]) },
		{ title: "Protocols", value: flows.protocol, cell: (i) => el("span", { class: "protocols" }, flows.protocols[flows.protocol[i]]) },
		{ title: "Packets", value: flows.packets, cell: (i) => count(flows.packets[i]), numeric: true, descending: true },
		{ title: "Bytes", value: flows.bytes, cell: (i) => bytes(flows.bytes[i]), numeric: true, descending: true },
		{ title: "First seen", value: flows.first, cell: (i) => el("time", { title: end(i) + " UTC" }, stamp(flows.epoch + flows.first[i])) },
		{ title: "Duration", value: flows.duration, cell: (i) => timeSpan(flows.duration[i]), numeric: true, descending: true },
	];
}

// matching returns the flows that a filter lets through: all its words must be found,
// each in an endpoint, the protocols or the capture's path.
function matching(filter) {
	const tests = filter.words.toLowerCase().split(/\s+/).filter(Boolean).map(wordTest);
	if (filter.verdict) {
		const wanted = filter.verdict === "Botnet" ? 1 : 0;
		tests.push((i) => flows.botnet[i] === wanted);
	}
	if (filter.protocol) {
		const has = flows.protocols.map((text) => text.split(" ").includes(filter.protocol));
		tests.push((i) => has[flows.protocol[i]]);
	}
	if (filter.host !== null) tests.push((i) => flows.src[i] === filter.host || flows.dst[i] === filter.host);
	return flowsWhere((i) => tests.every((test) => test(i)));
}

// wordTest looks a word up once in each text, not once in each flow.
function wordTest(word) {
	const found = (texts) => texts.map((text) => text.toLowerCase().includes(word));
	const endpoint = found(flows.endpoints), protocol = found(flows.protocols);
	const capture = found(report.captures.map((c) => c.path));
	return (i) => endpoint[flows.src[i]] || endpoint[flows.dst[i]] || protocol[flows.protocol[i]] || capture[flows.capture[i]];
}
