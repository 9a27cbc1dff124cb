package protocol

// guessRTCP recognises a report, goodbye, application or feedback packet of RTCP
// (RFC 3550, 4585): compound packets begin with one of those. RTP cannot be told
// from its own bytes; it is named only where its signalling announced it.
func guessRTCP(_ *Engine, v *View) ID {
	b := v.Payload
	if len(b) < 2 || b[0]>>6 != 2 || (len(b)+int(v.Missing))%4 != 0 {
		return Unnamed
	}
	switch b[1] {
	case 200, 201, 203, 204, 206:
		return RTCP
	}
	return Unnamed
}

// rtpDatagram names a conversation that signalling announced as media.
func rtpDatagram(_ *Engine, v *View) ID {
	b := v.Payload
	if len(b) < 2 || b[0]>>6 != 2 {
		return Unnamed
	}
	if b[1] >= 200 && b[1] <= 207 {
		return RTCP
	}
	return RTP
}
