package protocol

// DCE/RPC (The Open Group C706, MS-RPCE) is recognised by its header. A request
// has the name of the interface that its context was bound to, if that is known.

const (
	rpcRequest  = 0
	rpcResponse = 2
	rpcBind     = 11
	rpcAlter    = 14
)

// rpcInterfaces are the interfaces that have a name of their own, told apart by
// the first four bytes, as a little-endian number, and the last byte of their UUID.
var rpcInterfaces = [...]struct {
	first uint32
	last  byte
	name  ID
}{
	{0xe1af8308, 0xfa, EPM}, {0x12345778, 0xac, SAMR}, {0x12345778, 0xab, LSARPC}, {0x12345678, 0xfb, RPCNETLOGON},
	{0x12345678, 0xab, SPOOLSS}, {0x4b324fc8, 0x88, SRVSVC}, {0x6bffd098, 0x5a, WKSSVC}, {0x367abb81, 0x03, SVCCTL},
	{0x338cd001, 0x03, WINREG}, {0x1ff70682, 0x8b, ATSVC}, {0xe3514235, 0xd2, DRSUAPI}, {0x3919286a, 0xf5, DSSETUP},
	{0x82273fdc, 0xea, EVENTLOG}, {0x000001a0, 0x46, ISystemActivator}, {0x99fcfec4, 0x7a, IOXIDResolver},
	{0x00000143, 0x46, IRemUnknown2}, {0x5a7b91f8, 0xfc, Messenger}, {0x894de0c0, 0xa1, INITSHUTDOWN}, {0xd049b186, 0x32, FRSRPC},
}

// isDCERPC says whether b begins with a connection-oriented header.
func isDCERPC(b []byte) bool {
	return len(b) >= 16 && b[0] == 5 && b[1] <= 1 && b[2] <= 19 && b[4]&0xee == 0 && b[5] <= 3
}

// num16 and num32 read numbers in the byte order that the header states.
func num16(b []byte, at int) (uint16, bool) {
	if b[4]&0x10 != 0 {
		return le16(b, at)
	}
	return be16(b, at)
}

func num32(b []byte, at int) (uint32, bool) {
	if b[4]&0x10 != 0 {
		return le32(b, at)
	}
	return be32(b, at)
}

// dcerpc names the DCE/RPC message that b begins with. key stands for the
// connection or pipe that it came through.
func (e *Engine) dcerpc(b []byte, key uint64) ID {
	if !isDCERPC(b) {
		return Unnamed
	}
	call, _ := num32(b, 12)
	switch b[2] {
	case rpcBind, rpcAlter:
		e.bindContexts(b, key)
	case rpcRequest:
		context, _ := num16(b, 20)
		if id, ok := e.facts.get(mix(key, 1<<32|uint64(context))); ok {
			e.facts.set(mix(key, 2<<32|uint64(call)), id)
			return ID(id)
		}
	case rpcResponse:
		if id, ok := e.facts.get(mix(key, 2<<32|uint64(call))); ok {
			return ID(id)
		}
	}
	return DCERPC
}

// bindContexts notes which interface each context of a bind stands for.
func (e *Engine) bindContexts(b []byte, key uint64) {
	if len(b) < 28 {
		return
	}
	at := 28
	for range min(int(b[24]), 8) {
		context, _ := num16(b, at)
		first, ok := num32(b, at+4)
		if !ok || at+20 > len(b) {
			return
		}
		id := DCERPC
		for _, i := range rpcInterfaces {
			if i.first == first && i.last == b[at+19] {
				id = i.name
			}
		}
		e.facts.set(mix(key, 1<<32|uint64(context)), uint64(id))
		at += 4 + 20 + int(b[at+2])*20
	}
}

func guessDCERPCStream(e *Engine, m *message) result {
	if !isDCERPC(m.data) {
		return rejected
	}
	m.c.owner = byDCERPC
	return dcerpcStream(e, m)
}

func dcerpcStream(e *Engine, m *message) result {
	if m.size >= 16 && !isDCERPC(m.data) {
		return rejected
	}
	r := m.pdus(DCERPC, 10, func(b []byte) int {
		if len(b) < 10 || b[0] != 5 {
			return -1
		}
		n, _ := num16(b, 8)
		return int(n)
	})
	if id := e.dcerpc(m.data, m.v.key); id != Unnamed && r.need == 0 {
		r.name = id
	}
	return r
}

// guessDCERPC recognises a connectionless header.
func guessDCERPC(_ *Engine, v *View) ID {
	b := v.Payload
	if len(b) >= 80 && b[0] == 4 && b[1] <= 19 && b[4]&0xee == 0 && b[5] <= 3 {
		return DCERPC
	}
	return Unnamed
}
