package app

// filesharing are programs that people share files with.
func filesharing() []Application {
	return []Application{
		{
			Name: "gnutella", What: "servents of a Gnutella network most of whose hosts are gone",
			Scene: gnutellaScene,
		},
		transmission(), aria2(), qbittorrent(), deluge(), rtorrent(), anacrolix(), edonkey(), directconnect(), syncthing(),
	}
}

// overlays are networks that are there for something else than files.
func overlays() []Application {
	return []Application{ethereum(), bitcoin(), libp2p(), i2p(), opendht(), tor(), webRTC()}
}

// lookalikes are no peer-to-peer networks, but have many partners by address, some dead.
func lookalikes() []Application {
	return []Application{browsing(), ntp(), scanner(), crawler(), monitor(), mail(), miner(), resolver(), game(), voip()}
}

// roles lists what this program can be inside a namespace.
func roles() map[string]roleFunc {
	return map[string]roleFunc{
		"names":      as(serveNames),
		"web":        as(serveWeb),
		"browse":     as(surf),
		"gnutella":   as(gnutellaServents),
		"krpc":       as(krpcNodes),
		"tracker":    as(trackers),
		"btpeers":    as(btPeers),
		"ntpserve":   as(ntpServe),
		"ntppoll":    as(ntpPoll),
		"banners":    as(banners),
		"sweep":      as(sweep),
		"crawl":      as(crawl),
		"snmp":       as(snmpAgents),
		"watch":      as(watch),
		"smtp":       as(smtpServe),
		"deliver":    as(deliver),
		"pool":       as(poolServe),
		"mine":       as(mine),
		"authority":  as(authorities),
		"resolve":    as(resolve),
		"gameserve":  as(gameServe),
		"play":       as(play),
		"sipserve":   as(sipServe),
		"ethereum":   as(ethereumNodes),
		"bitcoin":    as(bitcoinNodes),
		"kad":        as(kadNodes),
		"ed2kserver": as(serveED2K),
		"libp2p":     as(libp2pNodes),
		"anacrolix":  as(runAnacrolix),
		"phone":      as(phone),
		"torfetch":   as(torFetch),
		"write":      as(writeFiles),
		"dcuser":     as(dcUser),
		"rtcmeet":    as(rtcMeet),
		"rtcnodes":   as(rtcNodes),
		"stun":       as(serveSTUN),
	}
}
