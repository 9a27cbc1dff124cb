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
	byRDP
	byDCERPC
	byOpenFlow
	byHTTP2
	byPGSQL
	byTDS
	byRESP
	byMQTT
	bySocks
	byXMPP
	byModbus
	byDNP3
	byPhasor
	byENIP
	byGTP
	byHSRP
	byRIP
	byNATPMP
	byDropbox
	byBJNP
	byICQ
	byNetFlow
	bySFlow
	byLDP
	byBabel
	byMPLSEcho
	byBACnet
	byMNDP
	byL2TP
	byPTP
	byVNC
	byFBZero
	byGQUIC
	byRX
	byMGCP
	byBGP
	byFinger
	byWhois
	byX11
	bySkinny
	byRTSP
	byFramed
	numDissectors = byFramed + 16 // framings are numbered from byFramed on
)

// tcpPorts are the ports by which tshark 4.0 tells a protocol over TCP.
var tcpPorts = [...]port{
	{20, 20, byFTPData}, {21, 21, byFTP}, {22, 22, bySSH}, {29418, 29418, bySSH}, {23, 23, byTelnet}, {25, 25, bySMTP},
	{587, 587, bySMTP}, {53, 53, byDNS}, {5353, 5353, byDNS}, {80, 80, byHTTP}, {3128, 3128, byHTTP},
	{3132, 3132, byHTTP}, {5985, 5985, byHTTP}, {8080, 8080, byHTTP}, {8088, 8088, byHTTP}, {11371, 11371, byHTTP},
	{1900, 1900, byHTTP}, {2869, 2869, byHTTP}, {2710, 2710, byHTTP}, {631, 631, byHTTP}, {3689, 3689, byHTTP},
	{110, 110, byPOP}, {143, 143, byIMAP}, {139, 139, byNBSS}, {445, 445, byNBSS}, {102, 102, byTPKT},
	{3389, 3389, byRDP}, {324, 324, byTLS}, {443, 443, byTLS}, {465, 465, byTLS}, {636, 636, byTLS}, {802, 802, byTLS},
	{853, 853, byTLS}, {993, 993, byTLS}, {995, 995, byTLS}, {1300, 1300, byTLS}, {2221, 2221, byTLS},
	{2443, 2443, byTLS}, {3249, 3252, byTLS}, {3496, 3496, byTLS}, {5061, 5061, byTLS}, {5671, 5671, byTLS},
	{5684, 5684, byTLS}, {5868, 5868, byTLS}, {8883, 8883, byTLS}, {11207, 11207, byTLS}, {19999, 19999, byTLS},
	{27017, 27017, byTLS},
	{6881, 6889, byBitTorrent}, {4661, 4663, byEDonkey}, {6346, 6346, byGnutella}, {3478, 3478, bySTUN},
	{88, 88, byKerberos}, {389, 389, byLDAP}, {3268, 3268, byLDAP}, {1194, 1194, byOpenVPN}, {6667, 6667, byIRC},
	{57000, 57000, byIRC}, {3306, 3306, byMySQL}, {111, 111, byRPC}, {6653, 6653, byOpenFlow}, {5432, 5432, byPGSQL},
	{1433, 1433, byTDS}, {2433, 2433, byTDS}, {6379, 6379, byRESP}, {1883, 1883, byMQTT}, {1080, 1080, bySocks},
	{5222, 5222, byXMPP}, {502, 502, byModbus}, {20000, 20000, byDNP3}, {4712, 4712, byPhasor}, {44818, 44818, byENIP},
	{179, 179, byBGP}, {79, 79, byFinger}, {43, 43, byWhois}, {5060, 5060, bySIP}, {6000, 6063, byX11},
	{2000, 2000, bySkinny}, {554, 554, byRTSP}, {7236, 7236, byRTSP}, {8554, 8554, byRTSP},
}

// udpPorts are the ports by which tshark 4.0 tells a protocol over UDP.
var udpPorts = [...]port{
	{53, 53, byDNS}, {5353, 5353, byMDNS}, {5355, 5355, byLLMNR}, {137, 137, byNBNS}, {138, 138, byNBDGM},
	{67, 68, byDHCP}, {4011, 4011, byDHCP}, {546, 547, byDHCPv6}, {123, 123, byNTP}, {161, 162, bySNMP},
	{514, 514, bySyslog}, {69, 69, byTFTP}, {1645, 1646, byRADIUS}, {1812, 1813, byRADIUS}, {1700, 1700, byRADIUS},
	{3799, 3799, byRADIUS}, {88, 88, byKerberos}, {389, 389, byCLDAP}, {500, 500, byISAKMP}, {4500, 4500, byNATT},
	{1194, 1194, byOpenVPN}, {1900, 1900, bySSDP}, {3478, 3478, bySTUN}, {4665, 4665, byEDonkey}, {4672, 4672, byEDonkey},
	{5060, 5060, bySIP}, {111, 111, byRPC}, {2123, 2123, byGTP}, {2152, 2152, byGTP}, {3386, 3386, byGTP},
	{1985, 1985, byHSRP}, {2029, 2029, byHSRP}, {520, 520, byRIP}, {5350, 5351, byNATPMP}, {17500, 17500, byDropbox},
	{8611, 8614, byBJNP}, {4000, 4000, byICQ}, {2055, 2055, byNetFlow}, {4739, 4739, byNetFlow}, {9996, 9996, byNetFlow},
	{6343, 6343, bySFlow}, {646, 646, byLDP}, {6696, 6696, byBabel}, {3503, 3503, byMPLSEcho}, {4713, 4713, byPhasor},
	{47808, 47808, byBACnet}, {5678, 5678, byMNDP}, {1701, 1701, byL2TP}, {319, 320, byPTP}, {20000, 20000, byDNP3},
	{7000, 7009, byRX}, {7021, 7021, byRX}, {2427, 2427, byMGCP}, {2727, 2727, byMGCP},
}

func streamDissectors() [numDissectors]streamDissector {
	all := [numDissectors]streamDissector{
		byHTTP:       httpStream,
		byTLS:        tlsStream,
		bySMTP:       smtpStream,
		byPOP:        popStream,
		byIMAP:       imapStream,
		byFTP:        ftpStream,
		byFTPData:    ftpDataStream,
		byTelnet:     always(Telnet),
		bySSH:        sshStream,
		byDNS:        dnsStream,
		byNBSS:       nbssStream,
		byTPKT:       tpktStream,
		byBitTorrent: bitTorrentStream,
		byEDonkey:    edonkeyStream,
		byGnutella:   gnutellaStream,
		byBitcoin:    bitcoinStream,
		bySTUN:       guessSTUNStream,
		byKerberos:   framed(KRB5, 4, lengthBE32(0, 4)),
		byLDAP:       ldapStream,
		byOpenVPN:    framed(OpenVPN, 2, lengthBE16(0, 2)),
		byIRC:        always(IRC),
		byMySQL:      mysqlStream,
		byRDP:        rdpStream,
		byDCERPC:     dcerpcStream,
		byRPC:        rpcStream,
		byOpenFlow:   openFlowStream,
		byHTTP2:      http2Stream,
		byPGSQL:      pgsqlStream,
		byTDS:        tdsStream,
		byRESP:       respStream,
		byMQTT:       framed(MQTT, 2, mqttLength),
		bySocks:      socksStream,
		byXMPP:       xmppStream,
		byModbus:     modbusStream,
		byDNP3:       dnp3Stream,
		byPhasor:     synchrophasorStream,
		byENIP:       enipStream,
		byVNC:        always(VNC),
		byFBZero:     always(FBZERO),
		byBGP:        bgpStream,
		bySIP:        sipStream,
		byFinger:     lineQuery(FINGER, 79),
		byWhois:      lineQuery(WHOIS, 43),
		byX11:        x11Stream,
		bySkinny:     skinnyStream,
		byRTSP:       rtspStream,
	}
	for i, f := range framings() {
		all[byFramed+dissector(i)] = framed(f.name, f.header, f.length)
	}
	return all
}

func datagramDissectors() [numDissectors]datagramDissector {
	return [numDissectors]datagramDissector{
		byDNS:      dnsDatagram,
		byMDNS:     everyDatagram(MDNS),
		byLLMNR:    everyDatagram(LLMNR),
		byNBNS:     everyDatagram(NBNS),
		byNBDGM:    nbdgmDatagram,
		byDHCP:     dhcpDatagram,
		byDHCPv6:   everyDatagram(DHCPv6),
		byNTP:      everyDatagram(NTP),
		bySNMP:     snmpDatagram,
		bySyslog:   everyDatagram(Syslog),
		byTFTP:     tftpDatagram,
		byRADIUS:   radiusDatagram,
		byKerberos: kerberosDatagram,
		byCLDAP:    everyDatagram(CLDAP),
		byISAKMP:   everyDatagram(ISAKMP),
		byNATT:     natTraversalDatagram,
		byOpenVPN:  everyDatagram(OpenVPN),
		bySSDP:     ssdpDatagram,
		bySTUN:     stunDatagram,
		byEDonkey:  edonkeyDatagram,
		bySIP:      sipDatagram,
		byRPC:      portmapDatagram,
		byGTP:      gtpDatagram,
		byHSRP:     hsrpDatagram,
		byRIP:      ripDatagram,
		byNATPMP:   natPMPDatagram,
		byDropbox:  dropboxDatagram,
		byBJNP:     bjnpDatagram,
		byICQ:      icqDatagram,
		byNetFlow:  flowDatagram,
		bySFlow:    sflowDatagram,
		byLDP:      ldpDatagram,
		byBabel:    babelDatagram,
		byMPLSEcho: mplsEchoDatagram,
		byPhasor:   phasorDatagram,
		byBACnet:   bacnetDatagram,
		byMNDP:     mndpDatagram,
		byL2TP:     l2tpDatagram,
		byPTP:      ptpDatagram,
		byDNP3:     dnp3Datagram,
		byGQUIC:    everyDatagram(GQUIC),
		byRX:       rxDatagram,
		byMGCP:     mgcpDatagram,
		byDHT:      dhtDatagram,
		byRTP:      rtpDatagram,
		byQUIC:     quicDatagram,
		byDTLS:     dtlsDatagram,
	}
}
