// table makes a table that sorts by any column and shows one page of rows at a time, so
// that it is as quick with 100,000 rows as with ten.
//
// options: caption; noun; columns; sort: [index of column, descending]; size: rows a
// page; detail(row): what a row opens into, if anything.
// A column: title; value: an array by row to sort by; cell(row): what to show;
// numeric; descending: which way it sorts first.
function table(options) {
	const state = { rows: new Uint32Array(0), page: 0, size: options.size, sort: options.sort, open: new Set() };
	const body = el("tbody");
	const heads = options.columns.map((column, at) => el("th", { scope: "col", class: column.numeric ? "numeric" : null },
		el("button", { type: "button", click: () => sortBy(at), title: column.hint }, column.numeric ? [arrow(), column.title] : [column.title, arrow()])));
	if (options.detail) heads.push(el("th", { scope: "col" }, el("span", { class: "unseen" }, "Reasons")));
	const pager = makePager(options, state, () => render());
	const node = el("div", { class: "table" },
		el("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": options.caption },
			el("table", null, el("caption", { class: "unseen" }, options.caption),
				el("thead", null, el("tr", null, heads)), body)),
		pager.node);

	function sortBy(at) {
		const [before, descending] = state.sort;
		state.sort = [at, at === before ? !descending : Boolean(options.columns[at].descending)];
		order();
	}

	function order() {
		const [at, descending] = state.sort;
		sortRows(state.rows, options.columns[at].value, descending);
		heads.forEach((head, i) => {
			if (i === at) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
			else head.removeAttribute("aria-sort");
		});
		state.page = 0;
		render();
	}

	function render() {
		const from = state.page * state.size;
		const shown = state.rows.subarray(from, from + state.size);
		body.replaceChildren(...Array.from(shown, (row) => tableRow(options, state, row)).flat());
		pager.update();
	}

	return {
		node,
		// show puts other rows into the table.
		show(rows) {
			state.rows = Uint32Array.from(rows);
			order();
		},
		rerender: render,
	};
}

function arrow() {
	return svg("svg", { class: "arrow", viewBox: "0 0 8 8", "aria-hidden": "true" }, svg("path", { d: "M1 2.5h6L4 6.5z" }));
}

function sortRows(rows, value, descending) {
	const sign = descending ? -1 : 1;
	rows.sort((a, b) => {
		const x = value[a], y = value[b];
		return x < y ? -sign : x > y ? sign : a - b;
	});
}

function tableRow(options, state, row) {
	const cells = options.columns.map((column) => el("td", { class: column.numeric ? "numeric" : null }, column.cell(row)));
	const line = el("tr", { "data-row": row }, cells);
	options.mark?.(line, row);
	if (!options.detail) return [line];
	const detail = el("tr", { class: "detail", hidden: true });
	const button = el("button", { type: "button", class: "more", click: () => toggle(!state.open.has(row)) },
		"Why", el("span", { class: "unseen" }, " " + options.about(row)));
	line.append(el("td", null, button));
	function toggle(open) {
		if (open) state.open.add(row); else state.open.delete(row);
		button.setAttribute("aria-expanded", open);
		detail.hidden = !open;
		if (open && !detail.firstChild) detail.append(el("td", { colspan: options.columns.length + 1 }, options.detail(row)));
	}
	toggle(state.open.has(row));
	return [line, detail];
}

// barTable shows lines of [text, length of the bar from 0 to 1, figure].
function barTable(caption, lines) {
	return el("table", { class: "reasons" }, el("caption", { class: "unseen" }, caption), el("tbody", null, lines.map(([text, length, figure]) => el("tr", null,
		el("td", null, text),
		el("td", { class: "sides" }, svg("svg", { class: "push", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
			svg("rect", { class: "neutral", width: 100 * length, y: 1, height: 8 }))),
		el("td", { class: "numeric" }, figure)))));
}

// makePager shows which rows are on view and turns pages.
function makePager(options, state, render) {
	const status = el("p", { role: "status" });
	const last = () => Math.max(0, Math.ceil(state.rows.length / state.size) - 1);
	const go = (page) => { state.page = Math.min(Math.max(page, 0), last()); render(); };
	const buttons = [
		["First", () => go(0)], ["Previous", () => go(state.page - 1)],
		["Next", () => go(state.page + 1)], ["Last", () => go(last())],
	].map(([text, click]) => el("button", { type: "button", click }, text));
	const turn = el("div", { class: "turn" }, buttons);
	return {
		node: el("nav", { class: "pager", "aria-label": "Pages: " + options.caption }, status, turn),
		update() {
			const n = state.rows.length, from = state.page * state.size;
			status.textContent = n === 0 ? "No " + options.noun + "s"
				: `${count(from + 1)}–${count(Math.min(from + state.size, n))} of ${counted(n, options.noun)}`;
			turn.hidden = n <= state.size;
			buttons.forEach((button, i) => { button.disabled = i < 2 ? state.page === 0 : state.page === last(); });
		},
	};
}
