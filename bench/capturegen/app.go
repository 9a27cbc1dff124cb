package main

// app is an application: what its sessions look like.
type app struct {
	name    string
	weight  float64 // share of sessions; all add up to 1
	tcp     bool    // else UDP, or ICMP
	port    uint16  // the peer's; 0: any
	named   bool    // the peer is found by a DNS look-up
	down    float64 // TCP: share of messages that the peer sends
	chatter float64 // mean packets less one, if few; 0: as many as there is room for

	// message (TCP) appends the header of a message of about size bytes, the whole message if
	// it has no body, and returns how many bytes of random body follow.
	message func(g *generator, s *session, b []byte, size int) ([]byte, int)
	// datagram (UDP) appends the payload of a datagram by side of about size bytes.
	datagram func(g *generator, s *session, b []byte, side, size int) []byte
}

var apps = [...]app{
	{name: "TLS", weight: 0.20, tcp: true, port: 443, named: true, down: 0.7, message: tlsMessage},
	{name: "HTTP", weight: 0.08, tcp: true, port: 80, named: true, down: 0.5, message: httpMessage},
	{name: "QUIC", weight: 0.10, port: 443, named: true, down: 0.8, datagram: quicDatagram},
	{name: "BitTorrent", weight: 0.10, tcp: true, down: 0.5, message: torrentMessage},
	{name: "uTP", weight: 0.12, down: 0.5, datagram: utpDatagram},
	{name: "DHT", weight: 0.18, chatter: 3, datagram: dhtDatagram},
	{name: "TCP", weight: 0.10, tcp: true, down: 0.5, message: plainMessage},
	{name: "UDP", weight: 0.08, down: 0.5, datagram: plainDatagram},
	{name: "NTP", weight: 0.02, port: 123, chatter: 1, datagram: ntpDatagram},
	{name: "ping", weight: 0.02, chatter: 5},
}

// pickApp draws by weight with u from [0, 1).
func pickApp(u float64) *app {
	for i := range apps {
		if u -= apps[i].weight; u < 0 {
			return &apps[i]
		}
	}
	return &apps[0]
}
