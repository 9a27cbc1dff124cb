// A host amid its peers.

const peersDrawn = 48;

// amidPeers draws a host amid its first peers: { name, botnet, silent, score, bytes }.
// Filled and bold is Botnet, hollow and thin is Benign; a broken line was never answered;
// a larger peer has more bytes. more says where all are listed.
function amidPeers(host, all, more) {
	const peers = all.slice(0, peersDrawn), center = 250, radius = 128;
	const picture = svg("svg", {
		class: "graph", viewBox: "0 0 500 500", role: "img",
		"aria-label": `${host} amid ${counted(peers.length, "peer")}, ${count(peers.filter((p) => p.botnet).length)} of them in botnet flows. ${more}`,
	});
	const spots = peers.map((peer, at) => spot(peer, 2 * Math.PI * at / peers.length - Math.PI / 2, center, radius));
	picture.append(...spots.map((s) => s.line), ...spots.map((s) => s.node),
		svg("circle", { class: "hub", cx: center, cy: center, r: 9 }));
	return picture;
}

function spot(peer, angle, center, radius) {
	const x = center + radius * Math.cos(angle), y = center + radius * Math.sin(angle);
	const size = Math.min(9, 2.5 + Math.log10(1 + peer.bytes));
	const className = (peer.botnet ? "botnet" : "benign") + (peer.silent ? " silent" : "");
	const left = Math.cos(angle) < -1e-9;
	const turn = angle * 180 / Math.PI + (left ? 180 : 0), away = (left ? -1 : 1) * (size + 5);
	return {
		line: svg("line", { class: className, x1: center, y1: center, x2: x, y2: y }),
		node: svg("g", { class: className, transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` },
			svg("title", null, `${peer.name}: score ${scoreText(peer.score)}, ${bytes(peer.bytes)}${peer.silent ? ", no reply" : ""}`),
			svg("circle", { r: size.toFixed(1) }),
			svg("text", { transform: `rotate(${turn.toFixed(1)})`, x: away, dy: "0.35em", "text-anchor": left ? "end" : "start" }, clipped(peer.name, 22))),
	};
}

// clipped shortens a long name (an IPv6 address) in the middle; its title says it whole.
function clipped(name, most) {
	const half = (most - 1) >> 1;
	return name.length <= most ? name : name.slice(0, half) + "…" + name.slice(-half);
}

function legend() {
	return el("p", { class: "legend" },
		verdictMark(true), " in a botnet flow ", verdictMark(false), " benign ",
		svg("svg", { class: "dash", viewBox: "0 0 24 6", "aria-hidden": "true" }, svg("line", { x1: 0, x2: 24, y1: 3, y2: 3 })), " broken or pale: one side never answered");
}
