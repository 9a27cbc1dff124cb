package layering

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// floors names every package of the program by the floor that it stands on. A package
// imports only from floors below its own, so data flows one way: a frame on floor 1
// never knows of the verdict on floor 8. docs/design.md draws the house.
var floors = [][]string{
	0:  {"internal/slab"},
	1:  {"capture", "protocol", "gbdt", "metric", "communityid", "filter", "internal/safefile", "internal/memory", "internal/page", "internal/terminal", "history"},
	2:  {"packet", "nic", "internal/craft"},
	3:  {"flow", "tshark", "allow", "synthetic"},
	4:  {"behaviour", "feature", "observe", "synthetic/write"},
	5:  {"dataset"},
	6:  {"model"},
	7:  {"reason", "evaluate"},
	8:  {"detect"},
	9:  {"report", "live", "calibrate"},
	10: {"alert", "cluster", "serve"},
	11: {"monitor"},
	12: {"cmd/botnetdetect", "cmd/botnetdetect-cluster"},
}

// outside are folders whose packages serve the house but are not of it: tests and
// measurements may use any room, and no room imports them. The folder lab is not listed: it
// is a module of its own, so that its dependencies stay there.
var outside = []string{"internal/pcaptest", "internal/flowtest", "internal/layering", "internal/witness", "internal/netnstest", "internal/browser", "bench", "examples"}

const module = "botnetdetect/"

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImportsPointDown(t *testing.T) {
	floor := make(map[string]int)
	for n, rooms := range floors {
		for _, room := range rooms {
			floor[room] = n
		}
	}
	for _, p := range packages(t) {
		room := strings.TrimPrefix(p.ImportPath, module)
		if isOutside(room) {
			continue
		}
		own, ok := floor[room]
		if !ok {
			t.Errorf("package %s stands on no floor; add it to floors and to docs/design.md", room)
		}
		for _, path := range p.Imports {
			imported, ours := strings.CutPrefix(path, module)
			if !ours {
				continue
			}
			if below, ok := floor[imported]; !ok || below >= own {
				t.Errorf("%s (floor %d) imports %s, which is not on a floor below", room, own, imported)
			}
		}
	}
}

func isOutside(room string) bool {
	for _, folder := range outside {
		if room == folder || strings.HasPrefix(room, folder+"/") {
			return true
		}
	}
	return false
}

func packages(t *testing.T) (all []listed) {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for in := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := in.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
