// Package craft puts frames and capture files together byte by byte, for programs that make
// captures up. From the inside out, each appending to a slice:
//
//	b := craft.IP{Src: a, Dst: c, TTL: 64, Protocol: craft.ProtoUDP}.Append(nil)
//	b = craft.UDP(b, 4000, 53)
//	b = craft.DNS{ID: 1, Name: "www.example.com", Kind: craft.DNSA}.Append(b)
//	craft.Seal(b) // lengths and checksums
//
// Writer writes pcap and pcapng. Nothing is sent anywhere. What does not fit its field, such as a payload
// beyond 64 KiB, is the caller's mistake and gives wrong bytes.
package craft
