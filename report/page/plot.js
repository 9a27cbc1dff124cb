// Plots on a square from 0 to 1.

const plotted = { left: 44, right: 250, top: 12, bottom: 218 };

function plotX(value) {
	return (plotted.left + (plotted.right - plotted.left) * value).toFixed(1);
}

function plotY(value) {
	return (plotted.bottom - (plotted.bottom - plotted.top) * value).toFixed(1);
}

// plot draws marks within labelled axes and says the same in words.
function plot(title, xLabel, yLabel, words, ...marks) {
	const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((at) => [
		svg("line", { x1: plotX(at), x2: plotX(at), y1: plotted.top, y2: plotted.bottom }),
		svg("line", { x1: plotted.left, x2: plotted.right, y1: plotY(at), y2: plotY(at) }),
	]);
	const labels = [0, 0.5, 1].flatMap((at) => [
		svg("text", { x: plotX(at), y: plotted.bottom + 15, "text-anchor": "middle" }, String(at)),
		svg("text", { x: plotted.left - 7, y: Number(plotY(at)) + 4, "text-anchor": "end" }, String(at)),
	]);
	return el("figure", { class: "plot" }, el("h4", null, title),
		svg("svg", { viewBox: "0 0 260 256", role: "img", "aria-label": title + ". " + words },
			svg("g", { class: "axis" }, grid, labels,
				svg("text", { x: plotX(0.5), y: plotted.bottom + 33, "text-anchor": "middle" }, xLabel),
				svg("text", { transform: `translate(11 ${plotY(0.5)}) rotate(-90)`, "text-anchor": "middle" }, yLabel)),
			marks),
		el("figcaption", null, words));
}

// curve draws a line through points of [x, y].
function curve(points, className, name) {
	const path = points.map(([x, y], i) => (i ? "L" : "M") + plotX(x) + " " + plotY(y)).join("");
	return svg("path", { d: path, class: className }, name ? svg("title", null, name) : null);
}

// figure writes a figure, which may be undefined.
function figure(x, digits) {
	return x === null || x === undefined ? "–" : x.toFixed(digits ?? 2);
}
