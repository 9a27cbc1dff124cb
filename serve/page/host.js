// The page of one host.

function hostPage(source, name) {
	const head = el("header", { class: "host" }), rest = el("div");
	const id = hostId(source, name);
	let formed = false;

	async function load() {
		try {
			show(await ask("/api/host?" + new URLSearchParams({ source, host: name })));
		} catch (error) {
			head.replaceChildren(backLink(), el("h1", { class: "path" }, name), el("p", { class: "lead" }, capitalized(error.message) + "."));
		}
	}

	function show(all) {
		document.title = name + " · botnetdetect";
		head.replaceChildren(backLink(), ...hostHead(all));
		if (!formed) rest.replaceChildren(triagePart(all), el("div", { id: "facts" }));
		formed = true;
		rest.lastChild.replaceChildren(...hostParts(all));
	}

	// What people said may have come from another page; a note under way is not touched.
	function triagePart(all) {
		const log = el("div");
		const put = (triage) => log.replaceChildren(...[triageLog(triage.log)].filter(Boolean));
		put(all.known.triage);
		return section("triage", "What to make of it", null, triageForm({ source, host: name }, all.known.triage, put), log);
	}

	const again = soon(load, 1500);
	return { node: el("div", null, head, rest), start: () => { load(); return [hear("hosts", (changed) => { if (!changed || changed.has(id)) again(); })]; } };
}

function backLink() {
	return el("p", { class: "kicker" }, el("a", { href: "#/" }, "← All hosts"));
}

function hostHead(all) {
	const k = all.known, worst = k.worst, latest = k.latest;
	return [el("h1", { class: "path" }, all.host),
		el("p", { class: "lead" }, el("span", { class: "verdict" }, verdictWord(worst.verdict)), " · ", hostSentence(worst),
			latest.verdict !== worst.verdict ? ` Of late: ${latest.verdict}.` : ""),
		facts([["Seen", all.source], ["First packet", stamp(microseconds(k.first))], ["Last packet", stamp(microseconds(k.last))], ["Evidence", worst.evidence.toFixed(1)],
			["Highest score", scoreText(worst.score)], ["Botnet flows", `${count(worst.botnet)} of ${count(worst.flows)}`], ["Packets", count(worst.packets)], ["Traffic", bytes(worst.bytes)]])];
}

function hostSentence(j) {
	const silent = j.silent === 0 ? "every peer answered" : `no reply in ${j.silent === j.flows ? "any" : count(j.silent)} of its ${counted(j.flows, "flow")}`;
	return j.botnet_peers === 0 ? `it speaks with ${counted(j.peers, "peer")}, with none in a botnet flow; ${silent}.`
		: `it speaks with ${counted(j.peers, "peer")}, with ${count(j.botnet_peers)} of them in botnet flows; ${silent}.`;
}

function hostParts(all) {
	const detail = all.detail;
	const peers = (detail.peers ?? []).map((p) => ({ ...p, first: microseconds(p.first), last: microseconds(p.last) }));
	return [
		section("line", "Time line", "Its evidence in each window: the scores of its botnet flows, added up.", timeLine(detail.moments ?? [], all.host)),
		section("why", "Why", detail.summary ? capitalized(detail.summary) + "." : "No flow of it was explained.",
			detail.reasons?.length ? reasonTable(detail.reasons.map((r) => [r.text, r.push]), detail.base, detail.worst.score) : null),
		section("peers", "Peers", `The ${counted(peers.length, "peer")} with the highest scores.`, peers.length ? [
			el("div", { class: "pictures" }, captioned(amidPeers(all.host, peers, "The table lists them."), "A larger dot has more bytes."), peersTable(peers).node), legend()] : null),
	];
}

function peersTable(peers) {
	const number = (title, key, show) => ({ title, value: peers.map((p) => p[key]), cell: (i) => show(peers[i][key]), numeric: true, descending: true });
	const list = table({
		caption: "Peers", noun: "peer", size: 12, sort: [1, true], columns: [
			{ title: "Peer", value: peers.map((p) => addressOrder(p.name)), cell: (i) => el("span", { class: "address" }, peers[i].name) },
			{ title: "Score", value: peers.map((p) => p.score), descending: true, cell: (i) => el("span", { class: "verdict" }, verdictMark(peers[i].botnet), scoreText(peers[i].score)) },
			{ title: "Protocols", value: peers.map((p) => p.protocols), cell: (i) => el("span", { class: "protocols" }, peers[i].protocols) },
			number("Packets", "packets", count), number("Bytes", "bytes", bytes),
			{ title: "Last seen", value: peers.map((p) => p.last), descending: true, cell: (i) => el("time", null, stamp(peers[i].last)) },
		],
	});
	list.show(peers.keys());
	return list;
}
