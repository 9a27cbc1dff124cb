// What the page shows: report as the program wrote it, and flows in columns.

const report = JSON.parse(document.getElementById("data").textContent);
const flows = report.flows;
const flowCount = flows.score.length;
const explained = report.reasons.summary.length; // flows that come with reasons: the first

const numberOf = new Map(flows.endpoints.map((name, number) => [name, number]));

// flowsWhere returns the flows for which test(i) holds.
function flowsWhere(test) {
	const found = [];
	for (let i = 0; i < flowCount; i++) if (test(i)) found.push(i);
	return found;
}

// flowsOf returns the flows of an endpoint by its number; they come highest score first.
function flowsOf(endpoint) {
	return flowsWhere((i) => flows.src[i] === endpoint || flows.dst[i] === endpoint);
}

function peerOf(i, endpoint) {
	return flows.src[i] === endpoint ? flows.dst[i] : flows.src[i];
}

// unanswered reports whether one side of a flow sent nothing.
function unanswered(i) {
	if (flows.src[i] === flows.dst[i]) return false;
	return flows.back[i] === 0 || flows.back[i] === flows.packets[i];
}

// shortPath leaves out the folders that all captures are in.
const inCommon = commonFolder(report.captures.map((capture) => capture.path));

function commonFolder(paths) {
	let common = paths.length > 1 ? paths[0] : "";
	for (const path of paths) while (!path.startsWith(common)) common = common.slice(0, -1);
	return common.lastIndexOf("/") + 1;
}

function shortPath(path) {
	return path.slice(inCommon);
}

function pairName(i) {
	return flows.endpoints[flows.src[i]] + " and " + flows.endpoints[flows.dst[i]];
}
