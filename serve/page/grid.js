// A table of any number of rows, of which only those on view are in the document.

const rowHeight = 37; // px; serve.css says the same

// grid makes the table. options: caption; columns; sort: [index, descending]; open(row):
// what Enter and a click do; keys: { key: f(row) }.
// A column: title; value(row) to sort by; text(row); cell(row): what to show, if not the
// text; numeric; descending: which way it sorts first; hint.
function grid(options) {
	const state = { rows: [], sort: options.sort, at: 0, slots: [], first: -1 };
	const heads = options.columns.map((column, i) => el("th", { scope: "col", role: "columnheader", class: column.numeric ? "numeric" : null },
		el("button", { type: "button", title: column.hint, click: () => sortBy(i) }, column.numeric ? [arrow(), column.title] : [column.title, arrow()])));
	const above = el("tr", { class: "space", "aria-hidden": "true" }, el("td", { colspan: options.columns.length }));
	const below = el("tr", { class: "space", "aria-hidden": "true" }, el("td", { colspan: options.columns.length }));
	const body = el("tbody", null, above, below);
	const lines = el("table", { role: "grid", "aria-label": options.caption, tabindex: 0, keydown: press },
		el("thead", null, el("tr", null, heads)), body);
	const node = el("div", { class: "grid", scroll: () => requestAnimationFrame(draw) }, lines);
	new ResizeObserver(() => draw()).observe(node);

	function sortBy(i) {
		const [before, descending] = state.sort;
		state.sort = [i, i === before ? !descending : Boolean(options.columns[i].descending)];
		options.resorted();
	}

	// draw puts the rows on view into as many lines as there is room for.
	function draw() {
		const view = Math.max(node.clientHeight, rowHeight);
		const fit = Math.min(state.rows.length, Math.ceil(view / rowHeight) + 8);
		const first = Math.max(0, Math.min(Math.floor(node.scrollTop / rowHeight) - 4, state.rows.length - fit));
		while (state.slots.length < fit) addSlot();
		while (state.slots.length > fit) state.slots.pop().line.remove();
		state.slots.forEach((slot, i) => fill(slot, first + i));
		above.firstChild.style.height = first * rowHeight + "px";
		below.firstChild.style.height = (state.rows.length - first - fit) * rowHeight + "px";
		lines.setAttribute("aria-rowcount", state.rows.length + 1);
	}

	function addSlot() {
		const slot = { texts: [], id: null };
		slot.cells = options.columns.map((column) => el("td", { role: "gridcell", class: column.numeric ? "numeric" : null }));
		slot.line = el("tr", { click: (event) => { if (!event.target.closest("a, button")) { state.at = slot.index; draw(); options.open(state.rows[slot.index]); } } }, slot.cells);
		state.slots.push(slot);
		below.before(slot.line);
	}

	// fill writes only what differs, so that nothing moves under a finger.
	function fill(slot, index) {
		const row = state.rows[index];
		slot.index = index;
		options.columns.forEach((column, i) => {
			const text = column.text(row);
			if (slot.texts[i] === text && slot.id === row.id) return;
			slot.texts[i] = text;
			slot.cells[i].replaceChildren(...[column.cell ? column.cell(row) : text].flat());
		});
		slot.id = row.id;
		slot.line.id = "row-" + index;
		slot.line.className = options.mark(row);
		slot.line.setAttribute("aria-rowindex", index + 2);
		if (index === state.at) {
			slot.line.setAttribute("aria-selected", "true");
			lines.setAttribute("aria-activedescendant", slot.line.id);
		} else slot.line.removeAttribute("aria-selected");
	}

	function press(event) {
		if (event.target !== lines || event.ctrlKey || event.metaKey || event.altKey) return;
		const page = Math.max(1, Math.floor(node.clientHeight / rowHeight) - 2);
		const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
		const row = state.rows[state.at];
		if (step !== undefined) go(state.at + step);
		else if (event.key === "Enter" && row) options.open(row);
		else if (row && options.keys[event.key]) options.keys[event.key](row);
		else return;
		event.preventDefault();
	}

	function go(to) {
		state.at = Math.min(Math.max(to, 0), state.rows.length - 1);
		const head = lines.tHead.offsetHeight, top = state.at * rowHeight;
		if (top < node.scrollTop) node.scrollTop = top;
		else if (top + rowHeight + head > node.scrollTop + node.clientHeight) node.scrollTop = top + rowHeight + head - node.clientHeight;
		draw();
	}

	return {
		node,
		draw,
		rows: () => state.rows,
		// compare orders rows as the head says.
		compare(a, b) {
			const column = options.columns[state.sort[0]], x = column.value(a), y = column.value(b);
			const sign = state.sort[1] ? -1 : 1;
			return x < y ? -sign : x > y ? sign : a.id < b.id ? -1 : 1;
		},
		// show puts rows into the table, in their order; the one chosen stays chosen.
		show(rows) {
			const chosen = state.rows[state.at]?.id;
			const there = node.scrollTop > 0 || document.activeElement === lines ? rows.findIndex((row) => row.id === chosen) : 0;
			state.rows = rows;
			state.at = Math.max(0, there);
			heads.forEach((head, i) => {
				if (i === state.sort[0]) head.setAttribute("aria-sort", state.sort[1] ? "descending" : "ascending");
				else head.removeAttribute("aria-sort");
			});
			draw();
		},
		focus: () => lines.focus(),
	};
}
