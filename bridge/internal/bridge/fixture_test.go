package bridge

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"shmbridge/internal/config"
	"shmbridge/internal/local"
	"shmbridge/internal/local/memory"
	"shmbridge/internal/natstest"
	"shmbridge/internal/state"
)

// Longer than a work queue waits for an acknowledgement before it gives a message out again.
const patience = 90 * time.Second

// A site is a machine: channels, a data folder, and a bridge if one runs.
type site struct {
	t      *testing.T
	name   string
	broker *memory.Broker
	folder string
	bridge *Bridge
	clock  func() time.Time // of its machine; nil: the right one
	end    context.CancelFunc
	ended  chan struct{}

	mutex sync.Mutex
	log   []string
}

func newSite(t *testing.T, name string) *site {
	s := &site{t: t, name: name, broker: memory.NewBroker(), folder: t.TempDir()}
	t.Cleanup(s.stop)
	return s
}

// start runs a bridge with these rules. more: other members of the configuration, each with a comma at its end.
func (s *site) start(server *natstest.Server, rules string, more ...string) {
	s.t.Helper()
	s.startWith(fmt.Sprintf(`{"servers": [%q], "timeout": "2 s", "retry_after": "20 ms", "retry_at_most": "100 ms"}`,
		server.URL()), rules, more...)
}

func (s *site) startWith(nats, rules string, more ...string) {
	s.t.Helper()
	text := fmt.Sprintf(`{"site": %q, %s "nats": %s, "rules": [%s]}`, s.name, strings.Join(more, ""), nats, rules)
	file := filepath.Join(s.folder, "shmbridge.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	config, err := config.Load(file)
	if err != nil {
		s.t.Fatal(err)
	}
	store, err := state.Open(filepath.Join(s.folder, "state"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.bridge = New(config, s.broker, store, func(level, text string) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.log = append(s.log, level+" "+text)
	})
	if s.clock != nil {
		s.bridge.env.Now = s.clock
	}
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan struct{})
	s.end, s.ended = end, ended
	bridge := s.bridge
	go func() {
		bridge.Run(ctx)
		close(ended)
	}()
}

func (s *site) stop() {
	if s.end != nil {
		s.end()
		<-s.ended
		s.end = nil
	}
}

func (s *site) logged() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return strings.Join(s.log, "\n")
}

// await waits until all of the bridge's rules run.
func (s *site) await() {
	s.t.Helper()
	eventually(s.t, "the rules of "+s.name+" run", func() bool {
		status := s.bridge.Status()
		healthy, _ := status.Healthy()
		return healthy && len(status.Rules) > 0
	})
}

func (s *site) status(rule int) LinkStatus {
	status := s.bridge.Status()
	if rule >= len(status.Rules) {
		return LinkStatus{}
	}
	return status.Rules[rule]
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within %v: %s", patience, what)
}

func (s *site) open(name string, want local.Want) local.Channel {
	s.t.Helper()
	channel, err := s.broker.Open(name, want)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(channel.Close)
	return channel
}

// write writes numbered messages in the background.
func write(channel local.Channel, prefix string, count int) <-chan error {
	result := make(chan error, 1)
	go func() {
		for i := 0; i < count; i++ {
			if _, err := channel.Write(context.Background(), [][]byte{[]byte(fmt.Sprintf("%s %d", prefix, i))}); err != nil {
				result <- err
				return
			}
		}
		result <- nil
	}()
	return result
}

// expect reads numbered messages, and nothing else.
func expect(t *testing.T, channel local.Channel, prefix string, from, count int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for i := from; i < from+count; {
		messages, err := channel.Read(ctx)
		if err != nil {
			t.Fatalf("after %d messages: %v", i, err)
		}
		for _, message := range messages {
			if wanted := fmt.Sprintf("%s %d", prefix, i); string(message.Data) != wanted {
				t.Fatalf("read '%s', not '%s'", message.Data, wanted)
			}
			i++
		}
	}
	expectNothing(t, channel)
}

func expectNothing(t *testing.T, channel local.Channel) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if messages, err := channel.Read(ctx); err == nil {
		t.Fatalf("read '%s', where nothing was to come", messages[0].Data)
	}
}
