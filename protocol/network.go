package protocol

// networkName names what is neither TCP nor UDP.
func networkName(v *View) ID {
	switch v.Layer {
	case LayerIPv4:
		return ipName(v, IPv4)
	case LayerIPv6:
		return ipName(v, IPv6)
	case LayerEther:
		if v.Number == 0x0806 {
			return ARP
		}
		return Ethernet
	case LayerLLC:
		if v.Number == 0x4242 {
			return STP
		}
		return LLC
	}
	return Unnamed
}

func ipName(v *View, version ID) ID {
	if v.Fragment || v.Broken {
		return version
	}
	switch v.Number {
	case 1:
		return ICMP
	case 2:
		return IGMPv2
	case 47:
		return GRE
	case 50:
		return ESP
	case 58:
		return ICMPv6
	}
	return version
}

// inGTP returns the name of what a GTP tunnel carries.
func inGTP(id ID) ID { return id }
