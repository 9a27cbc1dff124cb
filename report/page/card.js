// What was read, what was not judged, and what the model is: the small print, in large.

function headline() {
	const t = report.totals;
	if (t.judged === 0) return "No peer-to-peer flows to judge";
	return judgesHosts ? hostsHeadline(t) : flowsHeadline(t);
}

function flowsHeadline(t) {
	const flowsText = counted(t.judged, "peer-to-peer flow");
	if (t.botnet === 0) return `None of ${flowsText} looks like botnet traffic`;
	return `${count(t.botnet)} of ${flowsText} ${t.botnet === 1 ? "looks" : "look"} like botnet traffic`;
}

// hostsHeadline says what was found of hosts: flows are judged within what these do.
function hostsHeadline(t) {
	if (t.botnet_hosts) return `${counted(t.botnet_hosts, "host")} ${t.botnet_hosts === 1 ? "looks like a bot" : "look like bots"}`;
	return t.benign_hosts ? "No host looks like a bot" : "Too little evidence of every host";
}

function leadText() {
	const first = report.hosts[0], t = report.totals, failed = t.failed;
	const most = first && first.botnet > 0
		? `Most of the evidence is at ${first.host}: ${counted(first.botnet, "such flow")} with ${counted(first.botnet_peers, "peer")}. ` : "";
	const warning = failed ? `${counted(failed, "capture")} could not be read to the end; what was read counts. ` : "";
	const worth = report.model.worth;
	const honest = worth?.protocol === "grid" && worth.recall !== null
		? ` In evaluation, models such as this one found ${share(worth.recall)} of the flows of a botnet they had not seen, in the median.` : "";
	const flowsToo = judgesHosts && t.judged > 0 ? flowsHeadline(t) + ". " : "";
	return flowsToo + most + warning + "These are a model’s verdicts, not findings: see why, and what the model is, before acting on them." + honest;
}

function masthead() {
	const t = report.totals;
	const time = scattered() ? ["Time recorded", timeSpan(recorded())] : ["Time span", t.first ? timeSpan(spread(t)) : "–"];
	return el("header", null,
		el("p", { class: "kicker" }, report.tool, " · ", el("time", { datetime: report.time }, stamp(microseconds(report.time)) + " UTC")),
		el("h1", null, headline()),
		el("p", { class: "lead" }, leadText()),
		facts([
			["Captures", count(t.captures)], ["Packets", count(t.packets)], ["Traffic", bytes(t.bytes)],
			time, ["Pairs of endpoints", count(t.flows)], ["Judged", count(t.judged)],
			["Botnet", el("span", { class: "verdict" }, verdictMark(true), count(t.botnet))],
		]));
}

function readSection() {
	const captures = report.captures;
	const column = (name) => captures.map((capture) => capture[name]);
	const number = (title, name, show) => ({ title, value: column(name), cell: (i) => show(captures[i][name]), numeric: true, descending: true });
	const captureTable = table({
		caption: "Captures", noun: "capture", size: 20, sort: [0, false], columns: [
			{
				title: "Capture", value: column("path"),
				cell: (i) => [el("span", { class: "path" }, captures[i].path), captures[i].error ? el("p", { class: "error" }, captures[i].error) : null].filter(Boolean),
			},
			number("Packets", "packets", count), number("Bytes", "bytes", bytes), number("Pairs", "flows", count),
			number("Judged", "judged", count), number("Botnet", "botnet", count),
			{ title: "First packet", value: captures.map((c) => c.first ?? ""), cell: (i) => captures[i].first ? stamp(microseconds(captures[i].first)) : "–" },
		],
	});
	captureTable.show(captures.keys());
	return section("read", "What was read", null, captureTable.node);
}

function unjudgedSection() {
	const caution = report.caution;
	const line = (u) => el("li", null, u.flows ? `${counted(u.flows, "flow")} of ${counted(u.packets, "packet")}: ` : `${counted(u.packets, "packet")}: `, u.why);
	const cautions = [
		[caution.single_packet, `${counted(caution.single_packet, "judged flow")} of a single packet: little evidence, whatever the score.`],
		[caution.mac, `${counted(caution.mac, "judged flow")} between MAC addresses, where no IP address was found.`],
		[caution.cut_headers, `${counted(caution.cut_headers, "packet")} with headers cut short by the capture’s snap length; counted all the same.`],
		[caution.bad_headers, `${counted(caution.bad_headers, "packet")} with malformed headers; counted all the same.`],
		[caution.bad_times, `${counted(caution.bad_times, "packet")} without a time of their own, or with one that cannot be; durations of their flows mean little.`],
		[caution.lost_answers, `${counted(caution.lost_answers, "DNS answer")} that memory had no room to note: flows with their addresses were judged all the same.`],
	].filter(([n]) => n > 0);
	return section("unjudged", "What was not judged", "Traffic with addresses that DNS named is left out: peers in a peer-to-peer network find each other without names.",
		report.unjudged.length ? el("ul", { class: "plain" }, report.unjudged.map(line)) : el("p", null, "Nothing: every packet belongs to a judged flow."),
		cautions.length ? [el("h3", null, "Judged, with less trust"), el("ul", { class: "plain" }, cautions.map(([, text]) => el("li", null, text)))] : null);
}

const featuresOf = { aware: "told apart by protocol", agnostic: "over all protocols together", behaviour: "what a host does to its peers" };

function modelSection() {
	const m = report.model, t = m.training, config = t.config ?? {};
	return section("model", "The model", "A score says how much a flow is like the botnet flows that the model was trained on.",
		facts([
			["Model", m.origin],
			["Trained", t.time ? `${t.time.slice(0, 10)} by ${t.tool || "an unknown tool"}` : "not known when"],
			["From", t.benign || t.botnet ? `${counted(t.benign, "benign flow")} and ${counted(t.botnet, "botnet flow")} of ${counted(t.captures, "capture")}` : "not known what"],
			["Trees", `${count(m.trees)}${config.Depth ? " of depth " + config.Depth : ""}`],
			["Features", `${count(m.features)}, ${featuresOf[m.mode] ?? m.mode}`],
			["Threshold", String(m.threshold)],
			["Prior", m.prior ? `${share(m.prior)} of ${m.mode === "behaviour" ? "hosts" : "flows"} are assumed to be botnet` : "not known"],
		]),
		sourcesTable(t.sources ?? {}), worthOf(m.worth), importances(m.importance ?? []), limits(t.sources ?? {}));
}

function sourcesTable(sources) {
	const names = Object.keys(sources).sort();
	if (names.length === 0) return null;
	const side = (title, prefix) => [title, names.filter((name) => name.startsWith(prefix))
		.map((name) => `${name.slice(prefix.length)} (${count(sources[name])})`).join(", ") || "none"];
	return facts([side("Botnets in training, with flows", "Botnet/"), side("Benign traffic in training, with flows", "Benign/")], "facts wide");
}

// worthOf says what an evaluation found of models such as this one.
function worthOf(worth) {
	const head = el("h3", null, "What it is worth");
	if (!worth) {
		return [head, el("p", { class: "summary" }, "This model was not evaluated. Measure it with botnetdetect evaluate, and hand the result to report with --evaluation.")];
	}
	const unseen = { grid: "botnet and application unseen", family: "botnet unseen", source: "application unseen", capture: "captures unseen", random: "flows split at random" };
	const lines = [[`Recall, ${unseen[worth.protocol] ?? worth.protocol}`, `${share(worth.recall)} in the median of ${counted(worth.folds, "fold")}, ${share(worth.worst_recall)} in the worst`],
		["False positives there", `${share(worth.fpr)} of benign flows in the median, ${share(worth.worst_fpr)} in the worst`]];
	if (worth.random_recall !== null && worth.protocol !== "random") lines.push(["Recall with flows split at random", `${share(worth.random_recall)}, which flatters: flows of one host are on both sides`]);
	if (worth.failed_audits.length) lines.push(["Audits that failed", worth.failed_audits.join(", ")]);
	return [head, facts(lines, "facts wide")];
}

// importances shows what the trees go by most: the share of all that splits won.
function importances(list) {
	if (list.length === 0) return null;
	const most = list.reduce((a, x) => Math.max(a, x.share), 0);
	return [el("h3", null, "What it goes by"),
		el("p", { class: "lede" }, "Features by their share of what all splits of the trees won in training."),
		barTable("Importances", list.map((x) => [x.name, x.share / most, percent(x.share, 1)]))];
}

function limits(sources) {
	const families = Object.keys(sources).filter((name) => name.startsWith("Botnet/")).length;
	return [el("h3", null, "What it cannot know"), el("ul", { class: "plain" }, [
		families ? `It has seen ${counted(families, "botnet")}. One that works otherwise may go unnoticed.` : null,
		"Applications that were not in training, and talk to peers that do not answer, may be taken for a botnet.",
		"A score is not the chance that a host is infected. Where bots are rare, most alerts can be false even if few benign flows are misjudged.",
		"Botnets and benign traffic in training come from different networks and years; what tells those apart may stand in for what tells bots apart.",
		"It sees sizes, counts, times and directions. It reads no payload and knows no address.",
	].filter(Boolean).map((text) => el("li", null, text)))];
}
