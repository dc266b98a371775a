package bridge

import (
	"fmt"
	"math/rand"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
	"shmbridge/internal/natstest"
)

// A clock that is a day early now, and a day late then.
func TestBlocksAgreeThoughAClockJumps(t *testing.T) {
	blocksThatChangeAtOnceAgree(t, func() time.Time {
		return time.Now().Add(time.Duration(rand.Intn(3)-1) * 24 * time.Hour)
	})
}

func TestACertificateThatIsNotValidByAClockThatJumped(t *testing.T) {
	s := siteWithTicks(t)
	var ahead atomic.Int64
	s.clock = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	server := natstest.Start(t, natstest.Certificates(t, s.folder, "plant"))
	ahead.Store(int64(1000 * 24 * time.Hour))
	s.startWith(fmt.Sprintf(`{"servers": ["tls://127.0.0.1:%d"], "tls": {"ca": "plant-ca.pem"}, "retry_at_most": "300 ms"}`,
		server.Port), anyRule)
	eventually(t, "the bridge names the clock", func() bool {
		return strings.Contains(s.bridge.Status().Trouble, "see that the clock of this machine is right")
	})
	ahead.Store(0)
	s.await()
}

// As if the server's clock had jumped beyond its window for duplicates, or the bridge had been away for longer: what the
// stream has does not come twice, though the bridge does not know that it is there.
func TestTheWindowForDuplicatesHasPassed(t *testing.T) {
	for name, rule := range map[string]string{"without a spool": ordersOut, "with a spool": spooled(ordersOut, 1<<20)} {
		t.Run(name, func(t *testing.T) {
			server := natstest.Start(t)
			const window = 100 * time.Millisecond
			js := addStream(t, server, nats.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.*"}, Duplicates: window})
			a := newSite(t, "a")
			a.broker.Add("orders", local.Topic, 256, false)
			a.start(server, rule)
			a.await()
			a.stop()
			state, before := filepath.Join(a.folder, "state"), t.TempDir()
			copyFiles(t, state, before)
			a.start(server, rule)
			a.await()
			writer := a.open("orders", writing)
			<-write(writer, "order", 20)
			expectStored(t, js, "order", 20)
			a.stop()
			time.Sleep(2 * window)
			copyFiles(t, before, state)
			a.start(server, rule)
			a.await()
			<-write(writer, "later", 1)
			if texts := stored(t, js, 21); texts[20] != "later 0" {
				t.Error(texts[20])
			}
		})
	}
}
