package alert

import (
	"math"
	"slices"
	"strings"

	"botnetdetect/live"
)

// ecsVersion is the version of the Elastic Common Schema that alerts are written by.
const ecsVersion = "8.17.0"

// ecsOf returns an alert as a document of the Elastic Common Schema; what the schema has no
// fields for stands under "botnetdetect".
func ecsOf(a *live.Alert) map[string]any {
	related, ids := []string{a.Host.String()}, []string{}
	for i := range a.Flows {
		if _, isIP := a.Flows[i].Peer.IP(); isIP {
			related = append(related, a.Flows[i].Peer.String())
		}
		ids = append(ids, a.Flows[i].CommunityIDs...)
	}
	slices.Sort(related)
	document := map[string]any{
		"@timestamp": stamp(a.Time),
		"ecs":        map[string]any{"version": ecsVersion},
		"message":    message(a),
		"event": map[string]any{
			"kind": "alert", "category": []string{"network", "intrusion_detection"}, "type": []string{"info"},
			"module": "botnetdetect", "dataset": "botnetdetect.alert", "action": a.Change.String(), "id": a.ID,
			"start": stamp(a.First), "end": stamp(a.Last), "risk_score": math.Round(1e4*a.Score) / 100,
		},
		"rule":         map[string]any{"id": "p2p-botnet", "name": signature, "category": eveCategory},
		"observer":     map[string]any{"product": "botnetdetect", "type": "ids"},
		"related":      map[string]any{"ip": slices.Compact(related)},
		"botnetdetect": objectOf(a),
	}
	if _, isIP := a.Host.IP(); isIP {
		document["source"] = map[string]any{"ip": a.Host.String(), "address": a.Host.String()}
	} else {
		document["source"] = map[string]any{"mac": strings.ToUpper(strings.ReplaceAll(a.Host.String(), ":", "-")), "address": a.Host.String()}
		delete(document, "related")
	}
	if len(ids) > 0 {
		document["network"] = map[string]any{"community_id": ids}
	}
	return document
}
