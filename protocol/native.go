package protocol

// The names that the native engine gives, in no particular order.
const (
	Unnamed ID = iota
	TCP
	UDP
	Ethernet
	ARP
	IPv4
	IPv6
	ICMP
	ICMPv6
	IGMPv2
	IGMPv3
	GRE
	ESP
	LLC
	STP
	DNS
	MDNS
	LLMNR
	NBNS
	SSDP
	DHCP
	NTP
	QUIC
	BTDHT
	BitTorrent
	STUN
	TLSv1
	TLSv11
	TLSv12
	TLSv13
	SSL
	HTTP
	SMTP
	FTP
	SSHv2
)

// native holds the text of each name, as tshark 4.0 writes it with spaces as _.
// Files store names, never IDs, so the order is free.
var native = [...]string{
	TCP: "TCP", UDP: "UDP", Ethernet: "Ethernet", ARP: "ARP",
	IPv4: "IPv4", IPv6: "IPv6", ICMP: "ICMP", ICMPv6: "ICMPv6", IGMPv2: "IGMPv2", IGMPv3: "IGMPv3",
	GRE: "GRE", ESP: "ESP", LLC: "LLC", STP: "STP",
	DNS: "DNS", MDNS: "MDNS", LLMNR: "LLMNR", NBNS: "NBNS", SSDP: "SSDP", DHCP: "DHCP", NTP: "NTP",
	QUIC: "QUIC", BTDHT: "BT-DHT", BitTorrent: "BitTorrent", STUN: "STUN",
	TLSv1: "TLSv1", TLSv11: "TLSv1.1", TLSv12: "TLSv1.2", TLSv13: "TLSv1.3", SSL: "SSL",
	HTTP: "HTTP", SMTP: "SMTP", FTP: "FTP", SSHv2: "SSHv2",
}
