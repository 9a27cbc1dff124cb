package cluster

import (
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

const startTimeout = 10 * time.Second

// Server is a NATS server in this process.
type Server struct{ server *server.Server }

// Embed starts a server that listens nowhere and keeps what it must in a folder.
func Embed(folder string) (*Server, error) {
	return start(&server.Options{
		ServerName: "botnetdetect", DontListen: true, JetStream: true, StoreDir: folder,
		NoSigs: true, NoLog: true, MaxPayload: maxPayload,
	})
}

// Serve starts a server as a configuration file of NATS says, such as one of several that
// keep everything three times. The file must turn JetStream on, or name servers that have it, as a site's leaf node does.
func Serve(config string) (*Server, error) {
	o, err := server.ProcessConfigFile(config)
	if err != nil {
		return nil, fmt.Errorf("cannot read the server's configuration: %w", err)
	}
	if !o.JetStream && len(o.LeafNode.Remotes) == 0 {
		return nil, fmt.Errorf("%s does not turn JetStream on: it needs a block jetstream { store_dir: … }", config)
	}
	o.NoSigs = true
	return start(o)
}

func start(o *server.Options) (*Server, error) {
	s, err := server.NewServer(o)
	if err != nil {
		return nil, fmt.Errorf("cannot start a NATS server: %w", err)
	}
	if !o.NoLog {
		s.ConfigureLogger()
	}
	s.Start()
	if !s.ReadyForConnections(startTimeout) {
		s.Shutdown()
		return nil, errors.New("cannot start a NATS server: it is not ready after 10 s; its log says why")
	}
	return &Server{s}, nil
}

// Connect returns a connection within the process.
func (s *Server) Connect() (*nats.Conn, error) {
	return nats.Connect("", nats.InProcessServer(s.server), nats.MaxReconnects(-1))
}

// Address returns where clients connect, such as nats://127.0.0.1:4222.
func (s *Server) Address() string { return s.server.ClientURL() }

// Close stops the server.
func (s *Server) Close() {
	s.server.Shutdown()
	s.server.WaitForShutdown()
}
