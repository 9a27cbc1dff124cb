// Package protocol knows the names that packets are counted under, which are
// those of tshark's Protocol column, and how a packet gets its name.
//
// A Vocabulary maps names to small numbers, an ID, and back. An Engine gives the
// IDs: hand it one View after another, in capture order, all of a pair of
// endpoints to the same Engine.
//
//	Engine.Name                                engine.go
//	├─ TCP: follow, reassemble, dissect        tcpseq.go, tcp.go, pending.go, port.go
//	├─ UDP: claimed, by port, by content       port.go, datagram.go
//	└─ else: by number                         network.go, number.go
//
// A dissector recognises one protocol. One for streams is given a message, what
// has arrived of a TCP stream from where its next message begins, and answers with
// a result: a name, or how many more bytes it wants first. One for datagrams
// answers with a name. Both answer nothing if the message is not theirs, and the
// next is asked. New ones need an entry in ports.go (by port), or in stream.go or
// datagram.go (by content), and a row in docs/protocols.md.
//
// Input is hostile: every length is checked against what is there, and what is
// remembered is bounded by Limits. The rules are tshark 4.0's, as observed; where
// tshark goes by a port and the content plainly says otherwise, the content wins.
package protocol
