package protocol

import "testing"

// A packet that no recogniser knows is counted too, and features need a name.
func TestEveryNameIsSaid(t *testing.T) {
	seen := make(map[string]int)
	for id, name := range native {
		if name == "" {
			t.Errorf("ID %d has no name", id)
		}
		if before, twice := seen[name]; twice {
			t.Errorf("IDs %d and %d are both called %q", before, id, name)
		}
		seen[name] = id
	}
}
