package protocol

// Ports at which tshark 4.0 gives a name whatever a packet holds: the port is
// all the evidence. Found by sending it random bytes. A recogniser with a strong
// signature goes first, so that BitTorrent on such a port keeps its name.

// fixedPort names all packets of at least min bytes at a port.
type fixedPort struct {
	port uint16
	min  uint16
	name ID
}

var fixedDatagrams = [...]fixedPort{
	{7, 0, ECHO}, {13, 0, DAYTIME}, {19, 0, Chargen}, {37, 0, TIME}, {111, 0, RPC}, {173, 0, XYPLEX}, {213, 0, IPX}, {427, 0, SRVLOC},
	{434, 0, MobileIP}, {464, 0, KPASSWD}, {496, 0, AutoRP}, {513, 0, WHO}, {514, 0, Syslog}, {521, 0, RIPng}, {524, 0, NCP}, {525, 0, TSP},
	{631, 0, CUPS}, {654, 0, AODV}, {701, 0, LMP}, {853, 0, DTLS}, {854, 0, DLEP}, {910, 0, KINK}, {921, 0, LwRes}, {925, 0, ACDR},
	{1001, 0, FIND}, {1101, 0, SEBEK}, {1113, 5, LTPSegment}, {1153, 0, ANSIC1222}, {1293, 0, PKTC}, {1628, 0, CNIP}, {1629, 0, CNIP},
	{1718, 0, H2250}, {1719, 0, H2250}, {1745, 0, MSproxy}, {1755, 8, MSMMS}, {2099, 0, TPKT}, {2157, 0, GPRSNS}, {2221, 0, DTLS},
	{2222, 0, CIPIO}, {2246, 0, PKTC}, {2313, 0, IAPP}, {2345, 0, KNET}, {2887, 0, WLCCP}, {2945, 0, H248}, {2948, 0, WSP}, {3000, 12, DIS},
	{3121, 0, TPCP}, {3130, 0, ICP}, {3250, 2, HICP}, {3357, 0, AX4000}, {3389, 1, RDPUDP}, {3452, 0, SABP}, {3455, 0, RSVP},
	{3544, 1, Teredo}, {3784, 0, BFDControl}, {3785, 0, BFDEcho}, {3863, 0, ASAP}, {4305, 0, BATBATMAN}, {4306, 5, BATGW}, {4307, 0, BATVIS},
	{4342, 1, LISP}, {4551, 0, MIH}, {4555, 2, RSIP}, {4569, 0, IAX2}, {4754, 4, GRE}, {4784, 0, BFDControl}, {4789, 1, VxLAN},
	{4790, 1, VxLAN}, {4791, 0, RRoCE}, {4991, 0, VITA49}, {5031, 0, DMP}, {5072, 4, AYIYA}, {5246, 14, CAPWAPControl}, {5436, 0, MIPv6},
	{5683, 0, CoAP}, {5684, 0, DTLS}, {5868, 0, DTLS}, {6073, 0, DPNET}, {6081, 1, Geneve}, {6118, 0, TIPC}, {6160, 6, ECMP}, {6635, 1, MPLS},
	{6784, 0, BFDControl}, {6970, 0, RDT}, {7010, 8, N5coLegacy}, {7074, 0, TETRA}, {7075, 8, Nano}, {7255, 0, IDN}, {7275, 0, ULP},
	{7784, 0, BFDControl}, {8200, 0, ADP}, {8600, 0, ASTERIX}, {8767, 4, TS2}, {8805, 4, PFCP}, {8848, 0, IPVS}, {9200, 0, WSP},
	{9201, 0, WTPWSP}, {9202, 0, WTLSWSP}, {9203, 0, WTLSWTPWSP}, {9214, 0, ALC}, {9877, 11, OpenSAFETYOverUDP}, {9899, 4, SCTP},
	{9901, 0, ENRP}, {9956, 0, ALLJOYNNS}, {10253, 16, EAPOL}, {11211, 0, MEMCACHE}, {11273, 0, VuzeDHT}, {12220, 1, LWAPP}, {12222, 1, LWAPP},
	{12223, 1, LWAPP}, {17755, 0, SCoP}, {17756, 0, SCoP}, {19132, 0, RakNet}, {19948, 0, KDP}, {19999, 0, GPRSNS}, {23272, 0, A21},
	{24576, 14, MINT}, {24577, 14, MINT}, {25826, 0, Collectd}, {26000, 0, QUAKE}, {27500, 0, QUAKEWORLD}, {27910, 0, QUAKE2},
	{27950, 0, QUAKE3}, {27951, 0, QUAKE3}, {27952, 0, QUAKE3}, {27953, 0, QUAKE3}, {27960, 0, QUAKE3}, {27961, 0, QUAKE3}, {27962, 0, QUAKE3},
	{27963, 0, QUAKE3}, {32000, 0, UAUDP}, {32512, 0, UAUDP}, {37008, 0, TZSP}, {41170, 0, MANOLITO}, {44818, 4, ENIP}, {47000, 0, HCrt},
	{54328, 0, Elasticsearch},
}

var fixedStreams = [...]fixedPort{
	{7, 0, ECHO}, {13, 0, DAYTIME}, {19, 0, Chargen}, {37, 0, TIME}, {70, 0, Gopher}, {119, 0, NNTP}, {123, 0, NTP}, {179, 0, BGP},
	{199, 0, SMUX}, {500, 0, ISAKMP}, {512, 0, EXEC}, {513, 0, Rlogin}, {514, 0, RSH}, {515, 0, LPD}, {524, 4, NCP}, {639, 0, MSDP},
	{873, 0, RSYNC}, {1099, 0, RMI}, {1213, 0, GiFT}, {1344, 0, ICAP}, {1723, 0, PPTP}, {1861, 8, VICP}, {1863, 0, MSNMS}, {2321, 0, TPM},
	{2322, 0, TPM}, {2401, 0, CVSPSERVER}, {2600, 0, ZEBRA}, {2812, 0, ATMTCP}, {3357, 0, AX4000}, {3632, 0, DISTCC}, {3724, 0, WOW},
	{3863, 0, ASAP}, {3868, 4, DIAMETER}, {4223, 0, TFPOverTCP}, {4551, 0, MIH}, {4555, 4, RSIP}, {4730, 0, Gearman}, {5010, 4, IPSICTL},
	{5500, 0, VNC}, {5501, 0, VNC}, {5900, 0, VNC}, {5901, 0, VNC}, {5997, 4, ELCOM}, {6160, 8, ECMP}, {7075, 4, NanoBootstrap},
	{7911, 8, OMAPI}, {8004, 8, N5coLegacy}, {8010, 8, N5coLegacy}, {8085, 4, WOWW}, {9300, 0, Elasticsearch}, {9956, 0, ALLJOYNNS},
	{10288, 0, BEEP}, {11211, 0, MEMCACHE}, {15740, 8, PTPIP}, {17500, 4, DBLSP}, {48049, 4, CBSP}, {48898, 8, AMS},
}
