// Why a flow has its score: what each thing that the model saw does to the odds.

function why(i) {
	const more = facts([
		["First packet", fineStamp(flows.epoch + flows.first[i]) + " UTC"],
		["Last packet", fineStamp(flows.epoch + flows.first[i] + flows.duration[i]) + " UTC"],
		[flows.endpoints[flows.src[i]] + " sent", counted(flows.packets[i] - flows.back[i], "packet")],
		[flows.endpoints[flows.dst[i]] + " sent", counted(flows.back[i], "packet")],
		["Capture", report.captures[flows.capture[i]].path],
	], "facts small");
	if (i >= explained) {
		return el("div", { class: "why" },
			el("p", null, `This page carries reasons for the ${count(explained)} flows with the highest scores only. `
				+ "For this one, ask botnetdetect explain with its capture and both endpoints, or make the report with a larger --reasons."),
			more);
	}
	const reasons = report.reasons, from = reasons.from[i], to = reasons.from[i + 1];
	const lines = [];
	for (let at = from; at < to; at++) lines.push([reasons.phrases[reasons.text[at]], reasons.push[at]]);
	if (reasons.rest[i] !== 0) lines.push(["all that weighs less", reasons.rest[i]]);
	return el("div", { class: "why" },
		el("p", { class: "summary" }, capitalized(reasons.phrases[reasons.summary[i]]) + "."),
		reasonTable(lines, reasons.base, flows.score[i]), more);
}
