package synthetic

// port gives the next ephemeral port.
func (n *node) port(d dice) uint16 {
	for {
		n.next += uint16(1 + d.IntN(1+n.stack.portStep))
		if p := n.stack.firstPort + n.next%n.stack.ports; !tunnel(p) {
			return p
		}
	}
}

// listening draws a port that a bot may listen at.
func (d dice) listening() uint16 {
	for {
		if p := uint16(d.between(1025, 65000)); !tunnel(p) {
			return p
		}
	}
}

// tunnel says that datagrams of a port are taken for other packets' envelopes: noise in them
// would be read as addresses.
func tunnel(port uint16) bool {
	switch port {
	case 1701, 2152, 2268, 3544, 4754, 4789, 5072, 6081, 6635:
		return true
	}
	return false
}
