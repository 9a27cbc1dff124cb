package protocol

// SMB comes in NetBIOS session messages (RFC 1002, 4.3; MS-SMB2 2.1), whatever is
// on its ports otherwise is the middle of one. What it carries through named
// pipes has the name of the remote procedure interface.

func nbssStream(e *Engine, m *message) result {
	name := NBSS
	for at := 0; at < m.size; {
		b := m.from(at)
		if len(b) < 4 {
			if m.canWait && m.known() && len(b) > 0 && b[0] == 0 {
				return wait(name, at, oneMore)
			}
			break
		}
		n := 4 + int(b[1]&1)<<16 + int(b[2])<<8 + int(b[3])
		if b[0] == 0 && (m.v.SrcPort == 445 || m.v.DstPort == 445) {
			n += int(b[1]&0xfe) << 16
		}
		if !isNBSS(b) {
			break
		}
		if m.left(at) < n && m.canWait {
			return wait(name, at, n-m.left(at)).forgetting(kept, n)
		}
		name = e.sessionMessage(m, b[:min(n, len(b))])
		at += n
	}
	return named(name)
}

// isNBSS says whether a session message begins b: a known type, and SMB in it.
func isNBSS(b []byte) bool {
	switch b[0] {
	case 0:
		return len(b) < 8 || isSMB(b[4:])
	case 0x81, 0x82, 0x83, 0x84, 0x85:
		return b[1]&0xfe == 0
	}
	return false
}

func isSMB(b []byte) bool {
	return len(b) >= 4 && b[0] >= 0xfc && b[1] == 'S' && b[2] == 'M' && b[3] == 'B'
}

func (e *Engine) sessionMessage(m *message, b []byte) ID {
	if b[0] != 0 || len(b) < 8 {
		return NBSS
	}
	switch b[4] {
	case 0xff:
		return e.smb1(b[4:], m.v.key)
	case 0xfe, 0xfd, 0xfc:
		return e.smb2(b[4:], m.v.key)
	}
	return NBSS
}

// smb2 names an SMB 2 or 3 message (MS-SMB2 2.2).
func (e *Engine) smb2(b []byte, key uint64) ID {
	const read, write, ioctl = 8, 9, 11
	command, _ := le16(b, 12)
	flags, ok := le32(b, 16)
	if !ok || b[0] != 0xfe {
		return SMB2
	}
	id, _ := le32(b, 24)
	call := mix(key, 3<<32|uint64(id))
	answer := flags&1 != 0
	var data uint32
	pipe := key
	switch {
	case command == write && !answer:
		off, _ := le16(b, 66)
		data, pipe = uint32(off), fileKey(key, b, 80)
	case command == read && !answer:
		e.facts.set(call, fileKey(key, b, 80))
	case command == read && len(b) > 66:
		data = uint32(b[66])
		pipe, _ = e.facts.get(call)
	case command == ioctl && !answer:
		data, _ = le32(b, 88)
		pipe = fileKey(key, b, 72)
	case command == ioctl:
		data, _ = le32(b, 96)
		pipe = fileKey(key, b, 72)
	}
	if data >= 64 && int(data) < len(b) {
		if id := e.dcerpc(b[data:], pipe); id != Unnamed {
			return id
		}
	}
	return SMB2
}

// fileKey stands for the open file whose ID is at offset at.
func fileKey(key uint64, b []byte, at int) uint64 {
	low, _ := le32(b, at+8)
	high, _ := le32(b, at)
	return mix(key, uint64(high)<<32|uint64(low))
}

// smb1 names an SMB 1 message (MS-CIFS 2.2).
func (e *Engine) smb1(b []byte, key uint64) ID {
	const readX, writeX, transaction = 0x2e, 0x2f, 0x25
	if len(b) < 33 {
		return SMB
	}
	answer, words := b[9]&0x80 != 0, b[33:]
	id, _ := le16(b, 30)
	call := mix(key, 3<<32|uint64(id))
	switch b[4] {
	case transaction:
		return e.smbTransaction(b, call, key, answer)
	case writeX:
		if fid, ok := le16(words, 4); ok && !answer {
			off, _ := le16(words, 22)
			return e.smbPipe(b, int(off), mix(key, uint64(fid)))
		}
	case readX:
		fid, ok := le16(words, 4)
		if ok && !answer {
			e.facts.set(call, mix(key, uint64(fid)))
			return SMB
		}
		off, _ := le16(words, 12)
		pipe, _ := e.facts.get(call)
		return e.smbPipe(b, int(off), pipe)
	}
	return SMB
}

func (e *Engine) smbPipe(b []byte, at int, pipe uint64) ID {
	if at > 32 && at < len(b) {
		if id := e.dcerpc(b[at:], pipe); id != Unnamed {
			return id
		}
	}
	return SMB
}

// smbTransaction names a transaction on a pipe or mailslot; an answer has its
// request's pipe.
func (e *Engine) smbTransaction(b []byte, call, key uint64, answer bool) ID {
	words := b[33:]
	if answer {
		pipe, _ := e.facts.get(call)
		if pipe == uint64(LANMAN) {
			return LANMAN
		}
		off, _ := le16(words, 14)
		return e.smbPipe(b, int(off), pipe)
	}
	if len(words) < 32 {
		return SMB
	}
	name := b[33+int(b[32])*2:]
	if len(name) < 3 {
		return SMB
	}
	switch name = name[2:]; {
	case containsFold(name, `\mailslot\browse`):
		return BROWSER
	case containsFold(name, `\mailslot\lanman`):
		return BROWSER
	case containsFold(name, `\mailslot\net\`):
		return SMBNETLOGON
	case containsFold(name, `\pipe\lanman`):
		e.facts.set(call, uint64(LANMAN))
		return LANMAN
	}
	fid, _ := le16(words, 30)
	off, _ := le16(words, 24)
	pipe := mix(key, uint64(fid))
	e.facts.set(call, pipe)
	return e.smbPipe(b, int(off), pipe)
}

// containsFold says whether s, in lower case, is in the first bytes of b, written
// in one or two bytes a character, in any case.
func containsFold(b []byte, s string) bool {
	at := 0
	for _, c := range b[:min(len(b), 64)] {
		switch {
		case c == 0:
		case lower(c) == s[at]:
			if at++; at == len(s) {
				return true
			}
		default:
			at = 0
		}
	}
	return false
}

// nbdgmDatagram reads a NetBIOS datagram (RFC 1002, 4.4) and the SMB in it.
func nbdgmDatagram(e *Engine, v *View) ID {
	b := v.Payload
	if len(b) < 14 || b[0] < 0x10 || b[0] > 0x12 {
		return NBDS
	}
	at := 14
	for range 2 { // source and destination name
		at = skipName(b, at)
	}
	if at >= len(b) || !isSMB(b[at:]) {
		return NBDS
	}
	return e.smb1(b[at:], v.key)
}
