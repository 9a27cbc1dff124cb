package app

import (
	"time"

	"botnetdetect/lab/internal/recording"
)

// browsing is the web alone: servers that DNS names.
func browsing() Application {
	return Application{
		Name: "browsing",
		What: "a user surfs the web; names lead to every server",
		Scene: func(r *recording.Recording) {
			web(r)
			busy := r.Host(recording.Host{Name: "busy", Reach: recording.Natted, Vantage: recording.AtHost, Up: 10, Down: 50, Settings: "a page each 25 s"})
			calm := r.Host(recording.Host{Name: "calm", Reach: recording.Natted, Vantage: recording.AtGateway, Up: 5, Down: 20, Settings: "a page each 90 s"})
			browse(busy, r, 25*time.Second)
			browse(calm, r, 90*time.Second)
		},
	}
}
