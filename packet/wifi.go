package packet

import "botnetdetect/protocol"

// radio steps over a header that a wireless driver puts before the 802.11 frame.
func (w *walk) radio(kind step) step {
	if len(w.data) < 8 {
		return w.cutLink()
	}
	n := 0
	switch kind {
	case stepRadiotap, stepPPI:
		n = int(le.Uint16(w.data[2:]))
	case stepPrism:
		n = 144
	case stepAVS:
		n = int(be.Uint32(w.data[4:]) & 0xffff)
	}
	if n < 8 {
		return w.bad()
	}
	if _, ok := w.take(n); !ok {
		return w.cutLink()
	}
	return stepWiFi
}

// wifi reads an 802.11 MAC header and, of unprotected data frames, the LLC behind it.
func (w *walk) wifi() step {
	if len(w.data) < 10 {
		return w.cutLink()
	}
	kind := uint16(w.data[0]>>2&3)<<4 | uint16(w.data[0]>>4)
	w.at(protocol.LayerWiFi, kind)
	if kind>>4 == 1 {
		return w.wifiControl()
	}
	flags := w.data[1]
	n := 24
	if flags&3 == 3 {
		n = 30
	}
	qos := kind>>4 == 2 && kind&8 != 0
	if qos {
		n += 2
		if flags&0x80 != 0 {
			n += 4
		}
	}
	h, ok := w.take(n)
	if !ok {
		return w.short()
	}
	w.wifiAddresses(h, flags&3)
	if kind>>4 != 2 || kind&4 != 0 || flags&0x40 != 0 || w.aggregated(h, qos) {
		return stop
	}
	return stepLLC
}

// aggregated says whether a QoS frame carries several MSDUs, which are not read.
func (w *walk) aggregated(h []byte, qos bool) bool {
	if !qos {
		return false
	}
	at := 24
	if h[1]&3 == 3 {
		at = 30
	}
	return h[at]&0x80 != 0
}

// wifiAddresses finds source and destination among up to four addresses by the
// To DS and From DS bits (IEEE 802.11-2020, table 9-30).
func (w *walk) wifiAddresses(h []byte, ds byte) {
	a1, a2, a3 := (*[6]byte)(h[4:]), (*[6]byte)(h[10:]), (*[6]byte)(h[16:])
	switch ds {
	case 0:
		w.link(a2, a1)
	case 1:
		w.link(a2, a3)
	case 2:
		w.link(a3, a1)
	case 3:
		w.link((*[6]byte)(h[24:]), a3)
	}
}

// wifiControl reads a control frame: a receiver, and in most a transmitter.
func (w *walk) wifiControl() step {
	var src *[6]byte
	if len(w.data) >= 16 {
		switch w.v.Number & 15 {
		case 8, 9, 10, 11, 14, 15:
			src = (*[6]byte)(w.data[10:])
		}
	}
	w.link(src, (*[6]byte)(w.data[4:]))
	return stop
}
