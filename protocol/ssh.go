package protocol

// sshStream reads SSH (RFC 4253): a line with the version from each side, then
// packets, which tell their length until the keys are in use.
func sshStream(_ *Engine, m *message) result {
	version, name := &m.c.note.version, SSH
	for at := 0; at < m.size; {
		b := m.from(at)
		n := len(b)
		switch {
		case hasPrefix(b, "SSH-"):
			_, next, ok := line(b, 0, false)
			if !ok && m.canWait {
				return wait(name, at, oneMore)
			}
			name, n = sshName(*version), next
			if m.toServer(22, 29418) { // the client's line decides, as in tshark
				*version = sshVersion(b)
			}
		case *version == 0 || m.sshEncrypted():
			return named(sshName(*version))
		default:
			r := m.sshPacket(at, b, &n)
			if r.need != 0 {
				r.name = name
				return r
			}
			name = sshName(*version)
		}
		at += max(n, 1)
	}
	return named(name)
}

func sshVersion(b []byte) uint16 {
	if hasPrefix(b, "SSH-1.") && !hasPrefix(b, "SSH-1.99-") {
		return 1
	}
	return 2
}

func sshName(version uint16) ID {
	return [...]ID{SSH, SSHv1, SSHv2}[min(version, 2)]
}

// What note.state of an SSH conversation holds: which side uses its keys.
func (m *message) sshEncrypted() bool { return m.c.note.state&(1<<m.v.dir()) != 0 }

// sshPacket reads a packet in the clear and stores its length in n.
func (m *message) sshPacket(at int, b []byte, n *int) result {
	const newKeys = 21
	length, ok := be32(b, 0)
	if !ok {
		if m.canWait {
			return wait(SSH, at, oneMore)
		}
		return result{}
	}
	if m.c.note.version == 1 {
		*n = 4 + int(length) + 8 - int(length%8)
	} else {
		*n = 4 + int(length)
	}
	if m.left(at) < *n && m.canWait {
		return wait(SSH, at, *n-m.left(at))
	}
	if m.c.note.version == 2 && len(b) > 5 && b[5] == newKeys {
		m.c.note.state |= 1 << m.v.dir()
	}
	return result{}
}
