package history

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"unicode/utf8"
)

// A record is a checksum and JSON: CRC-32C of the rest, 4 bytes, big-endian. The
// database's own pages carry no checksum.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errChecksum = errors.New("checksum does not match")

func encode(value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("cannot encode record: %w", err)
	}
	return append(binary.BigEndian.AppendUint32(nil, crc32.Checksum(text, castagnoli)), text...), nil
}

func decode(record []byte, value any) error {
	if len(record) < 4 {
		return errChecksum
	}
	if text := record[4:]; binary.BigEndian.Uint32(record) == crc32.Checksum(text, castagnoli) {
		return json.Unmarshal(text, value)
	}
	return errChecksum
}

// bytes writes a key as the database has it: source, zero, host.
func (k Key) bytes() []byte { return []byte(k.Source + "\x00" + k.Host) }

func parseKey(b []byte) (Key, error) {
	source, host, ok := strings.Cut(string(b), "\x00")
	if !ok || host == "" {
		return Key{}, fmt.Errorf("no key of a host: %q", b)
	}
	return Key{source, host}, nil
}

// cleaned returns a key within the bounds of the database.
func (k Key) cleaned() Key {
	whole := func(text string) string { return clip(strings.ReplaceAll(text, "\x00", "�")) }
	return Key{whole(k.Source), whole(k.Host)}
}

// clipTo returns the first n bytes of text, as whole and valid characters.
func clipTo(text string, n int) string {
	text = strings.ToValidUTF8(text, "�")
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
