// Hosts ranked by verdict and evidence, and the one that is picked: its peers and its time line.

const judgesHosts = report.model.mode === "behaviour";

function hostsSection(showFlows) {
	const hosts = report.hosts;
	const panel = el("div", { class: "panel" });
	let picked = null;
	const hostTable = table({
		caption: "Hosts", noun: "host", size: 10, sort: [1, !judgesHosts], columns: hostColumns(hosts, pick),
		mark: (line, row) => { if (row === picked) line.setAttribute("aria-current", "true"); },
	});

	function pick(row) {
		picked = row;
		hostTable.rerender();
		const endpoint = numberOf.get(hosts[row].host);
		panel.replaceChildren(...hostPanel(hosts[row], endpoint, () => showFlows(endpoint)));
	}

	hostTable.show(hosts.keys());
	if (hosts.length > 0) pick(0);
	return section("hosts", "Hosts", hostsLede(), hostTable.node, panel);
}

function hostsLede() {
	const left = report.left_out.hosts, t = report.totals;
	const rest = left ? ` The ${count(left)} hosts with least evidence are not listed.` : "";
	if (judgesHosts) {
		return `By what they do to all of their peers, ${count(t.botnet_hosts ?? 0)} Botnet, ${count(t.benign_hosts ?? 0)} Benign, ${count(t.too_little_evidence ?? 0)} with too little evidence. `
			+ "Hosts that are only others’ peers have no verdict." + rest;
	}
	return "Ranked by evidence: the scores of a host’s botnet flows, added up. Both ends of a flow get its score, so the peers of a bot are listed too, well below it." + rest;
}

function hostColumns(hosts, pick) {
	const most = hosts.reduce((a, host) => Math.max(a, host.evidence), 0);
	const column = (name) => hosts.map((host) => host[name]);
	const number = (title, name, show) => ({ title, value: column(name), cell: (i) => show(hosts[i][name]), numeric: true, descending: true });
	return [
		{
			title: "Host", value: hosts.map((host) => numberOf.get(host.host) ?? Infinity),
			cell: (i) => el("button", { type: "button", class: "pick address", click: () => pick(i) }, hosts[i].host),
		},
		judgesHosts ? { title: "Verdict", value: hosts.map((_, i) => i), cell: (i) => hostVerdict(hosts[i].verdict) } : null,
		{
			title: "Evidence", value: column("evidence"), descending: true,
			cell: (i) => el("span", { class: "evidence" }, hosts[i].evidence.toFixed(1), evidenceBar(hosts[i].evidence, most)),
		},
		number("Botnet flows", "botnet", count),
		number("Flows", "flows", count),
		number("Peers", "peers", count),
		{
			title: "No reply", hint: "share of its flows in which the peer sent nothing", numeric: true, descending: true,
			value: hosts.map((host) => host.silent / host.flows), cell: (i) => percent(hosts[i].silent, hosts[i].flows),
		},
		number("Highest score", "score", scoreText),
		number("Bytes", "bytes", bytes),
	].filter(Boolean);
}

// hostVerdict is the gravest verdict on a host in a few words: hosts come in its order.
function hostVerdict(v) {
	if (!v) return "–";
	const score = v.verdict === "too little evidence" ? "" : " " + scoreText(v.score);
	return el("span", { class: "verdict" }, v.verdict === "too little evidence" ? null : verdictMark(v.verdict === "Botnet"), v.verdict + score);
}

// hostReasons says what the verdict on a host rests on.
function hostReasons(host) {
	const v = host.verdict;
	if (!v) return [];
	const rests = `mean score ${scoreText(v.score)} of its flows with ${counted(v.peers, "peer")} over ${v.manner}, Botnet from ${scoreText(report.model.threshold)} on`;
	const others = Object.entries(host.verdicts ?? {}).map(([name, n]) => `${name} in ${counted(n, "capture")}`).join(", ");
	return [
		el("p", { class: "summary" }, `${capitalized(v.verdict)}: ${rests}.` + (report.captures.length > 1 ? ` ${others}; this is of ${shortPath(v.capture)}.` : "")),
		v.reasons.length ? el("p", { class: "lede" }, v.verdict === "Botnet" ? "What speaks for it, the weightiest first:" : "What speaks against a bot, the weightiest first:") : null,
		v.reasons.length ? el("ol", null, v.reasons.map((text) => el("li", null, text))) : null,
		el("p", { class: "lede" }, "Highest scores: ", v.flows.map((f) => `${f.peer} (${scoreText(f.score)})`).join(", ")),
	].filter(Boolean);
}

function hostPanel(host, endpoint, showFlows) {
	const own = endpoint === undefined ? [] : flowsOf(endpoint);
	const head = [el("h3", null, host.host), ...hostReasons(host), el("p", { class: "summary" }, hostSummary(host))];
	if (own.length === 0) return [...head, el("p", { class: "lede" }, "None of its flows are listed on this page.")];
	const show = el("button", { type: "button", click: () => { showFlows(); document.getElementById("flows").scrollIntoView(); } },
		"Show only its flows below");
	return [...head, show, el("div", { class: "pictures" },
		captioned(peersGraph(endpoint, own), caption("peer", host.peers, peersDrawn) + " A larger dot has more bytes."),
		captioned(lanes(endpoint, own), caption("flow", host.flows, lanesDrawn) + " A bar goes from first to last packet.")), legend()];
}

function caption(noun, all, most) {
	return all <= most ? `Its ${counted(all, noun)}.` : `The ${most} of its ${counted(all, noun)} with the highest scores.`;
}

function hostSummary(host) {
	const silent = host.silent === 0 ? "every peer answered"
		: `no reply in ${host.silent === host.flows ? "any" : count(host.silent)} of its ${counted(host.flows, "flow")}`;
	const peers = host.botnet_peers === 0 ? `Speaks with ${counted(host.peers, "peer")}, with none in a botnet flow`
		: `Speaks with ${counted(host.peers, "peer")}, with ${count(host.botnet_peers)} of them in botnet flows`;
	const mean = host.packets / host.flows;
	return `${peers}; ${mean < 9.95 ? mean.toFixed(1) : count(mean)} packets a flow and ${bytes(host.bytes / host.packets)} a packet on average; ${silent}.`;
}
