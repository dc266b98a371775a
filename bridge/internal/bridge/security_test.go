package bridge

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
	"shmbridge/internal/natstest"
)

const anyRule = `{"topic": "ticks", "direction": "out", "subject": "ticks"}`

func siteWithTicks(t *testing.T) *site {
	s := newSite(t, "a")
	s.broker.Add("ticks", local.Topic, 64, false)
	return s
}

func (s *site) secret(name, content string, mode os.FileMode) {
	if err := os.WriteFile(filepath.Join(s.folder, name), []byte(content), mode); err != nil {
		s.t.Fatal(err)
	}
	os.Chmod(filepath.Join(s.folder, name), mode)
}

func TestTLS(t *testing.T) {
	s := siteWithTicks(t)
	natstest.Certificates(t, s.folder, "other")
	server := natstest.Start(t, natstest.Certificates(t, s.folder, "plant"))
	nats := func(authority string) string {
		return fmt.Sprintf(`{"servers": ["tls://127.0.0.1:%d"], "tls": {"ca": "%s-ca.pem"}, "retry_at_most": "300 ms"}`,
			server.Port, authority)
	}
	s.startWith(nats("other"), anyRule)
	eventually(t, "the wrong authority is refused", func() bool {
		return strings.Contains(s.bridge.Status().Trouble, "is of an authority that is not trusted; see nats.tls.ca")
	})
	s.stop()
	s.startWith(nats("plant"), anyRule)
	s.await()
}

// A server that answers no more in the midst: what it may have is sent again, and it drops what it has.
func TestAServerThatHangs(t *testing.T) {
	server := natstest.Start(t)
	js := addStream(t, server, nats.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"}})
	a := newSite(t, "a")
	a.broker.Add("orders", local.Topic, 16, false)
	a.startWith(fmt.Sprintf(`{"servers": [%q], "timeout": "300 ms", "retry_at_most": "300 ms"}`, server.URL()), ordersOut)
	a.await()
	writer := a.open("orders", writing)
	<-write(writer, "order", 10)
	expectStored(t, js, "order", 10)
	goOn := server.Hang()
	written := write(writer, "again", 100)
	eventually(t, "the rule says that nothing is acknowledged", func() bool {
		return strings.Contains(a.logged(), "stream 'ORDERS' has not acknowledged a message within 300ms")
	})
	goOn()
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	for i, text := range stored(t, js, 110)[10:] {
		if wanted := fmt.Sprintf("again %d", i); text != wanted {
			t.Fatalf("'%s' is there, and not '%s'", text, wanted)
		}
	}
}

// A server that takes the connection and never answers costs the timeout, and no more.
func TestAServerThatNeverAnswers(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	s := siteWithTicks(t)
	s.startWith(fmt.Sprintf(`{"servers": ["nats://%s"], "timeout": "300 ms", "retry_at_most": "300 ms"}`, listener.Addr()), anyRule)
	eventually(t, "the bridge says that nothing answers", func() bool {
		trouble := s.bridge.Status().Trouble
		return strings.Contains(trouble, "timeout") || strings.Contains(trouble, "no server answers there")
	})
	began := time.Now()
	s.stop()
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("to stop took %v", took)
	}
}
