package app

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
)

// rtcSignal is one message to or from the meeting point: a member's greeting (Room), the
// members that it finds there (Others), or what one member says to another.
type rtcSignal struct {
	Room     string   `json:",omitempty"`
	Most     int      `json:",omitempty"` // members to be told of
	Others   []string `json:",omitempty"`
	From, To string   `json:",omitempty"`
	Kind     string   `json:",omitempty"` // "offer" or "answer"
	SDP      string   `json:",omitempty"`
}

// rtcMeet is the meeting point, which passes on what members of rooms say to each other.
func rtcMeet(ctx context.Context, _ struct{}) error {
	l, err := net.Listen("tcp4", fmt.Sprintf(":%d", rtcMeetPort))
	if err != nil {
		return err
	}
	defer closeAtEnd(ctx, l)()
	m := meeting{members: make(map[string]*member)}
	for {
		c, err := l.Accept()
		if err != nil {
			return ended(ctx, err)
		}
		go func() {
			defer closeAtEnd(ctx, c)()
			m.serve(c)
		}()
	}
}

type meeting struct {
	mu      sync.Mutex
	members map[string]*member // by name
}

type member struct {
	room string
	mu   sync.Mutex
	out  *json.Encoder
}

func (m *member) say(s rtcSignal) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_ = m.out.Encode(s)
}

func (m *meeting) serve(c net.Conn) {
	own := &member{out: json.NewEncoder(c)}
	name := c.RemoteAddr().String()
	defer m.leave(name)
	for in := json.NewDecoder(c); ; {
		var s rtcSignal
		if in.Decode(&s) != nil {
			return
		}
		if s.Room != "" {
			own.say(rtcSignal{Others: m.join(name, s, own)})
			continue
		}
		if to := m.member(s.To); to != nil {
			s.From = name
			to.say(s)
		}
	}
}

func (m *meeting) join(name string, s rtcSignal, own *member) (others []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for other, x := range m.members {
		if x.room == s.Room && other != name {
			others = append(others, other)
		}
	}
	own.room = s.Room
	m.members[name] = own
	rand.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	return others[:min(len(others), s.Most)]
}

func (m *meeting) member(name string) *member {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.members[name]
}

func (m *meeting) leave(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.members, name)
}
