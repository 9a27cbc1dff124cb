// Captures that are dropped on the page.

const sending = new Map(); // by number: { name, part, error }
let sent = 0;

function sendAll(files) {
	for (const file of files) {
		const number = ++sent, one = { name: file.name, part: 0, error: "" };
		sending.set(number, one);
		announce("uploads");
		const limit = known.status.maxUpload;
		const going = limit && file.size > limit ? Promise.reject(new Error(`larger than ${bytes(limit)}: judge it with botnetdetect report`))
			: sendCapture(file, (part) => { one.part = part; announce("uploads"); });
		going.then((upload) => { sending.delete(number); known.uploads.set(upload.id, known.uploads.get(upload.id) ?? upload); announce("uploads"); },
			(error) => { one.error = error.message; announce("uploads"); });
	}
}

function capturesSection() {
	const list = el("ul", { class: "captures" });
	const input = el("input", { type: "file", id: "file", multiple: true, class: "unseen", change: () => { sendAll(input.files); input.value = ""; } });
	const place = el("div", { class: "drop" }, input, el("label", { for: "file" }, "Choose captures"), el("span", null, " or drop them anywhere on this page. pcap and pcapng, also compressed."));
	const part = section("captures", "Captures", "Judged one after the other, each with a report of its own. Its hosts join the list above.", place, list);

	function update() {
		part.hidden = !known.status.uploads;
		const uploads = [...known.uploads.values()].sort((a, b) => (a.time < b.time ? 1 : -1));
		list.replaceChildren(...[...sending].reverse().map(([number, one]) => sendingLine(number, one, update)), ...uploads.map(uploadLine));
	}

	return { node: part, start: () => { update(); return [hear("uploads", update), hear("status", () => { part.hidden = !known.status.uploads; })]; } };
}

function progressBar(title, value) {
	return el("progress", { max: 1, value: Math.min(1, value), "aria-label": title });
}

function sendingLine(number, one, update) {
	return el("li", null, el("span", { class: "path" }, one.name), one.error
		? el("span", { class: "outcome" }, "Not taken: " + one.error, " ", el("button", { type: "button", class: "more", click: () => { sending.delete(number); update(); } }, "Dismiss"))
		: el("span", { class: "outcome" }, progressBar("Sending " + one.name, one.part), ` sending, ${percent(one.part, 1)}`));
}

function uploadLine(upload) {
	return el("li", { "data-upload": upload.id, "data-state": upload.state },
		el("span", { class: "path" }, upload.name),
		el("span", { class: "outcome" }, outcome(upload)),
		el("time", null, stamp(microseconds(upload.time)).slice(0, 16)),
		el("button", { type: "button", class: "more", click: () => forget(upload) }, "Delete", el("span", { class: "unseen" }, " " + upload.name)));
}

function outcome(upload) {
	switch (upload.state) {
	case "waiting": return ["Waiting to be judged", el("span", { class: "soft" }, " · " + bytes(upload.bytes))];
	case "judging": return [progressBar("Judging " + upload.name, upload.read / Math.max(1, upload.bytes)), " being judged, " + percent(Math.min(upload.read, upload.bytes), upload.bytes)];
	case "failed": return "Not judged: " + upload.error;
	}
	const found = upload.botnet ? [verdictMark(true), `${count(upload.botnet)} of ${counted(upload.judged, "flow")} botnet`] : [verdictMark(false), `none of ${counted(upload.judged, "flow")} botnet`];
	return [el("a", { href: "/reports/" + encodeURIComponent(upload.id), target: "_blank", rel: "noopener" }, "Report", el("span", { class: "unseen" }, " of " + upload.name)),
		el("span", { class: "verdict" }, found), upload.error ? el("span", { class: "error" }, "Not read to its end: " + upload.error) : null].filter(Boolean);
}

function forget(upload) {
	ask("/api/uploads/" + encodeURIComponent(upload.id), { method: "DELETE" }).catch((error) => {
		sending.set(++sent, { name: upload.name, part: 0, error: "not deleted: " + error.message });
		announce("uploads");
	});
}

// takeDrops takes files that are dropped anywhere.
function takeDrops() {
	const files = (event) => Array.from(event.dataTransfer?.types ?? []).includes("Files");
	document.addEventListener("dragover", (event) => { if (files(event)) { event.preventDefault(); document.body.classList.add("dropping"); } });
	document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });
	document.addEventListener("drop", (event) => {
		if (!files(event)) return;
		event.preventDefault();
		document.body.classList.remove("dropping");
		if (known.status.uploads) sendAll(event.dataTransfer.files);
	});
}
