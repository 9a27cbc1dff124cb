package app

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
)

// rtcParameters describe participants, one for each address.
type rtcParameters struct {
	At    []netip.Addr  // the zero address: whichever the place has
	Rooms int           // of which one is chosen for each stay; 0: one room for all
	Stay  time.Duration // in a room, the mean
	Most  int           // others to connect to
	Voice bool          // a call; else data channels
	Gone  []netip.Addr  // where participants were who are gone by the time one calls them

	Meet string // the meeting point: its name, or its address where whoever asks for names may sleep
	STUN string // the STUN server's name; empty where the addresses are public
}

func (p rtcParameters) at(addresses []netip.Addr, meet, stun string) rtcParameters {
	p.At, p.Meet, p.STUN = addresses, meet, stun
	return p
}

func rtcNodes(ctx context.Context, p rtcParameters) error {
	return eachAddress(ctx, p.At, func(ctx context.Context, a netip.Addr) error {
		api, err := rtcAPI(ctx, a)
		if err != nil {
			return err
		}
		for pause(ctx, time.Duration(1000+rand.IntN(15_000))*time.Millisecond) {
			stay, cancel := context.WithTimeout(ctx, time.Duration(float64(p.Stay)*(0.3+0.7*rand.ExpFloat64())))
			if err := p.visit(stay, api, a); err != nil {
				fmt.Fprintln(os.Stderr, a, err)
			}
			cancel()
		}
		return nil
	})
}

// rtcAPI makes connections: of a participant with an address of its own through one port of it.
func rtcAPI(ctx context.Context, a netip.Addr) (*webrtc.API, error) {
	var s webrtc.SettingEngine
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	if a.IsValid() {
		c, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, 0)))
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = c.Close() })
		s.SetICEUDPMux(webrtc.NewICEUDPMux(nil, c))
	}
	var m webrtc.MediaEngine
	if err := m.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	return webrtc.NewAPI(webrtc.WithSettingEngine(s), webrtc.WithMediaEngine(&m)), nil
}

// rtcVisit is a stay in a room.
type rtcVisit struct {
	p    rtcParameters
	api  *webrtc.API
	ctx  context.Context
	mu   sync.Mutex // of all below
	out  *json.Encoder
	with map[string]*webrtc.PeerConnection
}

// visit meets whoever is in a room until ctx ends.
func (p rtcParameters) visit(ctx context.Context, api *webrtc.API, a netip.Addr) error {
	d := net.Dialer{Timeout: 10 * time.Second}
	if a.IsValid() {
		d.LocalAddr = &net.TCPAddr{IP: a.AsSlice()}
	}
	c, err := d.DialContext(ctx, "tcp4", fmt.Sprintf("%s:%d", p.Meet, rtcMeetPort))
	if err != nil {
		return err
	}
	defer closeAtEnd(ctx, c)()
	v := &rtcVisit{p: p, api: api, ctx: ctx, out: json.NewEncoder(c), with: make(map[string]*webrtc.PeerConnection)}
	defer v.close()
	room := "film"
	if p.Rooms > 0 {
		room = fmt.Sprint("call", rand.IntN(p.Rooms))
	}
	v.say(rtcSignal{Room: room, Most: p.Most})
	for in := json.NewDecoder(c); ; {
		var s rtcSignal
		if err := in.Decode(&s); err != nil {
			return ended(ctx, err)
		}
		if err := v.hear(s); err != nil {
			return err
		}
	}
}

func (v *rtcVisit) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, c := range v.with {
		_ = c.Close()
	}
}

func (v *rtcVisit) say(s rtcSignal) {
	v.mu.Lock()
	defer v.mu.Unlock()
	_ = v.out.Encode(s)
}

func (v *rtcVisit) hear(s rtcSignal) error {
	for _, other := range s.Others {
		if err := v.offer(other); err != nil {
			return err
		}
	}
	switch s.Kind {
	case "offer":
		return v.answer(s)
	case "answer":
		v.mu.Lock()
		c := v.with[s.From]
		v.mu.Unlock()
		if c != nil {
			return c.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: s.SDP})
		}
	}
	return nil
}

// connection makes one to another member, without anything in it yet.
func (v *rtcVisit) connection(other string) (*webrtc.PeerConnection, error) {
	var servers webrtc.Configuration
	if v.p.STUN != "" {
		servers.ICEServers = []webrtc.ICEServer{{URLs: []string{fmt.Sprintf("stun:%s:%d", v.p.STUN, rtcSTUNPort)}}}
	}
	c, err := v.api.NewPeerConnection(servers)
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	v.with[other] = c
	v.mu.Unlock()
	c.OnDataChannel(v.film)
	if v.p.Voice {
		return c, v.speak(c)
	}
	return c, nil
}

func (v *rtcVisit) offer(other string) error {
	c, err := v.connection(other)
	if err != nil {
		return err
	}
	if !v.p.Voice {
		channel, err := c.CreateDataChannel("film", nil)
		if err != nil {
			return err
		}
		v.film(channel)
	}
	offer, err := c.CreateOffer(nil)
	if err != nil {
		return err
	}
	return v.describe(c, other, offer)
}

func (v *rtcVisit) answer(s rtcSignal) error {
	c, err := v.connection(s.From)
	if err != nil {
		return err
	}
	if err := c.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: s.SDP}); err != nil {
		return err
	}
	answer, err := c.CreateAnswer(nil)
	if err != nil {
		return err
	}
	return v.describe(c, s.From, answer)
}

// describe sends the description of one's own end, once all ways to it are known.
func (v *rtcVisit) describe(c *webrtc.PeerConnection, other string, d webrtc.SessionDescription) error {
	gathered := webrtc.GatheringCompletePromise(c)
	if err := c.SetLocalDescription(d); err != nil {
		return err
	}
	go func() {
		select {
		case <-v.ctx.Done():
		case <-gathered:
			v.say(rtcSignal{To: other, Kind: d.Type.String(), SDP: v.left(c.LocalDescription().SDP)})
		}
	}()
	return nil
}

// left makes of one description in four that of a participant who has left meanwhile.
func (v *rtcVisit) left(sdp string) string {
	if rand.IntN(4) > 0 {
		return sdp
	}
	lines := strings.SplitAfter(sdp, "\r\n")
	gone := v.p.Gone[rand.IntN(len(v.p.Gone))].String()
	for i, line := range lines {
		if words := strings.Fields(line); strings.HasPrefix(line, "a=candidate:") && len(words) > 4 {
			lines[i] = strings.Replace(line, words[4], gone, 1)
		}
	}
	return strings.Join(lines, "")
}

// speak sends voice: a frame of 20 ms of Opus each time, some silence.
func (v *rtcVisit) speak(c *webrtc.PeerConnection) error {
	track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "voice", "lab")
	if err != nil {
		return err
	}
	if _, err := c.AddTrack(track); err != nil {
		return err
	}
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for talking := true; ; {
			select {
			case <-v.ctx.Done():
				return
			case <-tick.C:
			}
			if rand.IntN(150) == 0 {
				talking = !talking
			}
			frame := make([]byte, 3)
			if talking {
				frame = make([]byte, 60+rand.IntN(60))
			}
			_, _ = noise{}.Read(frame)
			_ = track.WriteSample(media.Sample{Data: frame, Duration: 20 * time.Millisecond})
		}
	}()
	return nil
}

const rtcPiece = 16 << 10 // bytes in one message of a part of the film

// film asks for parts over a channel, and sends those that it is asked for.
func (v *rtcVisit) film(channel *webrtc.DataChannel) {
	channel.OnMessage(func(m webrtc.DataChannelMessage) {
		if !m.IsString {
			return
		}
		for range 1 + rand.IntN(8) {
			piece := make([]byte, rtcPiece)
			_, _ = noise{}.Read(piece)
			_ = channel.Send(piece)
		}
	})
	channel.OnOpen(func() {
		go func() {
			for part := 0; pause(v.ctx, time.Duration(rand.ExpFloat64()*float64(15*time.Second))); part++ {
				if channel.SendText(fmt.Sprintf(`{"have":[%d,%d],"want":%d}`, part, part+rand.IntN(9), part)) != nil {
					return
				}
			}
		}()
	})
}
