package dataset

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"testing"

	"botnetdetect/behaviour"
	"botnetdetect/feature"
)

// duckdb reads a folder of Parquet files as DuckDB does, and sums up columns.
const duckdb = `
const { DuckDBInstance } = require("@duckdb/node-api");
(async () => {
	const [folder, column] = process.argv.slice(1);
	const db = await (await DuckDBInstance.create()).connect();
	const r = await db.runAndReadAll("SELECT count(*)::INT, sum(label)::INT, sum(" + column + "), min(src), max(capture) FROM read_parquet('" + folder + "/*.parquet')");
	console.log(JSON.stringify(r.getRows()[0]));
})().catch(e => { console.error(e); process.exit(1); });
`

// TestForeignReader: DuckDB, which shares no code with us, reads from files of each mode what was
// written. It is a package of npm: @duckdb/node-api, in $NODE_PATH.
func TestForeignReader(t *testing.T) {
	if exec.Command("node", "-e", `require("@duckdb/node-api")`).Run() != nil {
		t.Skip("node does not find @duckdb/node-api: npm install @duckdb/node-api, and set NODE_PATH")
	}
	flat := behaved()
	agnostic, aware := Set{Mode: feature.Agnostic}, Set{Mode: feature.Aware}
	for i, e := range flat.Examples {
		block := feature.Block{Protocol: feature.AnyProtocol, Values: feature.Values{float64(i), 1. / 3, 1e-300}}
		e := Example{Botnet: e.Botnet, Src: e.Src, Dst: e.Dst, Capture: e.Capture, Source: e.Source, Traffic: []feature.Block{block}}
		agnostic.Examples = append(agnostic.Examples, e)
		block.Protocol = "TCP"
		e.Traffic = []feature.Block{block, block}
		e.Traffic[1].Protocol = "UDP"
		aware.Examples = append(aware.Examples, e)
	}
	for column, want := range map[string]struct {
		set Set
		sum func(*Example) float64
	}{
		"variance_time":            {agnostic, func(e *Example) float64 { return e.Traffic[0].Values[1] }},
		"traffic[2].variance_time": {aware, func(e *Example) float64 { return e.Traffic[1].Values[1] }},
		`"` + lastFeature() + `"`:  {flat, func(e *Example) float64 { return e.Behaviour[len(e.Behaviour)-1] }},
	} {
		var file bytes.Buffer
		if err := want.set.WriteParquet(&file); err != nil {
			t.Fatal(err)
		}
		folder := t.TempDir()
		writeTemp(t, folder, file.Bytes())
		out, err := exec.Command("node", "-e", duckdb, folder, column).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		sum := 0.
		for i := range want.set.Examples {
			sum += want.sum(&want.set.Examples[i])
		}
		_, botnet := want.set.Balance()
		rows, err := json.Marshal([]any{len(want.set.Examples), botnet, sum, "10.0.0.1", "a.pcap"})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(bytes.TrimSpace(out)); got != string(rows) {
			t.Errorf("of %s, DuckDB reads %s, want %s", column, got, rows)
		}
	}
}

func lastFeature() string {
	all := behaviour.All()
	return all[len(all)-1].Name
}
