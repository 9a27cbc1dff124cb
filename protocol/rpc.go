package protocol

// ONC RPC (RFC 5531) is recognised by a call of version 2 to a known program; an
// answer has its call's name.

var rpcPrograms = [...]struct {
	number uint32
	name   ID
}{
	{100000, Portmap}, {100001, RSTAT}, {100003, NFS}, {100005, MOUNT}, {100021, NLM}, {100024, STAT}, {100227, NFSACL},
	{100004, YPSERV}, {100007, YPBIND}, {100011, RQUOTA}, {100020, KLM}, {300019, AMD},
}

// rpcMessage names a call or an answer; Unnamed if it is neither, or of an unknown program.
func (e *Engine) rpcMessage(b []byte, key uint64) ID {
	xid, _ := be32(b, 0)
	kind, ok := be32(b, 4)
	if !ok || kind > 1 {
		return Unnamed
	}
	call := mix(key, 4<<32|uint64(xid))
	if kind == 1 {
		id, _ := e.facts.get(call)
		return ID(id)
	}
	version, _ := be32(b, 8)
	program, ok := be32(b, 12)
	if !ok || version != 2 {
		return Unnamed
	}
	for _, p := range rpcPrograms {
		if p.number == program {
			e.facts.set(call, uint64(p.name))
			return p.name
		}
	}
	return Unnamed
}

func guessRPC(e *Engine, v *View) ID { return e.rpcMessage(v.Payload, v.key) }

// portmapDatagram names what is on the port mapper's port, RPC or not.
func portmapDatagram(e *Engine, v *View) ID {
	if id := guessRPC(e, v); id != Unnamed {
		return id
	}
	return RPC
}

// rpcStream reads records of fragments (RFC 5531, 11).
func rpcStream(e *Engine, m *message) result {
	name := Unnamed
	r := m.pdus(RPC, 4, func(b []byte) int {
		if id := e.rpcMessage(b[4:], m.v.key); id != Unnamed {
			name = id
		}
		n, _ := be32(b, 0)
		return int(n&0x7fffffff) + 4
	})
	if name != Unnamed && (r.need == 0 || r.used > 0) {
		r.name = name
	}
	return r
}

func guessRPCStream(e *Engine, m *message) result {
	mark, ok := be32(m.data, 0)
	if !ok || mark&0x7fffffff < 12 || mark&0x7fffffff > 1<<22 || e.rpcMessage(m.data[4:], m.v.key) == Unnamed {
		return rejected
	}
	m.c.owner = byRPC
	return rpcStream(e, m)
}
