// The peers of one host, and when it spoke with each: drawings of at most so many flows.

function peersGraph(endpoint, own) {
	const peers = distinctPeers(endpoint, own).map((peer) => ({ ...peer, name: flows.endpoints[peer.name] }));
	return amidPeers(flows.endpoints[endpoint], peers, "The table of flows lists them.");
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
