package live

import (
	"fmt"
	"testing"
	"time"

	"botnetdetect/internal/pcaptest"
)

// A flood of flows that are each judged Botnet takes all seats; a bot that comes after it is
// still found, and what was let go for it is counted.
func TestFloodOfBotnetFlows(t *testing.T) {
	c := Config{Memory: leastMemory}
	var flows []*pcaptest.Flow
	for i := range 3 * c.seats() / 2 {
		from, to := fmt.Sprintf("11.%d.%d.1:7", i/250, i%250), fmt.Sprintf("12.%d.%d.1:7", i/250, i%250)
		flows = append(flows, pcaptest.UDPFlow(from, to).Send(time.Duration(i)*time.Millisecond, 60))
	}
	flows = append(flows, bot("192.168.0.2", 3, 12, 30*time.Second, time.Second)...)
	got, stats := replay(t, c, botnet(t), pcaptest.Merge(flows...))
	if stats.Evicted == 0 {
		t.Errorf("%d flows within %d seats, and none was let go", len(flows), c.seats())
	}
	found := false
	for _, a := range got.alerts {
		found = found || a.Host.String() == "192.168.0.2" && a.Change == Fresh
	}
	if !found {
		t.Errorf("the bot is not among %d alerts", len(got.alerts))
	}
}
