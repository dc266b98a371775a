// Package natstest starts Debian's nats-server for tests, on a port of the loopback that nobody else has.
package natstest

import (
	"fmt"
	"math/rand"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// A Server is one process. It ends with the test.
type Server struct {
	Port    int
	t       testing.TB
	config  string
	process *exec.Cmd
}

// Start starts a server with JetStream in a temporary folder, and with more lines of configuration.
func Start(t testing.TB, more ...string) *Server {
	t.Helper()
	return StartWithoutJetStream(t, append(more, fmt.Sprintf("jetstream { store_dir: %q }", filepath.Join(t.TempDir(), "js")))...)
}

// StartWithoutJetStream is for one that has accounts of its own.
func StartWithoutJetStream(t testing.TB, more ...string) *Server {
	t.Helper()
	if _, err := os.Stat(program()); err != nil {
		t.Skip("no nats-server: apt-get install nats-server")
	}
	folder := t.TempDir()
	s := &Server{Port: FreePort(t), t: t, config: filepath.Join(folder, "nats.conf")}
	text := fmt.Sprintf("listen: \"127.0.0.1:%d\"\n%s\n", s.Port, strings.Join(more, "\n"))
	if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	s.Restart()
	return s
}

func program() string {
	if given := os.Getenv("NATS_SERVER"); given != "" {
		return given
	}
	return "/usr/sbin/nats-server"
}

// FreePort gives one that no system gives to who connects: while a server is down, such a connection could have its
// port; and who tries to reach it could get that port for itself, and be connected with itself.
func FreePort(t testing.TB) int {
	t.Helper()
	const first, count = 10_000, 20_000
	random := rand.New(rand.NewSource(time.Now().UnixNano() + int64(os.Getpid())))
	for try := 0; try < 100; try++ {
		port := first + random.Intn(count)
		if listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			listener.Close()
			return port
		}
	}
	t.Fatalf("no port from %d on is free", first)
	return 0
}

// Restart starts it again, after Kill.
func (s *Server) Restart() {
	s.t.Helper()
	s.process = exec.Command(program(), "-c", s.config)
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port))
		if err == nil {
			conn.Close()
			return
		}
	}
	s.t.Fatal("nats-server does not answer")
}

// Kill ends it from one moment to the next.
func (s *Server) Kill() {
	if s.process != nil {
		s.process.Process.Kill()
		s.process.Wait()
		s.process = nil
	}
}

// Hang has it do nothing, and hold its connections, until it is to go on.
func (s *Server) Hang() (goOn func()) {
	s.t.Helper()
	signal := func(name string) {
		if err := exec.Command("kill", name, fmt.Sprint(s.PID())).Run(); err != nil {
			s.t.Fatal(err)
		}
	}
	signal("-STOP")
	return func() { signal("-CONT") }
}

// PID is the process's.
func (s *Server) PID() int { return s.process.Process.Pid }

// URL is where it listens.
func (s *Server) URL() string { return fmt.Sprintf("nats://127.0.0.1:%d", s.Port) }

// Connect gives a test a connection of its own, which comes back.
func (s *Server) Connect() (*nats.Conn, nats.JetStreamContext) {
	s.t.Helper()
	conn, err := nats.Connect(s.URL(), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(conn.Close)
	js, err := conn.JetStream()
	if err != nil {
		s.t.Fatal(err)
	}
	return conn, js
}
