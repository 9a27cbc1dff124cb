// Package alert writes alerts in the formats that others read, and sends them to where
// others look: JSON lines, Suricata EVE, Zeek TSV, ECS JSON; files, syslog, webhooks.
//
//	sink, err := alert.Open("eve:/var/log/botnetdetect/eve.json")
//	...
//	err = sink.Send(a)    // never waits for a peer
//	err = sink.Close(ctx) // waits for peers until ctx is done
//
// docs/format/alerts.md describes the formats. What is sent to a peer waits in a bounded
// queue while the peer is down, and is tried again with growing pauses; what finds no room
// is counted.
package alert
