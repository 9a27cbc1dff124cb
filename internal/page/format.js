// Numbers and times for people. Times are UTC; a time is in µs since 1970, a span in µs.

const groups = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

function count(n) {
	return groups.format(n);
}

// counted says "1 flow", "2 flows".
function counted(n, noun) {
	return count(n) + " " + noun + (n === 1 ? "" : "s");
}

function short(x) {
	return x < 9.95 && Math.abs(x - Math.round(x)) >= 0.05 ? x.toFixed(1) : x.toFixed(0);
}

function bytes(n) {
	if (n < 999.5) return short(n) + " B";
	const units = ["kB", "MB", "GB", "TB", "PB", "EB"];
	let i = -1;
	for (; n >= 999.5 && i < units.length - 1; i++) n /= 1000;
	return (n < 9.95 ? n.toFixed(1) : n.toFixed(0)) + " " + units[i];
}

function timeSpan(us) {
	if (us === 0) return "0";
	if (us < 999.5) return short(us) + " µs";
	const s = us / 1e6;
	if (s < 0.9995) return short(s * 1e3) + " ms";
	if (s < 59.5) return short(s) + " s";
	if (s < 3570) return twoUnits(Math.round(s), 60, "min", "s");
	if (s < 85800) return twoUnits(Math.round(s / 60), 60, "h", "min");
	if (s < 2 * year) return twoUnits(Math.round(s / 3600), 24, "d", "h");
	return short(s / year) + " years";
}

const year = 365.2425 * 86400; // s

function twoUnits(n, inLarge, large, small) {
	const rest = n % inLarge;
	return count(Math.floor(n / inLarge)) + " " + large + (rest ? " " + rest + " " + small : "");
}

// isoText is a time as "2014-02-26T03:05:41.648Z".
function isoText(us) {
	const date = new Date(us / 1000);
	return isNaN(date) ? "unknown time" : date.toISOString();
}

// stamp is a time to the second: "2014-02-26 03:05:41".
function stamp(us) {
	return isoText(us).slice(0, 19).replace("T", " ");
}

// fineStamp is a time to the millisecond.
function fineStamp(us) {
	return isoText(us).slice(0, 23).replace("T", " ");
}

// microseconds reads a time as the program writes it.
function microseconds(text) {
	return Date.parse(text) * 1000;
}

// scoreText never rounds a score to a certainty that it does not have.
function scoreText(x) {
	if (x > 0.9995 && x < 1) return "> 0.999";
	if (x < 0.0005 && x > 0) return "< 0.001";
	return x.toFixed(3);
}

// oddsText says by what a push in log-odds multiplies or divides the odds.
function oddsText(push) {
	const factor = Math.exp(Math.abs(push));
	const text = factor < 9.95 ? factor.toFixed(1) : count(factor);
	if (text === "1.0") return "× 1";
	return (push > 0 ? "× " : "÷ ") + text;
}

function percent(part, whole) {
	if (whole === 0) return "–";
	const x = 100 * part / whole;
	return (x > 0 && x < 1 ? "< 1" : x > 99 && x < 100 ? "> 99" : x.toFixed(0)) + "\u00a0%";
}

// share writes a part of 1, which may not be known.
function share(x) {
	return x === null || x === undefined ? "–" : percent(x, 1);
}

function probability(logOdds) {
	return 1 / (1 + Math.exp(-logOdds));
}
