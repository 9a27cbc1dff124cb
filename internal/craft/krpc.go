package craft

import "strconv"

// Dialect is how a program writes BitTorrent's DHT (BEP 5), as far as lengths show it.
type Dialect struct {
	Transaction int  // bytes of a transaction's identity, 1 to 8
	Token       int  // bytes of the token that announcing needs
	Version     bool // names itself in each message
	Address     bool // tells the asker's address in answers (BEP 42)
}

// Queries of BitTorrent's DHT.
const (
	Ping     = "ping"
	FindNode = "find_node"
	GetPeers = "get_peers"
	Announce = "announce_peer"
)

// Query appends a query, with a token of so many bytes if it announces.
func (d Dialect) Query(b []byte, noise *Noise, method string, token int) []byte {
	b = noise.Append(append(b, "d1:ad2:id20:"...), 20)
	switch method {
	case FindNode:
		b = noise.Append(append(b, "6:target20:"...), 20)
	case GetPeers:
		b = noise.Append(append(b, "9:info_hash20:"...), 20)
	case Announce:
		b = noise.Append(append(b, "12:implied_porti1e9:info_hash20:"...), 20)
		b = bytesOf(append(b, "4:porti6881e5:token"...), noise, token)
	}
	b = append(b, "e1:q"...)
	b = append(strconv.AppendInt(b, int64(len(method)), 10), ':')
	return d.end(append(b, method...), noise, "1:y1:qe")
}

// Answer appends an answer with so many nodes and peers, and a token if it answers a
// question for peers.
func (d Dialect) Answer(b []byte, noise *Noise, method string, nodes, peers int) []byte {
	b = append(b, 'd')
	if d.Address {
		b = noise.Append(append(b, "2:ip6:"...), 6)
	}
	b = noise.Append(append(b, "1:rd2:id20:"...), 20)
	if nodes > 0 {
		b = bytesOf(append(b, "5:nodes"...), noise, 26*nodes)
	}
	if method == GetPeers {
		b = bytesOf(append(b, "5:token"...), noise, d.Token)
	}
	if peers > 0 {
		b = append(b, "6:valuesl"...)
		for range peers {
			b = bytesOf(b, noise, 6)
		}
		b = append(b, 'e')
	}
	return d.end(append(b, 'e'), noise, "1:y1:re")
}

func (d Dialect) end(b []byte, noise *Noise, kind string) []byte {
	b = bytesOf(append(b, "1:t"...), noise, d.Transaction)
	if d.Version {
		b = noise.Append(append(b, "1:v4:"...), 4)
	}
	return append(b, kind...)
}

// bytesOf appends n bytes as bencoding has them.
func bytesOf(b []byte, noise *Noise, n int) []byte {
	b = append(strconv.AppendInt(b, int64(n), 10), ':')
	return noise.Append(b, n)
}
