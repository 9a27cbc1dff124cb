// The page of captures, from top to bottom.

const flowsPart = flowsSection();
const hostsPart = hostsSection(flowsPart.showHost);
document.getElementById("page").replaceChildren(...[
	masthead(), ...(judgesHosts ? [hostsPart, timeSection()] : [timeSection(), hostsPart]), flowsPart.node,
	readSection(), unjudgedSection(), modelSection(),
	el("footer", null, "Made by botnetdetect. This file is whole: it loads nothing and sends nothing."),
].filter(Boolean));
