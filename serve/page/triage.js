// What people make of a host.

const stateWords = { "": "new", acknowledged: "acknowledged", allowed: "allowed" };

// verdictWord is a verdict as a mark and a word.
function verdictWord(verdict) {
	if (verdict === "Botnet") return [verdictMark(true), "Botnet"];
	if (verdict === "Benign") return [verdictMark(false), "Benign"];
	return [svg("svg", { class: "mark unsure", viewBox: "0 0 10 10", "aria-hidden": "true" }, svg("path", { d: "M1 5h8" })), "Too little"];
}

function stateBadge(host) {
	return [el("span", { class: "badge " + (host.state || (host.verdict === "Botnet" ? "new" : "quiet")) },
		host.state === "" && host.verdict !== "Botnet" ? "–" : stateWords[host.state]),
	host.noted ? el("span", { class: "noted", title: "There is a note" }, "✎") : null].filter(Boolean);
}

// mark says what to make of a host, and knows it at once.
async function mark(host, state, note) {
	const triage = await tellServer("/api/triage", { source: host.source, host: host.host, state, note });
	const id = hostId(host.source, host.host), before = known.hosts.get(id);
	if (before) {
		known.hosts.set(id, { ...before, state: triage.state ?? "", noted: Boolean(triage.note) });
		announce("hosts", new Set([id]));
	}
	return triage;
}

// triageForm lets people say what they make of a host; done hears the new triage.
function triageForm(host, triage, done) {
	const note = el("textarea", { id: "note", rows: 3, maxlength: 2000, placeholder: "What do you know of it? Whom did you ask?" });
	note.value = triage.note ?? "";
	const said = el("p", { class: "said", role: "status" });
	const states = [["", "New", "Nobody has looked at it yet"], ["acknowledged", "Acknowledge", "Somebody is on it; it no longer counts as new"],
		["allowed", "Allow-list", "It is known to be harmless: no more alerts, whatever the verdict"]];
	const buttons = states.map(([state, title, hint]) => el("button", {
		type: "button", title: hint, "data-state": state, "aria-pressed": String((triage.state ?? "") === state), click: () => say(state),
	}, title));

	async function say(state) {
		buttons.forEach((button) => { button.disabled = true; });
		try {
			const now = await mark(host, state, note.value);
			said.textContent = "Kept.";
			triage = now;
			buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.state === (now.state ?? ""))));
			done(now);
		} catch (error) {
			said.textContent = "Not kept: " + error.message;
		}
		buttons.forEach((button) => { button.disabled = false; });
	}

	return el("div", { class: "triage" },
		el("div", { class: "choice", role: "group", "aria-label": "What to make of it" }, buttons),
		el("label", { for: "note" }, "Note"), note,
		el("div", { class: "turn" }, el("button", { type: "button", id: "keep", click: () => say(triage.state ?? "") }, "Keep note"), said));
}

// triageLog lists what was said of a host, the latest first.
function triageLog(log) {
	if (!log?.length) return null;
	return el("details", { class: "log" }, el("summary", null, `Said before (${count(log.length)})`),
		el("ul", { class: "plain" }, [...log].reverse().map((action) => el("li", null,
			el("time", null, stamp(microseconds(action.time))), " ", stateWords[action.state], action.note ? ": " + action.note : ""))));
}
