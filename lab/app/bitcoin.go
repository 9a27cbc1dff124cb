package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/btcsuite/btcd/addrmgr"
	"github.com/btcsuite/btcd/chaincfg"
	"github.com/btcsuite/btcd/chaincfg/chainhash"
	"github.com/btcsuite/btcd/connmgr"
	"github.com/btcsuite/btcd/peer"
	"github.com/btcsuite/btcd/wire"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// bitcoin is the peer-to-peer layer of btcd: its address manager, connection manager and
// peers, with announcements instead of a chain.
func bitcoin() Application {
	return Application{
		Name: "bitcoin", What: "btcd's address and connection managers and peers; most known addresses are gone",
		Module: "github.com/btcsuite/btcd",
		Scene: func(r *recording.Recording) {
			nodes := r.Peers("nodes", 140, internet.Sleep{Share: 0.4, On: 15 * time.Minute, Off: 12 * time.Minute})
			node := r.Host(recording.Host{Name: "node", Reach: recording.Forwarded, Vantage: recording.AtHost, Up: 20, Down: 50, Settings: "8 connections out, others in; 75 % of addresses dead"})
			fresh := r.Host(recording.Host{Name: "returning", Reach: recording.Natted, Vantage: recording.AtGateway, Up: 5, Down: 20, Settings: "10 connections out; back after months, 92 % of addresses dead"})
			if r.Err() != nil {
				return
			}
			draw := r.Rand("bitcoin")
			living := withPorts(draw, nodes.Addresses, 8333, 0.9)
			gone := withPorts(draw, r.Dead("nodes", 1200), 8333, 0.9)
			reachable := netip.AddrPortFrom(node.Addresses[0], 8333)
			nodes.Role("bitcoin", bitcoinParameters{Listen: living, Known: append(slices.Concat(living, some(draw, gone, 300)), reachable), Out: 2})
			node.Role("bitcoin", bitcoinParameters{Listen: anywhere(8333), Known: append(some(draw, living, 100), some(draw, gone, 300)...), Out: 8})
			fresh.Role("bitcoin", bitcoinParameters{Listen: anywhere(8333), Known: append(some(draw, living, 60), some(draw, gone, 700)...), Out: 10})
		},
	}
}

// bitcoinParameters describe nodes, one for each address to listen at.
type bitcoinParameters struct {
	Listen []netip.AddrPort
	Known  []netip.AddrPort
	Out    int // connections to keep
}

// bitcoinNode is one node.
type bitcoinNode struct {
	at   netip.AddrPort
	book *addrmgr.AddrManager
}

const bitcoinMaxIn = 40

func bitcoinNodes(ctx context.Context, p bitcoinParameters) error {
	for _, a := range p.Listen {
		n := &bitcoinNode{at: a, book: addrmgr.New("", nil)}
		for _, k := range some(rand.New(rand.NewPCG(rand.Uint64(), 1)), p.Known, len(p.Known)) { //nolint:gosec // not a secret
			n.book.AddAddress(netAddress(k), netAddress(p.Known[rand.IntN(len(p.Known))]))
		}
		if err := n.start(ctx, p.Out); err != nil {
			return fmt.Errorf("%s: %w", a, err)
		}
	}
	<-ctx.Done()
	return nil
}

func netAddress(a netip.AddrPort) *wire.NetAddressV2 {
	return wire.NetAddressV2FromBytes(time.Now().Add(-time.Duration(rand.IntN(72))*time.Hour), wire.SFNodeNetwork|wire.SFNodeWitness, a.Addr().AsSlice(), a.Port())
}

func (n *bitcoinNode) start(ctx context.Context, out int) error {
	l, err := net.Listen("tcp4", n.at.String())
	if err != nil {
		return err
	}
	slots := make(chan struct{}, bitcoinMaxIn)
	var manager *connmgr.ConnManager
	manager, err = connmgr.New(&connmgr.Config{
		TargetOutbound: uint32(out), RetryDuration: 5 * time.Second, Listeners: []net.Listener{l}, GetNewAddress: n.next,
		Dial: func(to net.Addr) (net.Conn, error) {
			d := net.Dialer{Timeout: 30 * time.Second, LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(n.at.Addr(), 0))}
			return d.DialContext(ctx, "tcp4", to.String())
		},
		OnAccept: func(c net.Conn) {
			select {
			case slots <- struct{}{}:
				n.chat(ctx, peer.NewInboundPeer(n.config()), c)
				<-slots
			default:
				_ = c.Close()
			}
		},
		OnConnection: func(request *connmgr.ConnReq, c net.Conn) {
			if p, err := peer.NewOutboundPeer(n.config(), request.Addr.String()); err == nil {
				n.chat(ctx, p, c)
			}
			manager.Disconnect(request.ID())
		},
	})
	if err != nil {
		return err
	}
	manager.Start()
	context.AfterFunc(ctx, manager.Stop)
	return nil
}

// next draws an address of the book that was not tried in the last ten minutes.
func (n *bitcoinNode) next() (net.Addr, error) {
	for range 100 {
		k := n.book.GetAddress()
		if k == nil {
			break
		}
		if time.Since(k.LastAttempt()) > 10*time.Minute {
			n.book.Attempt(k.NetAddress())
			return &net.TCPAddr{IP: net.ParseIP(k.NetAddress().Addr.String()), Port: int(k.NetAddress().Port)}, nil
		}
	}
	return nil, fmt.Errorf("no address to try")
}

func (n *bitcoinNode) config() *peer.Config {
	return &peer.Config{
		UserAgentName: "lab", UserAgentVersion: "1.0", ChainParams: &chaincfg.MainNetParams, Services: wire.SFNodeNetwork | wire.SFNodeWitness,
		AllowSelfConns: true,
		NewestBlock:    func() (*chainhash.Hash, int32, error) { return chaincfg.MainNetParams.GenesisHash, 880_000, nil },
		Listeners: peer.MessageListeners{
			OnGetAddr: func(p *peer.Peer, _ *wire.MsgGetAddr) { n.giveAddresses(p) },
			OnAddr: func(_ *peer.Peer, m *wire.MsgAddr) {
				for _, a := range m.AddrList {
					n.learn(a)
				}
			},
			OnInv: func(p *peer.Peer, m *wire.MsgInv) {
				ask := wire.NewMsgGetData()
				for _, i := range m.InvList {
					if rand.Float64() < 0.4 {
						_ = ask.AddInvVect(i)
					}
				}
				if len(ask.InvList) > 0 {
					p.QueueMessage(ask, nil)
				}
			},
			OnGetData: func(p *peer.Peer, m *wire.MsgGetData) {
				for range m.InvList {
					p.QueueMessage(transaction(), nil)
				}
			},
		},
	}
}

func (n *bitcoinNode) learn(a *wire.NetAddress) {
	v2 := wire.NetAddressV2FromBytes(a.Timestamp, a.Services, a.IP, a.Port)
	n.book.AddAddress(v2, v2)
}

func (n *bitcoinNode) giveAddresses(p *peer.Peer) {
	var list []*wire.NetAddress
	for _, a := range n.book.AddressCache() {
		if len(list) < 300 {
			list = append(list, a.ToLegacy())
		}
	}
	_, _ = p.PushAddrMsg(list)
}

// chat asks for addresses, then announces transactions, until the connection ends or the
// node has enough of it.
func (n *bitcoinNode) chat(ctx context.Context, p *peer.Peer, c net.Conn) {
	p.AssociateConnection(c)
	ctx, cancel := context.WithTimeout(ctx, time.Duration(float64(25*time.Minute)*(0.05+rand.ExpFloat64())))
	defer cancel()
	go func() { p.WaitForDisconnect(); cancel() }()
	defer p.Disconnect()
	if !pause(ctx, 3*time.Second) {
		return
	}
	p.QueueMessage(wire.NewMsgGetAddr(), nil)
	for pause(ctx, time.Duration(float64(7*time.Second)*rand.ExpFloat64())) {
		announce := wire.NewMsgInv()
		for range 1 + rand.IntN(8) {
			h := chainhash.Hash(noiseBytes(chainhash.HashSize))
			_ = announce.AddInvVect(wire.NewInvVect(wire.InvTypeTx, &h))
		}
		p.QueueMessage(announce, nil)
	}
}

// transaction is one with one to four inputs and two outputs.
func transaction() *wire.MsgTx {
	tx := wire.NewMsgTx(2)
	for range 1 + rand.IntN(4) {
		h := chainhash.Hash(noiseBytes(chainhash.HashSize))
		tx.AddTxIn(wire.NewTxIn(wire.NewOutPoint(&h, 0), noiseBytes(107), nil))
	}
	for range 2 {
		tx.AddTxOut(wire.NewTxOut(rand.Int64N(1e8), noiseBytes(25)))
	}
	return tx
}
