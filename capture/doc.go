// Package capture reads frames from packet captures: pcap and pcapng, plain or
// compressed with gzip or zstd, from a file, a pipe or any other stream. What a
// capture is, is told by its content, never by its name.
//
// Begin with Open (a file) or NewReader (a stream), then either ask for one frame
// after another with Reader.Next,
//
//	r, err := capture.Open("a.pcap")
//	...
//	defer r.Close()
//	for {
//		var f capture.Frame
//		if err := r.Next(&f); err == io.EOF {
//			break
//		} else if err != nil {
//			return err // a *DamageError says at which frame and byte
//		}
//		use(f) // f.Data is valid until the next call
//	}
//
// or for a batch of frames at a time with Reader.NextBatch, which costs less and
// whose batches may be handed to other goroutines, since each owns its bytes.
//
// Input is hostile. Nothing in it makes the package panic, and memory stays bounded:
// about 128 KiB a batch, more only while a single record that has really been read needs it (at
// most 128 MiB, for USB and D-Bus records; 16 MiB for others), plus the
// decompressor's window (at most 128 MiB for zstd, 32 KiB for gzip). A capture that is cut short or
// damaged yields every frame before the damage and then a *DamageError. Oddities that can be
// stepped over are counted in Stats.
//
// Not read: compression within compression, and formats other than pcap and
// pcapng (editcap -F pcap converts those). The formats as they are understood
// here are described in docs/format/capture.md.
package capture
