// The time line of a host: its evidence, window by window.

function timeLine(moments, name) {
	if (moments.length === 0) return el("p", { class: "lede" }, "No windows yet.");
	const times = moments.map((m) => microseconds(m.time));
	const most = moments.reduce((a, m) => Math.max(a, m.evidence), 0);
	const readout = el("p", { class: "readout", role: "status" });
	const resting = moments.length === 1 ? stamp(times[0]) + " UTC, one window." : `${stamp(times[0])} to ${stamp(times.at(-1))} UTC. Point at the drawing, or focus it and use the arrow keys, to read it.`;
	readout.textContent = resting;
	const say = (at) => {
		const m = moments[at];
		readout.textContent = at === null ? resting : `${stamp(times[at])} UTC: ${m.verdict}, evidence ${m.evidence.toFixed(1)} of ${counted(m.botnet, "botnet flow")}, highest score ${scoreText(m.score)}`;
	};
	return el("div", null, drawing((w) => lineDrawing(w, moments, times, most, name, say)), readout);
}

function lineDrawing(w, moments, times, most, name, say) {
	const left = 64, right = w - 28, top = 16, base = 116;
	const scale = timeScale(times[0], times.at(-1), left, right);
	const y = (m) => base - (most ? (base - top) * m.evidence / most : 0);
	const cursor = svg("line", { class: "cursor", y1: top - 6, y2: base, visibility: "hidden" });
	let at = null;
	function move(to) {
		at = to === null ? null : Math.min(Math.max(to, 0), moments.length - 1);
		cursor.setAttribute("visibility", at === null ? "hidden" : "visible");
		if (at !== null) { cursor.setAttribute("x1", scale.x(times[at])); cursor.setAttribute("x2", scale.x(times[at])); }
		say(at);
	}
	const picture = svg("svg", {
		class: "line", viewBox: `0 0 ${w} ${base + 24}`, width: w, height: base + 24, tabindex: 0, role: "img",
		"aria-label": `Evidence against ${name} over ${counted(moments.length, "window")}: at most ${most.toFixed(1)}.`,
		pointermove: (event) => {
			const x = (event.clientX - picture.getBoundingClientRect().left) * w / picture.clientWidth;
			move(times.reduce((best, time, i) => (Math.abs(scale.x(time) - x) < Math.abs(scale.x(times[best]) - x) ? i : best), 0));
		},
		pointerleave: () => move(null), blur: () => move(null),
		keydown: (event) => {
			const step = { ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9 }[event.key];
			if (step === undefined) return;
			event.preventDefault();
			move((at ?? (step > 0 ? -1 : moments.length)) + step);
		},
	}, timeAxis(scale, top - 6, base));
	moments.forEach((m, i) => {
		const x = scale.x(times[i]).toFixed(1);
		picture.append(svg("g", { class: m.verdict === "Botnet" ? "botnet" : "benign" }, svg("line", { class: "stem", x1: x, x2: x, y1: base, y2: y(m).toFixed(1) }), svg("circle", { cx: x, cy: y(m).toFixed(1), r: 3.5 })));
	});
	picture.append(svg("line", { class: "base", x1: left, x2: right, y1: base, y2: base }), cursor,
		svg("text", { x: left - 10, y: base, "text-anchor": "end", class: "soft" }, "0"), svg("text", { x: left - 10, y: top + 4, "text-anchor": "end", class: "soft" }, most.toFixed(1)));
	return picture;
}
