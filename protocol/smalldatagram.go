package protocol

// Protocols over UDP that tshark tells by their port and a look at the first bytes.

// beginsWith names a datagram that begins with prefix.
func beginsWith(v *View, prefix string, id ID) ID {
	if hasPrefix(v.Payload, prefix) {
		return id
	}
	return Unnamed
}

// snmpDatagram wants a BER sequence that begins with a version.
func snmpDatagram(_ *Engine, v *View) ID {
	_, header, ok := berLength(v.Payload)
	if !ok || v.Payload[0] != 0x30 || len(v.Payload) <= header || v.Payload[header] != 2 {
		return Unnamed
	}
	return SNMP
}

// kerberosDatagram wants a BER application tag (RFC 4120).
func kerberosDatagram(_ *Engine, v *View) ID {
	if t := v.Payload[0]; t&0xe0 == 0x60 && (t&31 >= 10 && t&31 <= 30) {
		return KRB5
	}
	return Unnamed
}

// gtpDatagram tells GTP's versions; a tunnelled packet never gets here.
func gtpDatagram(_ *Engine, v *View) ID {
	switch v.Payload[0] >> 5 {
	case 1:
		return GTPName
	case 2:
		return GTPv2
	}
	return Unnamed
}

func hsrpDatagram(_ *Engine, v *View) ID {
	switch {
	case v.Payload[0] == 0 && len(v.Payload) >= 8:
		return HSRP
	case v.Payload[0] == 1 && len(v.Payload) >= 40:
		return HSRPv2
	}
	return Unnamed
}

func ripDatagram(_ *Engine, v *View) ID {
	if len(v.Payload) > 1 {
		switch v.Payload[1] {
		case 1:
			return RIPv1
		case 2:
			return RIPv2
		}
	}
	return RIP
}

// natPMPDatagram tells NAT-PMP from PCP by the version (RFC 6886, 6887).
func natPMPDatagram(_ *Engine, v *View) ID {
	switch v.Payload[0] {
	case 0:
		return NATPMP
	case 2:
		return PCPV2
	}
	return Unnamed
}

// dropboxDatagram reads Dropbox's LAN discovery, which is JSON.
func dropboxDatagram(_ *Engine, v *View) ID {
	if v.Payload[0] == '{' {
		return DBLSPDISCJSON
	}
	return DBLSPDISC
}

func bjnpDatagram(_ *Engine, v *View) ID {
	if isPrint(v.Payload[0]) {
		return BJNP
	}
	return Unnamed
}

func icqDatagram(_ *Engine, v *View) ID {
	switch version, _ := le16(v.Payload, 0); version {
	case 2:
		return ICQv2
	case 3:
		return ICQv3
	case 4:
		return ICQv4
	case 5:
		return ICQv5
	}
	return Unnamed
}

// flowDatagram reads NetFlow and IPFIX by their version.
func flowDatagram(_ *Engine, v *View) ID {
	switch version, _ := be16(v.Payload, 0); version {
	case 1, 5, 7, 8, 9, 10:
		return CFLOW
	}
	return Unnamed
}

func sflowDatagram(_ *Engine, v *View) ID {
	switch version, _ := be32(v.Payload, 0); version {
	case 2, 4, 5:
		return SFlow
	}
	return Unnamed
}

func ldpDatagram(_ *Engine, v *View) ID      { return beginsWith(v, "\x00\x01", LDP) }
func babelDatagram(_ *Engine, v *View) ID    { return beginsWith(v, "\x2a\x02", Babel) }
func mplsEchoDatagram(_ *Engine, v *View) ID { return beginsWith(v, "\x00\x01", MPLSECHO) }
func phasorDatagram(_ *Engine, v *View) ID   { return beginsWith(v, "\xaa", SYNCHROPHASOR) }
func bacnetDatagram(_ *Engine, v *View) ID   { return beginsWith(v, "\x81", BACnetAPDU) }
func mndpDatagram(_ *Engine, v *View) ID     { return beginsWith(v, "\x00\x00", MNDP) }

// l2tpDatagram reads L2TP's control messages; data goes on into PPP.
func l2tpDatagram(_ *Engine, v *View) ID {
	if len(v.Payload) < 6 {
		return Unnamed
	}
	switch v.Payload[1] & 15 {
	case 2:
		return L2TP
	case 3:
		return L2TPv3
	}
	return Unnamed
}

// ptpDatagram tells the versions of IEEE 1588.
func ptpDatagram(_ *Engine, v *View) ID {
	if len(v.Payload) < 2 {
		return Unnamed
	}
	switch {
	case v.Payload[1]&15 == 2:
		return PTPv2
	case v.Payload[1] == 1:
		return PTPv1
	}
	return Unnamed
}

// guessWOL recognises Wake-on-LAN's magic packet: six times ff, then an address 16 times.
func guessWOL(_ *Engine, v *View) ID {
	b := v.Payload
	if !hasPrefix(b, "\xff\xff\xff\xff\xff\xff") || len(b) < 102 {
		return Unnamed
	}
	for i := 12; i < 102; i++ {
		if b[i] != b[i-6] {
			return Unnamed
		}
	}
	return WOL
}
