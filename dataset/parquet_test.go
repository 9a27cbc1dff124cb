package dataset

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"botnetdetect/feature"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawSet draws examples of one mode.
func drawSet(t *rapid.T, mode feature.Mode) Set {
	text := rapid.StringMatching(`[a-z0-9./:]{0,12}`)
	number := rapid.Float64Range(-1e300, 1e300)
	set := Set{Mode: mode}
	for range rapid.IntRange(1, 40).Draw(t, "examples") {
		e := Example{
			Botnet: rapid.Bool().Draw(t, "botnet"), Src: text.Draw(t, "src"), Dst: text.Draw(t, "dst"),
			Capture: text.Draw(t, "capture"), Source: text.Draw(t, "source"),
		}
		protocols := []string{feature.AnyProtocol}
		if mode == feature.Aware {
			protocols = []string{"BT-DHT", "TCP", "UDP"}[:rapid.IntRange(1, 3).Draw(t, "protocols")]
		}
		for _, p := range protocols {
			b := feature.Block{Protocol: p}
			for k := range b.Values {
				b.Values[k] = number.Draw(t, "value")
			}
			e.Traffic = append(e.Traffic, b)
		}
		set.Examples = append(set.Examples, e)
	}
	return set
}

func writeTemp(t interface{ Fatal(...any) }, folder string, data []byte) string {
	path := filepath.Join(folder, "features.parquet")
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestParquetKeepsAll(t *testing.T) {
	folder := t.TempDir()
	for _, mode := range []feature.Mode{feature.Aware, feature.Agnostic} {
		rapid.Check(t, func(t *rapid.T) {
			set := drawSet(t, mode)
			var out bytes.Buffer
			if err := set.WriteParquet(&out); err != nil {
				t.Fatal(err)
			}
			path := writeTemp(t, folder, out.Bytes())
			got, err := ReadFile(context.Background(), path, false)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(set, got); diff != "" {
				t.Fatal(diff)
			}
			c, ok, err := ReadColumns(context.Background(), path)
			if err != nil || ok != (mode == feature.Agnostic) {
				t.Fatalf("columns: %v, %v", ok, err)
			}
			for r := 0; ok && r < len(set.Examples); r++ {
				e := &set.Examples[r]
				if c.Values[3][r] != float32(min(max(e.Traffic[0].Values[3], -3.4028234663852886e38), 3.4028234663852886e38)) || (c.Labels[r] == 1) != e.Botnet {
					t.Fatalf("row %d differs", r)
				}
			}
		})
	}
}

// TestParquetDamage: a file that is cut or changed is an error or read, never a panic.
func TestParquetDamage(t *testing.T) {
	var out bytes.Buffer
	set := Set{feature.Agnostic, []Example{{Src: "a", Traffic: []feature.Block{{Protocol: feature.AnyProtocol}}}}}
	if err := set.WriteParquet(&out); err != nil {
		t.Fatal(err)
	}
	folder, whole := t.TempDir(), out.Bytes()
	for n := len(parquetMagic); n < len(whole); n += 7 {
		if _, err := ReadFile(context.Background(), writeTemp(t, folder, whole[:n]), false); err == nil {
			t.Errorf("%d bytes of %d are read", n, len(whole))
		}
	}
	other := strings.ReplaceAll(string(whole), "sum_len", "sum_abc")
	if _, err := ReadFile(context.Background(), writeTemp(t, folder, []byte(other)), false); err == nil || !strings.Contains(err.Error(), "no column [sum_len]") {
		t.Errorf("error is %v", err)
	}
}

// TestParquetFooter: no room is made for a footer that the file has no room for.
func TestParquetFooter(t *testing.T) {
	var out bytes.Buffer
	if err := behaved().WriteParquet(&out); err != nil {
		t.Fatal(err)
	}
	whole := out.Bytes()
	for _, size := range []int{len(whole) - 11, 1<<32 - 1} {
		data := bytes.Clone(whole)
		binary.LittleEndian.PutUint32(data[len(data)-8:], uint32(size))
		_, err := ReadFile(context.Background(), writeTemp(t, t.TempDir(), data), false)
		if err == nil || !strings.Contains(err.Error(), "its footer says to be of") {
			t.Errorf("a footer of %d bytes: %v", size, err)
		}
	}
	if err := checkFooter(bytes.NewReader(whole[:9]), 9); err == nil {
		t.Error("nine bytes are no Parquet")
	}
}

func FuzzParquet(f *testing.F) {
	for _, mode := range []feature.Mode{feature.Agnostic, feature.Aware} {
		var out bytes.Buffer
		protocol := map[feature.Mode]string{feature.Agnostic: feature.AnyProtocol, feature.Aware: "TCP"}[mode]
		set := Set{mode, []Example{{Src: "a", Traffic: []feature.Block{{Protocol: protocol}}}}}
		if err := set.WriteParquet(&out); err != nil {
			f.Fatal(err)
		}
		f.Add(out.Bytes())
	}
	var out bytes.Buffer
	if err := behaved().WriteParquet(&out); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		sameInColumns(t, writeTemp(t, t.TempDir(), append([]byte(parquetMagic), data...)))
		sameInColumns(t, writeTemp(t, t.TempDir(), data))
	})
}

// sameInColumns checks that a file is read into columns if, and only if, it is read as a set.
func sameInColumns(t *testing.T, path string) {
	ctx := context.Background()
	set, err := ReadFile(ctx, path, false)
	agnostic, isAgnostic, agnosticErr := ReadColumns(ctx, path)
	behaves, isBehaviour, behaviourErr := ReadBehaviourColumns(ctx, path)
	if isAgnostic && agnosticErr == nil && len(agnostic.Labels) > 0 && (err != nil || len(set.Examples) != len(agnostic.Labels)) {
		t.Errorf("%d agnostic rows, but of the set %d: %v", len(agnostic.Labels), len(set.Examples), err)
	}
	if isBehaviour && behaviourErr == nil && behaves.Len() > 0 && (err != nil || len(set.Examples) != behaves.Len()) {
		t.Errorf("%d rows of mode behaviour, but of the set %d: %v", behaves.Len(), len(set.Examples), err)
	}
	if err == nil && (set.Mode == feature.Agnostic && agnosticErr != nil || set.Mode == feature.Behavioural && behaviourErr != nil) {
		t.Errorf("a set of mode %s is no columns: %v, %v", set.Mode, agnosticErr, behaviourErr)
	}
}

// TestParquetFolder: a folder of files is the rows of all of them, in the order of their names;
// files of another mode, and a folder without, are refused.
func TestParquetFolder(t *testing.T) {
	set := behaved()
	folder := t.TempDir()
	keep := func(name string, s Set) {
		var out bytes.Buffer
		if err := s.WriteParquet(&out); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ReadFile(context.Background(), folder, false); err == nil || !strings.Contains(err.Error(), "no Parquet files") {
		t.Errorf("error is %v", err)
	}
	keep("b.parquet", Set{set.Mode, set.Examples[1:]})
	keep("a/1.parquet", Set{set.Mode, set.Examples[:1]})
	keep("a/0.parquet", Set{Mode: set.Mode})
	got, err := ReadFile(context.Background(), folder, false)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(set, got); diff != "" {
		t.Error(diff)
	}
	keep("c.parquet", Set{feature.Agnostic, []Example{{Traffic: []feature.Block{{Protocol: feature.AnyProtocol}}}}})
	if _, err := ReadFile(context.Background(), folder, false); err == nil || !strings.Contains(err.Error(), "of mode agnostic") {
		t.Errorf("error is %v", err)
	}
}
