// Talking to the server: live updates, asking, telling, sending captures.

// ask returns what the server answers as an object, or fails with what it says is wrong.
async function ask(path, options) {
	const response = await fetch(path, { credentials: "same-origin", ...options });
	if (response.status === 401) {
		location.assign("/login");
		throw new Error("the session has ended");
	}
	const answer = await response.json().catch(() => ({}));
	if (!response.ok) throw new Error(answer.error ?? `the server answers ${response.status}`);
	return answer;
}

function tellServer(path, body) {
	return ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

// follow keeps what is known up to date. A page that nobody looks at does not listen, as a
// browser has only so many connections; it loads everything when it is looked at again.
function follow() {
	let events = null, waiting = null;

	async function load() {
		waiting = [];
		try {
			learnAll(await ask("/api/hosts"));
			setLink("live");
		} catch (error) {
			setLink("lost");
		}
		const late = waiting ?? [];
		waiting = null;
		if (fields.length > 0) late.forEach(learnHosts);
	}

	function listen() {
		events?.close();
		events = new EventSource("/api/events");
		const on = (name, f) => events.addEventListener(name, (event) => f(JSON.parse(event.data)));
		on("hello", load);
		on("hosts", (rows) => { if (waiting) waiting.push(rows); else learnHosts(rows); });
		on("upload", (upload) => { known.uploads.set(upload.id, upload); announce("uploads"); });
		on("gone", (id) => { known.uploads.delete(id); announce("uploads"); });
		on("grants", learnGrants);
		on("status", (status) => { known.status = status; announce("status"); });
		on("reload", ({ lost }) => { known.lost += lost; load(); });
		events.addEventListener("error", () => {
			setLink("lost");
			if (events.readyState === EventSource.CLOSED) { // refused: perhaps the session has ended
				setTimeout(() => { if (!document.hidden) load().then(listen); }, 5000);
			}
		});
	}

	document.addEventListener("visibilitychange", () => {
		if (document.hidden) {
			events?.close();
			events = null;
			setLink("paused");
		} else if (!events) listen();
	});
	if (document.hidden) load(); else listen();
}

// sendCapture sends a file; progress hears which part of it has gone. fetch cannot tell.
function sendCapture(file, progress) {
	return new Promise((done, failed) => {
		const request = new XMLHttpRequest();
		request.open("POST", "/api/uploads?name=" + encodeURIComponent(file.name));
		request.setRequestHeader("Content-Type", "application/octet-stream");
		request.upload.addEventListener("progress", (event) => progress(event.loaded / Math.max(1, file.size)));
		request.addEventListener("error", () => failed(new Error("the connection broke: the server may have refused it")));
		request.addEventListener("load", () => {
			let answer = {};
			try { answer = JSON.parse(request.responseText); } catch { /* said below */ }
			if (request.status === 401) location.assign("/login");
			else if (request.status === 201) done(answer);
			else failed(new Error(answer.error ?? `the server answers ${request.status}`));
		});
		request.send(file);
	});
}
