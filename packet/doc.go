// Package packet turns a captured frame into what a flow needs of it: when, how
// long, from whom, to whom, under which protocol name, and which addresses a DNS
// answer in it names.
//
// It takes two steps, since the first needs no memory and the second does. Decode
// walks the headers of one frame; any goroutine may do it. A Namer gives the name,
// which may depend on what the same two endpoints sent before; so packets are
// spread over goroutines by Packet.Shard, each with its own Namer:
//
//	var p packet.Packet
//	if o := packet.Decode(&frame, &p); !o.Usable() {
//		count[o]++
//		continue
//	}
//	to := workers[p.Shard()%uint64(len(workers))]
//	...
//	answers := namer.Name(&p) // in that worker, in capture order, frame.Data still in place
//
// Limits. Neither step allocates, but for tables that grow to their bounds. The
// name depends on nothing but the traffic of the packet's own pair of endpoints:
// it is the same however pairs are spread, as long as the bounds on memory hold
// (Namer.Stats says). Endpoints are the innermost ones, as in tshark's columns;
// what an ICMP error quotes does not count. docs/protocols.md lists the names and
// the evidence for each.
package packet
