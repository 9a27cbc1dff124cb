// The page of captures, from top to bottom.

const flowsPart = flowsSection();
document.getElementById("page").replaceChildren(...[
	masthead(), timeSection(), hostsSection(flowsPart.showHost), flowsPart.node,
	readSection(), unjudgedSection(), modelSection(),
	el("footer", null, "Made by botnetdetect. This file is whole: it loads nothing and sends nothing."),
].filter(Boolean));
