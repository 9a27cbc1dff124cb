package protocol

// native holds the text of each name, as tshark 4.0 writes it with spaces as _.
// Files store names, never IDs, so the order is free.
var native = [...]string{
	TCP: "TCP", UDP: "UDP", Ethernet: "Ethernet", ARP: "ARP", IPv4: "IPv4", IPv6: "IPv6", ICMP: "ICMP", ICMPv6: "ICMPv6", IGMPv2: "IGMPv2",
	IGMPv3: "IGMPv3", GRE: "GRE", ESP: "ESP", LLC: "LLC", STP: "STP", DNS: "DNS", MDNS: "MDNS", LLMNR: "LLMNR", NBNS: "NBNS", SSDP: "SSDP", DHCP: "DHCP",
	BOOTP: "BOOTP", DHCPv6: "DHCPv6", NTP: "NTP", QUIC: "QUIC", BTDHT: "BT-DHT", BitTorrent: "BitTorrent", EDonkey: "eDonkey", Gnutella: "Gnutella",
	Bitcoin: "Bitcoin", STUN: "STUN", ClassicSTUN: "CLASSIC-STUN", RTP: "RTP", RTCP: "RTCP", SSL: "SSL", SSLv2: "SSLv2", SSLv3: "SSLv3", TLSv1: "TLSv1",
	TLSv11: "TLSv1.1", TLSv12: "TLSv1.2", TLSv13: "TLSv1.3", DTLS: "DTLS", DTLSv10: "DTLSv1.0", DTLSv12: "DTLSv1.2", DTLSv13: "DTLSv1.3",
	DTLSOpenSSL: "DTLS_1.0_(OpenSSL_pre_0.9.8f)", HTTP: "HTTP", HTTPJSON: "HTTP/JSON", HTTPXML: "HTTP/XML", WebSocket: "WebSocket", OCSP: "OCSP",
	PKIXCRL: "PKIX-CRL", DoH: "DoH", SMTP: "SMTP", SMTPIMF: "SMTP/IMF", POP: "POP", POPIMF: "POP/IMF", IMAP: "IMAP", FTP: "FTP", FTPData: "FTP-DATA",
	Telnet: "TELNET", SSH: "SSH", SSHv1: "SSHv1", SSHv2: "SSHv2", TPKT: "TPKT", NBSS: "NBSS", SMB: "SMB", SMB2: "SMB2", BROWSER: "BROWSER",
	WireGuard: "WireGuard", OpenVPN: "OpenVPN", ISAKMP: "ISAKMP", UDPENCAP: "UDPENCAP", SNMP: "SNMP", Syslog: "Syslog", TFTP: "TFTP", RADIUS: "RADIUS",
	KRB5: "KRB5", LDAP: "LDAP", CLDAP: "CLDAP", SIP: "SIP", IRC: "IRC", MySQL: "MySQL", KDP: "KDP",
}
