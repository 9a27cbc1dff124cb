package protocol

// Protocols of machines and power grids.

// modbusStream reads Modbus/TCP, whose protocol ID is zero.
func modbusStream(_ *Engine, m *message) result {
	if id, ok := be16(m.data, 2); ok && id != 0 {
		return rejected
	}
	return m.pdus(ModbusTCP, 6, lengthBE16(4, 6))
}

// dnp3Stream reads DNP3 (IEEE 1815): blocks of 16 bytes with a checksum each.
func dnp3Stream(_ *Engine, m *message) result {
	if !hasPrefix(m.data, "\x05\x64") {
		return rejected
	}
	return m.pdus(DNP30, 10, func(b []byte) int {
		n := int(b[2]) - 5
		return 10 + n + (n+15)/16*2
	})
}

func dnp3Datagram(_ *Engine, v *View) ID { return beginsWith(v, "\x05\x64", DNP30) }

// synchrophasorStream reads IEEE C37.118.
func synchrophasorStream(_ *Engine, m *message) result {
	if len(m.data) > 0 && m.data[0] != 0xaa {
		return rejected
	}
	return m.pdus(SYNCHROPHASOR, 4, lengthBE16(2, 0))
}

// enipStream reads EtherNet/IP; its data commands carry CIP.
func enipStream(_ *Engine, m *message) result {
	const sendRRData, sendUnitData = 0x6f, 0x70
	name := ENIP
	if command, ok := le16(m.data, 0); ok && m.size > 24+16 && (command == sendRRData || command == sendUnitData) {
		name = CIP
	}
	return m.pdus(name, 24, func(b []byte) int { n, _ := le16(b, 2); return int(n) + 24 })
}
