package protocol

// The dissectors.
const (
	none dissector = iota
	byPortAlone
	byHTTP
	byTLS
	bySMTP
	byPOP
	byIMAP
	byFTP
	byFTPData
	byTelnet
	bySSH
	byDNS
	byMDNS
	byLLMNR
	byNBNS
	byNBDGM
	byNBSS
	byTPKT
	byBitTorrent
	byDHT
	byEDonkey
	byGnutella
	byBitcoin
	bySTUN
	byRTP
	byQUIC
	byDTLS
	byWireGuard
	byOpenVPN
	byISAKMP
	byNATT
	bySSDP
	byDHCP
	byDHCPv6
	byNTP
	bySNMP
	bySyslog
	byTFTP
	byRADIUS
	byKerberos
	byLDAP
	byCLDAP
	byRPC
	bySIP
	byIRC
	byMySQL
	byKDP
	numDissectors
)

// tcpPorts are the ports by which tshark 4.0 tells a protocol over TCP.
var tcpPorts = [...]port{
	{20, 20, byFTPData}, {21, 21, byFTP}, {22, 22, bySSH}, {29418, 29418, bySSH}, {23, 23, byTelnet}, {25, 25, bySMTP}, {587, 587, bySMTP}, {53, 53, byDNS},
	{5353, 5353, byDNS}, {80, 80, byHTTP}, {3128, 3128, byHTTP}, {3132, 3132, byHTTP}, {5985, 5985, byHTTP}, {8080, 8080, byHTTP}, {8088, 8088, byHTTP}, {11371, 11371, byHTTP}, {1900, 1900, byHTTP}, {2869, 2869, byHTTP}, {2710, 2710, byHTTP}, {631, 631, byHTTP}, {3689, 3689, byHTTP},
	{110, 110, byPOP}, {143, 143, byIMAP}, {139, 139, byNBSS}, {445, 445, byNBSS}, {102, 102, byTPKT}, {3389, 3389, byTPKT},
	{443, 443, byTLS}, {465, 465, byTLS}, {636, 636, byTLS}, {993, 993, byTLS}, {995, 995, byTLS},
	{6881, 6889, byBitTorrent}, {4661, 4663, byEDonkey}, {6346, 6346, byGnutella}, {3478, 3478, bySTUN},
	{88, 88, byKerberos}, {389, 389, byLDAP}, {3268, 3268, byLDAP}, {1194, 1194, byOpenVPN}, {6667, 6667, byIRC}, {57000, 57000, byIRC}, {3306, 3306, byMySQL},
}

// udpPorts are the ports by which tshark 4.0 tells a protocol over UDP.
var udpPorts = [...]port{
	{53, 53, byDNS}, {5353, 5353, byMDNS}, {5355, 5355, byLLMNR}, {137, 137, byNBNS}, {138, 138, byNBDGM},
	{67, 68, byDHCP}, {4011, 4011, byDHCP}, {546, 547, byDHCPv6}, {123, 123, byNTP}, {161, 162, bySNMP}, {514, 514, bySyslog}, {69, 69, byTFTP},
	{1645, 1646, byRADIUS}, {1812, 1813, byRADIUS}, {1700, 1700, byRADIUS}, {3799, 3799, byRADIUS}, {88, 88, byKerberos}, {389, 389, byCLDAP},
	{500, 500, byISAKMP}, {4500, 4500, byNATT}, {1194, 1194, byOpenVPN}, {1900, 1900, bySSDP}, {3478, 3478, bySTUN},
	{4665, 4665, byEDonkey}, {4672, 4672, byEDonkey}, {5060, 5060, bySIP}, {19948, 19948, byKDP},
}

func streamDissectors() [numDissectors]streamDissector {
	return [numDissectors]streamDissector{
		byHTTP: httpStream, byTLS: tlsStream, bySMTP: smtpStream, byPOP: popStream, byIMAP: imapStream, byFTP: ftpStream, byFTPData: ftpDataStream,
		byTelnet: always(Telnet), bySSH: sshStream, byDNS: dnsStream, byNBSS: nbssStream, byTPKT: tpktStream, byBitTorrent: bitTorrentStream,
		byEDonkey: edonkeyStream, byGnutella: gnutellaStream, byBitcoin: bitcoinStream, bySTUN: stunStream, byKerberos: framed(KRB5, 4, lengthBE32(0, 4)),
		byLDAP: ldapStream, byOpenVPN: framed(OpenVPN, 2, lengthBE16(0, 2)), byIRC: always(IRC), byMySQL: framed(MySQL, 4, func(b []byte) int { return 4 + int(b[2])<<16 + int(b[1])<<8 + int(b[0]) }),
	}
}

func datagramDissectors() [numDissectors]datagramDissector {
	return [numDissectors]datagramDissector{
		byDNS: dnsDatagram, byMDNS: mdnsDatagram, byLLMNR: llmnrDatagram, byNBNS: everyDatagram(NBNS), byNBDGM: everyDatagram(BROWSER),
		byDHCP: dhcpDatagram, byDHCPv6: everyDatagram(DHCPv6), byNTP: everyDatagram(NTP), bySNMP: everyDatagram(SNMP), bySyslog: everyDatagram(Syslog), byTFTP: tftpDatagram, byRADIUS: radiusDatagram,
		byKerberos: everyDatagram(KRB5), byCLDAP: everyDatagram(CLDAP), byISAKMP: everyDatagram(ISAKMP), byNATT: natTraversalDatagram,
		byOpenVPN: everyDatagram(OpenVPN), bySSDP: ssdpDatagram, bySTUN: stunDatagram, byEDonkey: edonkeyDatagram, bySIP: everyDatagram(SIP), byKDP: everyDatagram(KDP),
		byDHT: dhtDatagram, byRTP: rtpDatagram, byQUIC: quicDatagram, byDTLS: dtlsDatagram,
	}
}
