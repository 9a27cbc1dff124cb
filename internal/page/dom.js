// Elements are made here and nowhere else, and text goes in as text: what a capture
// calls itself never becomes markup.

function build(node, properties, children) {
	for (const [name, value] of Object.entries(properties ?? {})) {
		if (value === undefined || value === null || value === false) continue;
		if (typeof value === "function") node.addEventListener(name, value);
		else node.setAttribute(name, value === true ? "" : value);
	}
	node.append(...children.flat(2).filter((child) => child !== undefined && child !== null));
	return node;
}

// el makes an HTML element. Properties that are functions listen to the event they name.
function el(tag, properties, ...children) {
	return build(document.createElement(tag), properties, children);
}

// svg makes an element of a drawing.
function svg(tag, properties, ...children) {
	return build(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);
}

// section makes a part of the page with a heading and a sentence that says how to read it.
function section(id, title, lede, ...children) {
	return el("section", { id, "aria-labelledby": id + "-title" },
		el("h2", { id: id + "-title" }, title),
		lede ? el("p", { class: "lede" }, lede) : null,
		...children);
}

// facts makes a list of terms and what they are: pairs of [term, description].
function facts(pairs, className) {
	return el("dl", { class: className ?? "facts" },
		pairs.map(([term, description]) => el("div", null, el("dt", null, term), el("dd", null, description))));
}

// drawing keeps a drawing as wide as its place: draw(width) returns an SVG element.
function drawing(draw) {
	const place = el("div", { class: "drawing" });
	let width = 0;
	const redraw = () => {
		const now = Math.round(place.clientWidth);
		if (now === 0 || now === width) return;
		width = now;
		place.replaceChildren(draw(width));
	};
	new ResizeObserver(() => requestAnimationFrame(redraw)).observe(place);
	return place;
}

// verdictMark says a verdict by shape as well as by colour.
function verdictMark(botnet) {
	return svg("svg", { class: botnet ? "mark botnet" : "mark benign", viewBox: "0 0 10 10", "aria-hidden": "true" },
		svg("circle", { cx: 5, cy: 5, r: botnet ? 4.5 : 3.75 }));
}

// captioned puts a line of text under a picture.
function captioned(picture, text) {
	return el("figure", null, picture, el("figcaption", null, text));
}

// evidenceBar is as long as a value is of the most there is.
function evidenceBar(value, most) {
	return svg("svg", { class: "bar", viewBox: "0 0 60 6", "aria-hidden": "true" },
		svg("rect", { width: most > 0 ? 60 * value / most : 0, height: 6 }));
}
