package live

import "maps"

// repack gives back what maps took for entries that are gone: a map in which entries come and go keeps
// the most memory that each part of it ever needed, and parts have their most at different times. The map of
// 40,000 verdicts that stand grew for a day, and would have to twice its size.
func (w *watch) repack() {
	w.standing = repacked(w.standing)
	w.suspects = repacked(w.suspects)
	w.stirred = repacked(w.stirred)
	w.names.until = repacked(w.names.until)
	w.scene.stale.since = repacked(w.scene.stale.since)
}

// repacked returns a map with the entries of m and room for little more.
func repacked[K comparable, V any](m map[K]V) map[K]V {
	fresh := make(map[K]V, len(m))
	maps.Copy(fresh, m)
	return fresh
}
