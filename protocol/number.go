package protocol

// The names of what is neither TCP nor UDP, by the number in the header before
// it, as tshark 4.0 gives them.

// numbered is a name and the number that stands for it in a header.
type numbered struct {
	number uint16
	name   ID
}

// lookup finds a number in a table of about a hundred: such packets are rare.
func lookup(table []numbered, number uint16) ID {
	for i := range table {
		if table[i].number == number {
			return table[i].name
		}
	}
	return Unnamed
}

// ipProtocols are IP protocol numbers.
var ipProtocols = [...]numbered{
	{9, IGRP}, {33, DCCP}, {36, XTP}, {46, RSVP}, {47, GRE}, {48, DSR}, {50, ESP}, {51, AH}, {53, SwIPe}, {54, NHRP}, {58, ICMPv6}, {1, ICMP},
	{62, MIPv6}, {80, ISO}, {83, VinesIP}, {88, EIGRP}, {89, OSPF}, {93, AX25}, {97, ETHERIP}, {106, QNETLWL4}, {108, IPComp}, {112, VRRP},
	{113, PGM}, {115, L2TPv3}, {132, SCTP}, {134, RSVPE2EI}, {135, MIPv6}, {136, UDPLite}, {137, MPLS}, {139, HIP}, {173, AX4000}, {224, NCS},
}

// etherTypes are EtherTypes.
var etherTypes = [...]numbered{
	{0x0600, IDP}, {0x0641, Roofnet}, {0x0643, Roofnet}, {0x0644, Roofnet}, {0x0645, Roofnet}, {0x0712, MDP}, {0x0713, MDP}, {0x0806, ARP},
	{0x0842, WOL}, {0x08f0, WiMax}, {0x08ff, AX25}, {0x0bad, VinesIP}, {0x0baf, VinesEcho}, {0x0c15, C15CHHBEAT}, {0x2001, CGMP},
	{0x2065, CRTP}, {0x2067, CRTP}, {0x22ea, MRPMSRP}, {0x22f0, IEEE1722}, {0x6000, LAPB}, {0x6003, DECDNA}, {0x6004, LAT}, {0x8021, PPPIPCP},
	{0x8035, RARP}, {0x8038, DECSTP}, {0x8057, PPPIPV6CP}, {0x809a, IEEE802154}, {0x809b, LLAP}, {0x80e1, DLR}, {0x80f3, AARP},
	{0x80fd, PPPCCP}, {0x8102, BOFL}, {0x8103, LACP}, {0x8133, NSRP}, {0x8137, IPX}, {0x8181, STP}, {0x81fd, ISMP}, {0x8204, QNETLWL4},
	{0x872d, WLCCP}, {0x8783, MINT}, {0x8808, MACCTRL}, {0x8809, SlowProtocols}, {0x8847, MPLS}, {0x8848, MPLS}, {0x8863, PPPoED},
	{0x8864, PPPoES}, {0x886c, HomePNA}, {0x886d, IntelANSProbe}, {0x886f, MSNLB}, {0x8870, LLC}, {0x8874, BroadcomTag}, {0x887b, HomePlug},
	{0x888e, EAPOL}, {0x8892, PNIO}, {0x8899, Realtek}, {0x889a, HyperSCSI}, {0x889b, CSMENCAPS}, {0x88a1, TELKONET}, {0x88a2, AoE},
	{0x88ab, POWERLINK}, {0x88ae, FC}, {0x88b7, IEEE802a}, {0x88b8, GOOSE}, {0x88ba, IEC61850SampledValues}, {0x88bb, LWAPP}, {0x88c7, EAPOL},
	{0x88ca, TIPC}, {0x88cc, LLDP}, {0x88d8, CESoETH}, {0x88d9, LLTD}, {0x88dc, WSMP}, {0x88e1, HomePlugAV}, {0x88e3, PNMRP}, {0x88e5, MACSEC},
	{0x88ee, ELMI}, {0x88f5, MRPMVRP}, {0x88f6, MRPMMRP}, {0x88f7, PTPv2}, {0x88f8, NCSI}, {0x88fb, HSRPRP}, {0x8901, FLIP}, {0x8902, CFM},
	{0x8906, FC}, {0x8911, LINX}, {0x8914, FIP}, {0x8915, RoCE}, {0x8917, MIH}, {0x891d, TTEPCF}, {0x892d, Bluecom}, {0x892f, HSR},
	{0x893a, Ieee1905}, {0x8940, ECP}, {0x8942, LLDP}, {0x8947, GEONW}, {0x894f, NSH}, {0x9000, LOOP}, {0x9021, RTmac}, {0x9022, RTcfg},
	{0x9104, EERO}, {0x99fe, TECMP}, {0xa0ed, N6LoWPAN}, {0xabcd, FC}, {0xaefe, ECPRI}, {0xb4e3, CL3}, {0xc021, PPPLCP}, {0xc023, PPPPAP},
	{0xc0de, XIP}, {0xc0df, NWP}, {0xc223, PPPCHAP}, {0xcafe, LLT}, {0xd00d, TDMoE}, {0xf052, HCrt}, {0xfcfc, FC},
}

// serviceAccessPoints are LLC destination addresses.
var serviceAccessPoints = [...]numbered{
	{0x04, SNA}, {0x06, IP}, {0x08, SNA}, {0x0c, SNA}, {0x10, IPX}, {0x14, ISO}, {0x20, ISO}, {0x34, ISO}, {0x40, SNA}, {0x42, STP},
	{0x54, ISO}, {0x7e, X25}, {0x80, N3ComXNS}, {0x82, BACnetNPDU}, {0xbc, VinesLLC}, {0xc8, SNA}, {0xe0, IPX}, {0xf0, NetBIOS}, {0xf8, HPEXT},
	{0xfc, RPL}, {0xfe, ISO}, {0xff, IPX},
}

// ciscoProtocols are SNAP protocol IDs; all but the last are Cisco's.
var ciscoProtocols = [...]numbered{
	{0x2000, CDP}, {0x2001, CGMP}, {0x2003, VTP}, {0x2004, DTP}, {0x0104, PAGP}, {0x010b, STP}, {0x0108, STP}, {0x0109, STP}, {0x010c, STP},
	{0x0111, UDLD}, {0x809b, DDP},
}

// pppProtocols are PPP protocol numbers.
var pppProtocols = [...]numbered{
	{0x0021, IP}, {0x0023, ISO}, {0x0027, DECDNA}, {0x0029, DDP}, {0x002b, IPX}, {0x0031, PPPBCP}, {0x0035, VinesIP}, {0x003d, PPPMP},
	{0x004b, LLC}, {0x004d, SNA}, {0x0059, PPPPPPMux}, {0x005b, VSNP}, {0x0061, CRTP}, {0x0065, CRTP}, {0x0067, CRTP}, {0x00fd, PPPComp},
	{0x0205, DECSTP}, {0x0207, CDP}, {0x0281, MPLS}, {0x0283, MPLS}, {0x2065, CRTP}, {0x2067, CRTP}, {0x8021, PPPIPCP}, {0x8023, PPPOSINLCP},
	{0x8031, PPPBCPNCP}, {0x8057, PPPIPV6CP}, {0x8059, PPPPPPMuxCP}, {0x805b, VSNCP}, {0x80fd, PPPCCP}, {0x8207, PPPCDPCP},
	{0x8281, PPPMPLSCP}, {0xc021, PPPLCP}, {0xc023, PPPPAP}, {0xc029, PPPCBCP}, {0xc02b, PPPBACP}, {0xc02d, PPPBAP}, {0xc223, PPPCHAP},
	{0xc227, EAP},
}
