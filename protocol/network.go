package protocol

// networkName names what is neither TCP nor UDP.
func networkName(v *View) ID {
	switch v.Layer {
	case LayerIPv4:
		return ipName(v, IPv4)
	case LayerIPv6:
		return ipName(v, IPv6)
	case LayerIP:
		return IP
	case LayerEther:
		return etherName(v)
	case LayerLLC:
		return llcName(v)
	case LayerSNAP:
		if id := lookup(ciscoProtocols[:], v.Number); id != Unnamed {
			return id
		}
		return LLC
	case LayerPPP:
		if id := lookup(pppProtocols[:], v.Number); id != Unnamed {
			return id
		}
		return PPP
	case LayerWiFi:
		return N80211
	case LayerCAN:
		return canName(v)
	}
	return Unnamed
}

// canName names a frame on a CAN bus by its identifier of 11 bits below three flags (long, remote
// request, error). As tshark has it, one with identifier 0 and without flags manages the network.
func canName(v *View) ID {
	const flexible = 4 // up to 64 bytes of data
	if v.Number&flexible != 0 {
		return CANFD
	}
	if b := v.Payload; len(b) >= 4 && b[0]>>5 == 0 && b[2]&7 == 0 && b[3] == 0 {
		return AutosarNM
	}
	return CAN
}

// ipName names an IP packet by its protocol.
func ipName(v *View, version ID) ID {
	if v.Fragment || v.Broken {
		return version
	}
	switch v.Number {
	case 1:
		return ICMP
	case 58:
		return ICMPv6
	case 2:
		return igmpName(v.Payload)
	case 103:
		return pimName(v.Payload)
	}
	if id := lookup(ipProtocols[:], v.Number); id != Unnamed {
		return id
	}
	return version
}

// igmpName tells IGMP's versions and what else shares its number (RFC 9776, 7).
func igmpName(b []byte) ID {
	if len(b) == 0 {
		return IGMP
	}
	switch b[0] {
	case 0x11:
		switch {
		case len(b) >= 12:
			return IGMPv3
		case len(b) > 1 && b[1] == 0:
			return IGMPv1
		}
		return IGMPv2
	case 0x12:
		return IGMPv1
	case 0x13:
		return DVMRP
	case 0x14:
		return PIMv1
	case 0x16, 0x17:
		return IGMPv2
	case 0x22:
		return IGMPv3
	}
	return IGMP
}

func pimName(b []byte) ID {
	if len(b) == 0 {
		return PIMv2
	}
	switch b[0] >> 4 {
	case 0:
		return PIMv0
	case 1:
		return PIMv1
	}
	return PIMv2
}

func etherName(v *View) ID {
	switch v.Number {
	case 0x86dd, 0x0800:
		return Ethernet
	case 0x8809:
		if len(v.Payload) > 0 && v.Payload[0] == 1 {
			return LACP
		}
	case 0x888e:
		if len(v.Payload) > 4 && v.Payload[1] == 0 {
			return EAP
		}
	}
	if id := lookup(etherTypes[:], v.Number); id != Unnamed {
		return id
	}
	return Ethernet
}

// llcName names an LLC frame by its destination service access point.
func llcName(v *View) ID {
	switch v.Number >> 8 {
	case 0xfe:
		return isoName(v.Payload)
	case 0x42:
		if hasPrefix(v.Payload, "\x03\x00\x01") {
			return GVRP
		}
	}
	if id := lookup(serviceAccessPoints[:], v.Number>>8); id != Unnamed {
		return id
	}
	return LLC
}

// isoName tells the protocols of OSI's network layer by their first byte
// (ISO/IEC TR 9577), and IS-IS by its PDU type. b begins with LLC's control field.
func isoName(b []byte) ID {
	if len(b) < 2 {
		return ISO
	}
	switch b[1] {
	case 0x81:
		return CLNP
	case 0x82:
		return ESIS
	case 0x83:
		return isisName(b[1:])
	}
	return ISO
}

func isisName(b []byte) ID {
	if len(b) < 5 {
		return ISO
	}
	switch b[4] & 31 {
	case 15, 16, 17:
		return ISISHELLO
	case 18, 20:
		return ISISLSP
	case 24, 25:
		return ISISCSNP
	case 26, 27:
		return ISISPSNP
	}
	return ISO
}

// inGTP returns the name of what a GTP tunnel carries.
func inGTP(id ID) ID {
	if id == Unnamed || id >= numNames {
		return id
	}
	return id + numNames
}
