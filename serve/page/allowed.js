// Addresses and networks whose flows are left alone.

function allowedSection() {
	const list = el("ul", { class: "captures allowed" });
	const entry = el("input", { id: "entry", placeholder: "10.0.0.0/8", autocomplete: "off", spellcheck: "false" });
	const note = el("input", { placeholder: "Whose are they?", maxlength: 2000, autocomplete: "off" });
	const said = el("p", { class: "said", role: "status" });
	const form = el("form", { class: "filters", submit: (event) => { event.preventDefault(); add(); } },
		el("label", null, "Address or network", entry), el("label", null, "Note", note), el("button", { type: "submit" }, "Leave alone"), said);

	async function add() {
		try {
			learnGrants(await tellServer("/api/allow", { entry: entry.value, note: note.value }));
			said.textContent = "Kept.";
			entry.value = note.value = "";
		} catch (error) {
			said.textContent = "Not kept: " + error.message;
		}
	}

	async function remove(grant) {
		try {
			learnGrants(await ask("/api/allow?" + new URLSearchParams({ entry: grant.entry }), { method: "DELETE" }));
			said.textContent = grant.entry + " is judged again.";
		} catch (error) {
			said.textContent = "Not removed: " + error.message;
		}
	}

	function update() {
		list.replaceChildren(...known.grants.map((grant) => el("li", null,
			el("span", { class: "path" }, grant.entry), el("span", { class: "outcome" }, grant.note ?? ""),
			el("time", null, stamp(microseconds(grant.time)).slice(0, 16)),
			el("button", { type: "button", class: "more", click: () => remove(grant) }, "Judge again", el("span", { class: "unseen" }, " " + grant.entry)))));
	}

	return {
		node: section("allowed", "Left alone", "Flows with these addresses and networks are not judged, on the link that is watched and in captures dropped from now on.", form, list),
		start: () => { update(); return [hear("grants", update)]; },
	};
}
