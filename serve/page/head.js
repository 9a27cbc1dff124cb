// The head of the page: what there is to do, and how watching fares.

function headSection() {
	const title = el("h1"), lead = el("p", { class: "lead" }), link = el("p", { class: "link", role: "status" });
	const warnings = el("div", { class: "warnings", role: "alert" });
	const figures = el("div");
	let before = null, rate = null, warned = "";

	function update() {
		const status = known.status;
		const all = { botnet: 0, attention: 0, acknowledged: 0, allowed: 0 };
		let worst = null;
		for (const host of known.hosts.values()) {
			if (host.state) all[host.state]++;
			if (host.verdict !== "Botnet") continue;
			all.botnet++;
			if (!wantsAttention(host)) continue;
			all.attention++;
			if (!worst || host.evidence > worst.evidence) worst = host;
		}
		title.textContent = headLine(all);
		lead.replaceChildren(...leadLine(all, worst));
		figures.replaceChildren(facts(headFigures(status, all, rate)));
		const text = problems(status).join("\n");
		if (text !== warned) warnings.replaceChildren(...problems(status).map((problem) => el("p", { class: "warning" }, problem)));
		warned = text;
		link.replaceChildren(...linkLine(status));
		document.title = (all.attention ? `(${count(all.attention)}) ` : "") + "botnetdetect";
	}

	function measure() {
		const watch = known.status.watch, now = performance.now();
		if (watch && before && now - before.now > 800) rate = (watch.packets - before.packets) / (now - before.now) * 1000;
		if (watch && (!before || now - before.now > 800)) before = { now, packets: watch.packets };
		update();
	}

	return {
		node: el("header", null, el("div", { class: "bar-top" }, el("p", { class: "kicker" }, "botnetdetect"), link, logoutForm()), title, lead, warnings, figures),
		start: () => [hear("hosts", soon(update, 500)), hear("status", measure)],
		update,
	};
}

function headLine(all) {
	if (known.hosts.size === 0) return "Nothing seen yet";
	if (all.botnet === 0) return "No host looks like a bot";
	return `${counted(all.botnet, "host")} ${all.botnet === 1 ? "looks like a bot" : "look like bots"}`;
}

function leadLine(all, worst) {
	if (known.hosts.size === 0) return [known.status.source ? "Hosts appear here as soon as there is enough of their traffic." : "Drop a capture here to have it judged."];
	if (!worst) return [all.botnet ? "Somebody has looked at every one of them." : "A model’s verdict, not a finding: it has not seen every botnet there is."];
	return [all.attention === all.botnet ? "Nobody has looked at " + (all.botnet === 1 ? "it" : "them") + " yet. " : `Nobody has looked at ${count(all.attention)} of them yet. `,
		"Most of the evidence is at ", hostLink(worst), `: ${counted(worst.botnet, "botnet flow")} with ${counted(worst.botnetPeers, "peer")}.`];
}

function headFigures(status, all, rate) {
	const watch = status.watch, pairs = [["Hosts", count(known.hosts.size)], ["New", count(all.attention)], ["Acknowledged", count(all.acknowledged)], ["Allowed", count(all.allowed)]];
	if (watch) {
		pairs.push(["Watching", status.source], ["Packets a second", watch.running && rate !== null ? count(rate) : "–"],
			["Dropped", watch.packets + watch.dropped ? percent(watch.dropped, watch.packets + watch.dropped) : "–"]);
	}
	return pairs;
}

function problems(status) {
	return [
		status.failing ? `The history is not being written (${status.failing}). ${counted(status.pending, "host")} with news are kept in memory until it can be.` : null,
		status.moved ? `The history was damaged. What was left of it is at ${status.moved}; a new one was begun.` : null,
		status.damaged ? `${counted(status.damaged, "record")} of the history could not be read.` : null,
		status.watch?.error ? "Watching has stopped: " + status.watch.error : null,
		...(status.watch?.problems ?? []).map((problem) => `Watching is not well: ${problem}.`),
		status.forgotten ? `${counted(status.forgotten, "host")} with the least evidence were forgotten for want of room.` : null,
	].filter(Boolean);
}

function linkLine(status) {
	const words = { live: status.watch ? status.watch.running ? "Live" : "The capture has ended" : "Connected", lost: "No connection; trying again", connecting: "Connecting", paused: "Paused" };
	const lost = known.lost ? ` · this page was too slow for ${counted(known.lost, "update")}, and loaded everything anew` : "";
	return [el("span", { class: "dot " + known.link, "aria-hidden": "true" }), words[known.link] + lost];
}

function logoutForm() {
	const form = el("form", { method: "post", action: "/logout", hidden: true }, el("button", { class: "pick" }, "Log out"));
	hear("status", () => { form.hidden = !known.status.token; });
	return form;
}

// soon calls f at most once in so many ms.
function soon(f, ms) {
	let timer = null;
	return () => { timer ??= setTimeout(() => { timer = null; f(); }, ms); };
}
