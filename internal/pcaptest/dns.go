package pcaptest

import (
	"encoding/binary"

	"golang.org/x/net/dns/dnsmessage"
)

// DNSQuery returns a DNS message that asks for the A records of name, such as "a.example.".
func DNSQuery(id uint16, name string) []byte {
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{question(name)},
	}
	return pack(m)
}

// DNSResponse returns the answer to DNSQuery: an A or AAAA record for each address.
func DNSResponse(id uint16, name string, addrs ...string) []byte {
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, Response: true, RecursionDesired: true, RecursionAvailable: true},
		Questions: []dnsmessage.Question{question(name)},
	}
	for _, a := range addrs {
		m.Answers = append(m.Answers, answer(name, a))
	}
	return pack(m)
}

// OverTCP puts the length before a DNS message, as DNS over TCP does.
func OverTCP(message []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...)
}

func question(name string) dnsmessage.Question {
	return dnsmessage.Question{
		Name:  dnsmessage.MustNewName(name),
		Type:  dnsmessage.TypeA,
		Class: dnsmessage.ClassINET,
	}
}

func answer(name, address string) dnsmessage.Resource {
	h := dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(name), Class: dnsmessage.ClassINET, TTL: 60}
	a := addr(address)
	if a.Is4() {
		return dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: a.As4()}}
	}
	return dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}}
}

func pack(m dnsmessage.Message) []byte {
	b, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return b
}
