// The page of an evaluation, from top to bottom.

document.getElementById("page").replaceChildren(...[
	masthead(), figuresSection(), gridSection(), curvesSection(), foldsSection(), featuresSection(), auditsSection(), dataSection(),
	el("footer", null, "Made by botnetdetect. This file is whole: it loads nothing and sends nothing."),
].filter(Boolean));
