// Which page is on view.

const place = document.getElementById("page");
let ends = []; // what to call when the page goes

function route() {
	ends.forEach((end) => end());
	const [, kind, source, host] = location.hash.split("/");
	const parts = kind === "host" && host ? [hostPage(decoded(source), decoded(host))] : [headSection(), hostsSection(), capturesSection(), allowedSection()];
	const tool = el("span");
	const name = () => { tool.textContent = known.status.tool ?? "botnetdetect"; };
	name();
	place.replaceChildren(...parts.map((part) => part.node), el("footer", null, tool, " · times are UTC · verdicts are a model’s, not findings"));
	ends = [hear("status", name), ...parts.flatMap((part) => part.start())];
	parts[0].update?.();
	scrollTo(0, 0);
}

function decoded(text) {
	try { return decodeURIComponent(text); } catch { return text; }
}

addEventListener("hashchange", route);
route();
takeDrops();
follow();
