// Package behaviour says how the two endpoints of a flow behave, towards each other and
// within what the busier one of them, the host, does towards all of its peers.
//
// Observe sums up the hosts of a capture's flows, whose flow.Behaviour must have been
// observed. Features then turns a flow into numbers: of the flow itself (names that
// begin with "flow."), of the host's cohort (the peers that it speaks with in the same
// way: "host."), and of how the flow fits into its cohort ("relation."). Names lists
// them. All are sizes of payloads, counts, ratios and shares: no address, port number,
// payload, protocol name or absolute time is among them, and no total that grows with
// the length of a capture.
//
//	hosts, err := behaviour.Observe(table)
//	for f := range table.P2P() {
//		values = hosts.Features(&f, values[:0])
//	}
//
// Limits. Only endpoints with at least two peers that no DNS answer named are hosts. A
// host takes about 3 kB; there are at most MaxHosts of them: those with most peers, half of the
// room kept for those that speak with most.
package behaviour
