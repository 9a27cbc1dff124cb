// Time lines: when flows were under way.

// timeSection shows when flows were under way: in all captures, or in one, where
// captures lie far apart.
function timeSection() {
	const spans = report.captures.filter((capture) => capture.first);
	if (!report.activity.start || spans.length === 0) return null;
	const chart = el("div");
	const draw = (activity) => chart.replaceChildren(activityChart(activity));
	const start = scattered() ? spans.reduce((a, b) => b.botnet > a.botnet ? b : a) : null;
	draw(start ? activityOf(start) : report.activity);
	return section("time", "Time", "How many flows were under way. A flow counts from its first to its last packet.",
		spans.length > 1 ? captureChoice(spans, start, (capture) => draw(capture ? activityOf(capture) : report.activity)) : null,
		chart);
}

function spread(times) {
	return times.first ? microseconds(times.last) - microseconds(times.first) : 0;
}

// recorded is how long the captures are together.
function recorded() {
	return report.captures.reduce((sum, capture) => sum + spread(capture), 0);
}

// scattered reports whether captures lie so far apart that one time line shows nothing.
function scattered() {
	return report.captures.length > 1 && spread(report.totals) > 4 * recorded();
}

function captureChoice(spans, start, change) {
	return el("div", { class: "filters" }, el("label", null, "Captures",
		el("select", { change: (event) => change(event.target.value === "" ? null : spans[event.target.value]) },
			el("option", { value: "" }, "all"),
			spans.map((capture, i) => el("option", { value: i, selected: capture === start }, shortPath(capture.path))))));
}

// activityOf counts the listed flows of one capture that were under way, as the program
// does for all captures.
function activityOf(capture) {
	const number = report.captures.indexOf(capture), bins = 500;
	const start = microseconds(capture.first), width = Math.max(1, Math.ceil((spread(capture) + 1) / bins));
	const change = [new Int32Array(bins + 1), new Int32Array(bins + 1)]; // by class: begun − ended before
	const bin = (us) => Math.min(Math.max(Math.floor((flows.epoch + us - start) / width), 0), bins - 1);
	for (let i = 0; i < flowCount; i++) {
		if (flows.capture[i] !== number) continue;
		change[flows.botnet[i]][bin(flows.first[i])]++;
		change[flows.botnet[i]][bin(flows.first[i] + flows.duration[i]) + 1]--;
	}
	const [benign, botnet] = change.map((steps) => {
		let under = 0;
		return Array.from(steps.subarray(0, bins), (step) => under += step);
	});
	return { start: capture.first, width: width / 1e6, benign, botnet };
}

// activityChart draws how many flows were under way, botnet above benign, each on its
// own scale.
function activityChart(activity) {
	const start = microseconds(activity.start), width = activity.width * 1e6, bins = activity.botnet.length;
	const readout = el("p", { class: "readout", role: "status" });
	const strips = [["Botnet", activity.botnet, "botnet"], ["Benign", activity.benign, "benign"]];
	const resting = stamp(start) + " to " + stamp(start + bins * width) + " UTC, in steps of " + timeSpan(width)
		+ ". Point at the drawing, or focus it and use the arrow keys, to read it.";
	readout.textContent = resting;

	function read(bin) {
		readout.textContent = bin === null ? resting
			: stamp(start + bin * width) + " UTC: " + strips.map(([name, values]) => count(values[bin]) + " " + name.toLowerCase()).join(", ")
				+ " flows under way";
	}

	const place = drawing((w) => {
		const left = 64, right = w - 12, height = 64, gap = 26;
		const scale = timeScale(start, start + bins * width, left, right);
		const bottom = gap + 2 * height + gap;
		const cursor = svg("line", { class: "cursor", y1: 8, y2: bottom, visibility: "hidden" });
		let at = null;
		function move(bin) {
			at = bin === null ? null : Math.min(Math.max(bin, 0), bins - 1);
			cursor.setAttribute("visibility", at === null ? "hidden" : "visible");
			const x = scale.x(start + ((at ?? 0) + 0.5) * width);
			cursor.setAttribute("x1", x);
			cursor.setAttribute("x2", x);
			read(at);
		}
		const picture = svg("svg", {
			viewBox: `0 0 ${w} ${bottom + 24}`, width: w, height: bottom + 24, tabindex: 0, role: "img", "aria-label": describeActivity(activity),
			pointermove: (event) => {
				const x = (event.clientX - picture.getBoundingClientRect().left) * w / picture.clientWidth;
				move(x < left ? null : Math.floor((x - left) / (right - left) * bins));
			},
			pointerleave: () => move(null),
			blur: () => move(null),
			keydown: (event) => {
				const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -bins, End: bins }[event.key];
				if (step === undefined) return;
				event.preventDefault();
				move((at ?? (step > 0 ? -1 : bins)) + step);
			},
		}, timeAxis(scale, 8, bottom));
		strips.forEach(([name, values, className], i) => {
			picture.append(strip(name, values, className, { left, right, top: gap + i * (height + gap), height }));
		});
		picture.append(cursor);
		return picture;
	});
	return el("div", null, place, readout);
}

function describeActivity(activity) {
	const most = (values) => values.reduce((a, b) => Math.max(a, b), 0);
	return `Flows under way over time: at most ${count(most(activity.botnet))} botnet and ${count(most(activity.benign))} benign at once.`;
}

// strip draws one count over time as a stepped area with its highest value.
function strip(name, values, className, box) {
	const highest = values.reduce((a, b) => Math.max(a, b), 0);
	const base = box.top + box.height;
	const x = (bin) => (box.left + (box.right - box.left) * bin / values.length).toFixed(1);
	const y = (value) => (base - (highest ? box.height * value / highest : 0)).toFixed(1);
	let path = `M${box.left} ${base}`;
	values.forEach((value, bin) => { path += `V${y(value)}H${x(bin + 1)}`; });
	return svg("g", { class: "strip " + className },
		svg("path", { d: path + `V${base}Z` }),
		svg("line", { x1: box.left, x2: box.right, y1: base, y2: base }),
		svg("text", { x: box.left - 10, y: base, "text-anchor": "end" }, name),
		svg("text", { x: box.left - 10, y: box.top + 8, "text-anchor": "end", class: "soft" }, count(highest)));
}
