// What the page knows: hosts and captures by what they are called, and who wants to hear
// when that changes.

const known = { hosts: new Map(), uploads: new Map(), grants: [], status: {}, link: "connecting", lost: 0 };
const hearers = { hosts: new Set(), uploads: new Set(), grants: new Set(), status: new Set() };
let fields = [];

// hear calls f whenever a topic changes, until the function that it returns is called.
function hear(topic, f) {
	hearers[topic].add(f);
	return () => hearers[topic].delete(f);
}

function announce(topic, detail) {
	for (const f of [...hearers[topic]]) f(detail);
}

function hostId(source, host) {
	return source + "\u0000" + host;
}

// addressOrder sorts 10.0.0.9 before 10.0.0.10.
function addressOrder(text) {
	return /^\d+\.\d+\.\d+\.\d+$/.test(text) ? text.replace(/\d+/g, (n) => n.padStart(3, "0")) : text;
}

// hostOf makes an object of a row.
function hostOf(row) {
	const host = {};
	for (let i = 0; i < fields.length; i++) host[fields[i]] = row[i];
	host.id = hostId(host.source, host.host);
	host.place = addressOrder(host.host);
	host.words = (host.host + " " + host.source).toLowerCase();
	return host;
}

function learnHosts(rows) {
	const changed = new Set();
	for (const row of rows) {
		const host = hostOf(row);
		known.hosts.set(host.id, host);
		changed.add(host.id);
	}
	announce("hosts", changed);
}

// learnAll puts all that the server knows in place of what was known.
function learnAll(all) {
	fields = all.fields;
	known.hosts = new Map(all.rows.map((row) => { const host = hostOf(row); return [host.id, host]; }));
	known.uploads = new Map(all.uploads.map((upload) => [upload.id, upload]));
	known.status = all.status;
	known.grants = all.grants;
	announce("hosts", null);
	announce("uploads");
	announce("grants");
	announce("status");
}

function learnGrants(grants) {
	known.grants = grants;
	announce("grants");
}

function setLink(link) {
	known.link = link;
	announce("status");
}

// wantsAttention reports whether a host looks like a bot and nobody has said anything to that.
function wantsAttention(host) {
	return host.verdict === "Botnet" && host.state === "";
}
