// The peers of one host, and when it spoke with each: drawings of at most so many flows.

const peersDrawn = 48;

// peersGraph draws a host amid its peers. Filled and bold is Botnet, hollow and thin is
// Benign; a broken line was never answered; a larger peer has more bytes.
function peersGraph(endpoint, own) {
	const peers = distinctPeers(endpoint, own).slice(0, peersDrawn);
	const center = 250, radius = 128;
	const picture = svg("svg", {
		class: "graph", viewBox: "0 0 500 500", role: "img",
		"aria-label": `${flows.endpoints[endpoint]} amid ${counted(peers.length, "peer")}, ${count(peers.filter((p) => p.botnet).length)} of them in botnet flows. The table of flows lists them.`,
	});
	const spots = peers.map((peer, at) => spot(peer, 2 * Math.PI * at / peers.length - Math.PI / 2, center, radius));
	picture.append(...spots.map((s) => s.line), ...spots.map((s) => s.node),
		svg("circle", { class: "hub", cx: center, cy: center, r: 9 }));
	return picture;
}

// distinctPeers joins the flows with one peer, over captures, botnet and high scores first.
function distinctPeers(endpoint, own) {
	const peers = new Map();
	for (const i of own) {
		const name = peerOf(i, endpoint);
		const peer = peers.get(name) ?? { name, botnet: false, bytes: 0, silent: true, score: flows.score[i] };
		peer.botnet ||= flows.botnet[i] === 1;
		peer.silent &&= unanswered(i);
		peer.bytes += flows.bytes[i];
		peers.set(name, peer);
	}
	return [...peers.values()].sort((a, b) => b.botnet - a.botnet || b.score - a.score);
}

function spot(peer, angle, center, radius) {
	const x = center + radius * Math.cos(angle), y = center + radius * Math.sin(angle);
	const size = Math.min(9, 2.5 + Math.log10(1 + peer.bytes));
	const className = (peer.botnet ? "botnet" : "benign") + (peer.silent ? " silent" : "");
	const name = flows.endpoints[peer.name], left = Math.cos(angle) < -1e-9;
	const turn = angle * 180 / Math.PI + (left ? 180 : 0), away = (left ? -1 : 1) * (size + 5);
	return {
		line: svg("line", { class: className, x1: center, y1: center, x2: x, y2: y }),
		node: svg("g", { class: className, transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` },
			svg("title", null, `${name}: score ${scoreText(peer.score)}, ${bytes(peer.bytes)}${peer.silent ? ", no reply" : ""}`),
			svg("circle", { r: size.toFixed(1) }),
			svg("text", { transform: `rotate(${turn.toFixed(1)})`, x: away, dy: "0.35em", "text-anchor": left ? "end" : "start" }, clipped(name, 22))),
	};
}

// clipped shortens a long name (an IPv6 address) in the middle; its title says it whole.
function clipped(name, most) {
	const half = (most - 1) >> 1;
	return name.length <= most ? name : name.slice(0, half) + "…" + name.slice(-half);
}

const lanesDrawn = 32;

// lanes draws each flow from its first to its last packet, one lane a flow.
function lanes(endpoint, own) {
	const drawn = own.slice(0, lanesDrawn).sort((a, b) => flows.first[a] - flows.first[b]);
	const from = Math.min(...drawn.map((i) => flows.first[i]));
	const to = Math.max(...drawn.map((i) => flows.first[i] + flows.duration[i]));
	const step = 15, top = 6, bottom = top + drawn.length * step + 4;
	return drawing((w) => {
		const scale = timeScale(flows.epoch + from, flows.epoch + to, 150, w - 30);
		const picture = svg("svg", {
			class: "lanes", viewBox: `0 0 ${w} ${bottom + 24}`, width: w, height: bottom + 24, role: "img",
			"aria-label": `When ${counted(drawn.length, "flow")} of ${flows.endpoints[endpoint]} were under way. The table of flows lists them.`,
		}, timeAxis(scale, top, bottom));
		drawn.forEach((i, at) => {
			const y = top + at * step, x = scale.x(flows.epoch + flows.first[i]);
			const end = scale.x(flows.epoch + flows.first[i] + flows.duration[i]);
			const name = flows.endpoints[peerOf(i, endpoint)];
			picture.append(svg("g", { class: (flows.botnet[i] ? "botnet" : "benign") + (unanswered(i) ? " silent" : "") },
				svg("title", null, `${name}: ${stamp(flows.epoch + flows.first[i])} UTC, ${timeSpan(flows.duration[i])}, ${counted(flows.packets[i], "packet")}`),
				svg("text", { x: 140, y: y + 10, "text-anchor": "end" }, clipped(name, 22)),
				svg("rect", { x: x.toFixed(1), y: y + 3, width: Math.max(3, end - x).toFixed(1), height: 8, rx: 1.5 })));
		});
		return picture;
	});
}
