package app

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"

	"botnetdetect/lab/internal/internet"
	"botnetdetect/lab/internal/recording"
)

// miner speaks Stratum with mining pools by address; most of its pools are gone.
func miner() Application {
	return Application{
		Name: "miner", What: "miners with a list of pools by address, most of them gone",
		Scene: func(r *recording.Recording) {
			pools := r.Peers("pools", 14, internet.Sleep{Share: 0.7, On: 8 * time.Minute, Off: 4 * time.Minute})
			rig := r.Host(recording.Host{Name: "rig", Reach: recording.Natted, Vantage: recording.AtHost, Up: 5, Down: 20, Settings: "40 pools, 75 % dead, one at a time"})
			farm := r.Host(recording.Host{Name: "farm", Reach: recording.Natted, Vantage: recording.AtGateway, Up: 5, Down: 20, Settings: "12 miners, 60 pools, 80 % dead"})
			if r.Err() != nil {
				return
			}
			draw := r.Rand("miner")
			pools.Role("pool", poolParameters{pools.Addresses})
			rig.Role("mine", mineParameters{Pools: mixed(draw, pools.Addresses[:10], r.Dead("rig", 30)), Miners: 1})
			farm.Role("mine", mineParameters{Pools: mixed(draw, pools.Addresses, r.Dead("farm", 48)), Miners: 12})
		},
	}
}

const stratumPort = 3333

type poolParameters struct{ At []netip.Addr }

// poolServe gives work, and answers shares.
func poolServe(ctx context.Context, p poolParameters) error {
	return serveTCP(ctx, p.At, stratumPort, func(ctx context.Context, c net.Conn) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			for n := 0; pause(ctx, time.Duration(10+rand.IntN(40))*time.Second); n++ {
				fmt.Fprintf(c, `{"id":null,"method":"mining.notify","params":["%08x","%064x","%0128x","%0150x",[],"20000000","1a0ffff0","%08x",true]}`+"\n", n, rand.Uint64(), rand.Uint64(), rand.Uint64(), time.Now().Unix())
			}
		}()
		for lines := bufio.NewScanner(c); lines.Scan(); {
			fmt.Fprintf(c, `{"id":%d,"result":true,"error":null}`+"\n", rand.IntN(1000))
		}
	})
}

type mineParameters struct {
	Pools  []netip.Addr
	Miners int
}

// mine keeps each miner at a pool; where a pool fails it takes the next.
func mine(ctx context.Context, p mineParameters) error {
	for n := range p.Miners {
		go func() {
			for i := n * 7; pause(ctx, time.Duration(3+rand.IntN(7))*time.Second); i++ {
				workFor(ctx, p.Pools[i%len(p.Pools)])
			}
		}()
	}
	<-ctx.Done()
	return nil
}

// workFor submits shares to a pool until it is gone, or for twenty minutes.
func workFor(ctx context.Context, pool netip.Addr) {
	c, err := connect(ctx, pool.String(), stratumPort, 10*time.Second)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(rand.Int64N(int64(20*time.Minute))))
	defer cancel()
	defer closeAtEnd(ctx, c)()
	go func() {
		defer cancel()
		fmt.Fprint(c, `{"id":1,"method":"mining.subscribe","params":["cgminer/4.10.0"]}`+"\n"+`{"id":2,"method":"mining.authorize","params":["worker.1","x"]}`+"\n")
		for n := 3; pause(ctx, time.Duration(float64(12*time.Second)*rand.ExpFloat64())); n++ {
			if _, err := fmt.Fprintf(c, `{"id":%d,"method":"mining.submit","params":["worker.1","%08x","%08x","%08x","%08x"]}`+"\n", n, n, rand.Uint32(), time.Now().Unix(), rand.Uint32()); err != nil {
				return
			}
		}
	}()
	b := make([]byte, 4096)
	for {
		_ = c.SetReadDeadline(time.Now().Add(90 * time.Second))
		if _, err := c.Read(b); err != nil {
			return
		}
	}
}
