package capture_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/klauspost/compress/zstd"

	"botnetdetect/capture"
	"botnetdetect/internal/pcaptest"
)

// sharedFiles returns the paths of all shared files, captures or not.
func sharedFiles(t *testing.T) (paths []string) {
	t.Helper()
	root := pcaptest.Shared(t, "data")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// TestPcapgo reads every shared capture beside gopacket's reader and wants the same
// frames, as far as that one gets.
func TestPcapgo(t *testing.T) {
	captures, frames := 0, 0
	for _, path := range sharedFiles(t) {
		r, err := capture.Open(path)
		if err != nil {
			continue // TestCapinfos tells what those are
		}
		n, err := comparePcapgo(r, path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if n > 0 {
			captures, frames = captures+1, frames+n
		}
		r.Close()
	}
	t.Logf("%d captures, %d frames are the same to pcapgo", captures, frames)
}

// comparePcapgo returns how many frames both readers have read alike.
func comparePcapgo(r *capture.Reader, path string) (frames int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	witness, err := openPcapgo(r, file)
	if err != nil {
		return 0, nil // it reads fewer formats
	}
	times := int64(0) // frames of another time
	for n := 0; ; n++ {
		var f capture.Frame
		data, info, theirErr := witness.ReadPacketData()
		ourErr := r.Next(&f)
		switch {
		case theirErr != nil && times > r.Stats().BadTimes:
			return n, fmt.Errorf("%d frames of another time", times)
		case theirErr != nil && (theirErr == io.EOF) != (ourErr == io.EOF):
			return n, excused(ourErr, theirErr)
		case theirErr != nil:
			return n, nil
		case ourErr != nil:
			return n, fmt.Errorf("frame %d: %w, but pcapgo reads on", n+1, ourErr)
		case !bytes.Equal(data, f.Data) || info.Length != int(f.Length):
			return n, fmt.Errorf("frame %d: %d of %d bytes; pcapgo %d of %d", n+1, len(f.Data), f.Length, len(data), info.Length)
		case !info.Timestamp.IsZero() && info.Timestamp.UnixNano() != f.Time:
			times++ // simple packets apart, to which pcapgo gives no time
		}
	}
}

// excused says whether pcapgo stops where we read on for a known reason.
func excused(ourErr, theirErr error) error {
	for _, known := range []string{
		"capture length exceeds original length", // such records are clipped here
		"capture length exceeds snap length",     // such records are counted here
	} {
		if strings.Contains(theirErr.Error(), known) {
			return nil
		}
	}
	return fmt.Errorf("%v; pcapgo: %v", ourErr, theirErr)
}

func openPcapgo(r *capture.Reader, file io.Reader) (gopacket.PacketDataSource, error) {
	src := io.Reader(bufio.NewReader(file))
	if r.Compression() == capture.Zstd {
		d, err := zstd.NewReader(src)
		if err != nil {
			return nil, err
		}
		src = d
	}
	if r.Format() == capture.Pcapng {
		return pcapgo.NewNgReader(src, pcapgo.NgReaderOptions{WantMixedLinkType: true})
	}
	return pcapgo.NewReader(src)
}

// TestCapinfos wants as many frames from every shared capture as Wireshark's capinfos
// counts, in all the robustness files too.
func TestCapinfos(t *testing.T) {
	capinfos, err := exec.LookPath("capinfos")
	if err != nil {
		t.Skip("capinfos is not installed: frames are not counted by a witness")
	}
	paths := sharedFiles(t)
	theirs := capinfosCounts(t, capinfos, paths)
	for _, path := range paths {
		ours, err := countFrames(path)
		want, known := theirs[path]
		switch {
		case !known && ours > 0 && wiretapRefuses(path, err):
		case !known && ours > 0:
			t.Errorf("%s: %d frames (%v), but capinfos reads none", path, ours, err)
		case known && ours < 0 && !errors.Is(err, capture.ErrNotCapture):
			t.Errorf("%s: %v, but capinfos counts %d frames", path, err, want)
		case known && ours >= 0 && ours != want:
			t.Errorf("%s: %d frames (%v), capinfos counts %d", path, ours, err, want)
		}
	}
	t.Logf("%d files, %d known to capinfos", len(paths), len(theirs))
}

// wiretapRefuses tells the captures that capinfos does not read although their frames
// can be found: those of a link type that it does not know, and those whose damage comes
// after some frames, of which it then gives no count.
func wiretapRefuses(path string, err error) bool {
	if errors.Is(err, capture.ErrDamaged) {
		return true
	}
	r, err := capture.Open(path)
	if err != nil {
		return false
	}
	defer r.Close()
	var f capture.Frame
	return r.Next(&f) == nil && strings.HasPrefix(f.Link.String(), "link type ")
}

// capinfosCounts returns the frames of each file that capinfos reads.
func capinfosCounts(t *testing.T, capinfos string, paths []string) map[string]int64 {
	out, err := exec.Command(capinfos, append([]string{"-McTr"}, paths...)...).Output()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err) // that it finds damage is no failure
	}
	counts := make(map[string]int64)
	for line := range strings.Lines(string(out)) {
		path, count, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if n, err := strconv.ParseInt(count, 10, 64); err == nil {
			counts[path] = n
		}
	}
	if len(counts) == 0 {
		t.Fatal("capinfos said nothing")
	}
	return counts
}

// countFrames returns -1 if the file cannot be opened as a capture.
func countFrames(path string) (int64, error) {
	r, err := capture.Open(path)
	if err != nil {
		return -1, err
	}
	defer r.Close()
	var b capture.Batch
	for err == nil {
		err = r.NextBatch(&b)
	}
	return r.Stats().Frames, err
}

// TestRobustness reads the odd and broken files and looks at the memory that each takes.
func TestRobustness(t *testing.T) {
	folder := pcaptest.Shared(t, "data", "robustness")
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	const most = 16 << 20
	for _, file := range files {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		frames, err := countFrames(filepath.Join(folder, file.Name()))
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > most {
			t.Errorf("%s: %d frames (%v) took %d bytes, want at most %d", file.Name(), frames, err, took, most)
		}
	}
}
