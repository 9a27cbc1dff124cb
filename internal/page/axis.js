// Axes of time.

const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500].map((ms) => ms * 1e3).concat(
	[1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800].map((s) => s * 1e6));

// ticks chooses about n places between two times, and how to label them.
function ticks(from, to, n) {
	const step = steps.find((step) => (to - from) / step <= n);
	if (!step) return dateTicks(from, to, n);
	const places = [];
	for (let at = Math.ceil(from / step) * step; at <= to; at += step) places.push([at, tickLabel(at, step)]);
	return places;
}

// dateTicks are the first days of every so many months.
function dateTicks(from, to, n) {
	const months = (to - from) / 1e6 / year * 12 / n;
	const every = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200].find((every) => every >= months) ?? 12000;
	const first = new Date(from / 1000), places = [];
	let month = Math.ceil((first.getUTCFullYear() * 12 + first.getUTCMonth()) / every) * every;
	for (; ; month += every) {
		const at = Date.UTC(Math.floor(month / 12), month % 12) * 1000;
		if (!(at <= to)) return places;
		if (at >= from) places.push([at, isoText(at).slice(0, every < 12 ? 7 : 4)]);
	}
}

function tickLabel(us, step) {
	const text = isoText(us);
	if (step >= 86400e6) return text.slice(5, 10);
	if (step >= 60e6) return text.slice(11, 16);
	return step >= 1e6 ? text.slice(11, 19) : text.slice(14, 23);
}

// timeAxis draws ticks along the bottom of a drawing; scale.x(µs) is a place in it.
function timeAxis(scale, top, bottom) {
	const axis = svg("g", { class: "axis" });
	for (const [at, label] of ticks(scale.from, scale.to, Math.max(2, Math.floor((scale.right - scale.left) / 90)))) {
		const x = scale.x(at).toFixed(1);
		axis.append(svg("line", { x1: x, x2: x, y1: top, y2: bottom }),
			svg("text", { x, y: bottom + 15, "text-anchor": "middle" }, label));
	}
	return axis;
}

// timeScale maps µs from..to to left..right.
function timeScale(from, to, left, right) {
	if (to <= from) { from -= 5e5; to = from + 1e6; }
	return { from, to, left, right, x: (us) => left + (right - left) * (us - from) / (to - from) };
}
