package bridge

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
	"shmbridge/internal/local/memory"
	"shmbridge/internal/natstest"
)

// hosted is a host at work, with one rule.
func hosted(t *testing.T, server *natstest.Server) (*Host, func(rules string)) {
	t.Helper()
	broker := memory.NewBroker()
	broker.Add("ticks", local.Topic, 64, false)
	broker.Add("more", local.Topic, 64, false)
	address := fmt.Sprintf("127.0.0.1:%d", natstest.FreePort(t))
	folder := t.TempDir()
	h := &Host{
		ConfigFile: filepath.Join(folder, "shmbridge.json"), DataFolder: folder, Channels: broker,
		Log: &Log{Path: filepath.Join(folder, "shmbridge.log")},
	}
	configure := func(rules string) {
		text := fmt.Sprintf(`{"site": "a", "nats": {"servers": [%q]}, "watch": {"http": %q}, "rules": [%s]}`, server.URL(),
			address, rules)
		if err := os.WriteFile(h.ConfigFile, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	configure(anyRule)
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	t.Cleanup(func() {
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	eventually(t, "it runs", func() bool {
		status, running, err := LoadStatus(folder)
		healthy, _ := status.Healthy()
		return err == nil && running && healthy && len(status.Rules) > 0
	})
	return h, configure
}

func get(t *testing.T, h *Host, path string) (int, string) {
	t.Helper()
	_, after, _ := strings.Cut(readFile(t, h.ConfigFile), `"http": "`)
	address, _, _ := strings.Cut(after, `"`)
	answer, err := http.Get("http://" + address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text)
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAReload(t *testing.T) {
	h, configure := hosted(t, natstest.Start(t))
	configure(anyRule + `, {"topic": "more", "direction": "in", "subject": "more"}`)
	if err := AskReload(h.DataFolder, patience); err != nil {
		t.Fatal(err)
	}
	eventually(t, "there are two rules", func() bool { status := h.Status(); return len(status.Rules) == 2 })
	configure(`{"topik": "more"}`)
	if err := AskReload(h.DataFolder, patience); err == nil || !strings.Contains(err.Error(), "/rules/0/topik is not known") {
		t.Errorf("%v", err)
	}
	if status := h.Status(); len(status.Rules) != 2 {
		t.Errorf("%+v", status)
	}
}

func TestHealthAndMetrics(t *testing.T) {
	server := natstest.Start(t)
	h, _ := hosted(t, server)
	if code, text := get(t, h, "/healthz"); code != http.StatusOK || text != "running\n" {
		t.Errorf("%d, %s", code, text)
	}
	_, text := get(t, h, "/metrics")
	if !strings.Contains(text, `shmbridge_lost_messages_total{rule="ticks out",channel="ticks",direction="out"} 0`) {
		t.Error(text)
	}
	server.Kill()
	eventually(t, "it is not healthy", func() bool {
		code, text := get(t, h, "/healthz")
		return code == http.StatusServiceUnavailable && strings.HasPrefix(text, "not connected: ")
	})
}

func TestOneBridgeAFolder(t *testing.T) {
	h, _ := hosted(t, natstest.Start(t))
	another := &Host{ConfigFile: h.ConfigFile, DataFolder: h.DataFolder, Channels: h.Channels, Log: &Log{}}
	if err := another.Run(context.Background()); err == nil || !strings.Contains(err.Error(), "another shmbridge runs") {
		t.Errorf("%v", err)
	}
}

func TestABridgeThatHasStoppedIsNotSaidToRun(t *testing.T) {
	folder := ""
	t.Run("at work", func(t *testing.T) {
		h, _ := hosted(t, natstest.Start(t))
		folder = h.DataFolder
	})
	if _, running, err := LoadStatus(folder); running || err != nil {
		t.Errorf("%v, %v", running, err)
	}
}

// What the event log gets.
func TestWarningsAndErrorsAreNotified(t *testing.T) {
	var notified []string
	log := &Log{Notify: func(level, text string) { notified = append(notified, level+": "+text) }}
	log.SetLevel("info")
	for _, level := range []string{"debug", "info", "warning", "error"} {
		log.Write(level, "of level "+level)
	}
	if got := strings.Join(notified, "; "); got != "warning: of level warning; error: of level error" {
		t.Error(got)
	}
}

// Whatever goes wrong with a message: the log, of whichever level, says nothing of what is in it.
func TestNoPayloadIsLogged(t *testing.T) {
	const payload = "not to be logged"
	server := natstest.Start(t)
	a := newSite(t, "a")
	for _, name := range []string{"out", "in", "batches"} {
		a.broker.Add(name, local.Topic, 16, true)
	}
	a.start(server, `{"topic": "out", "direction": "out", "subject": "out", "max_message": 20},
		{"topic": "in", "direction": "in", "subject": "in", "max_message": 20},
		{"topic": "batches", "direction": "in", "subject": "batches"}`)
	a.await()
	long := []byte(payload + payload)
	conn, _ := server.Connect()
	conn.Publish("in", long)
	conn.PublishMsg(&nats.Msg{Subject: "batches", Data: long, Header: nats.Header{"Shm-Batch": {"x 0 1"}}})
	writer := a.open("out", writing)
	writer.Write(context.Background(), [][]byte{long})
	eventually(t, "two are counted", func() bool { return a.status(0).Lost == 1 && a.status(1).Lost == 1 })
	eventually(t, "the batch is told of", func() bool { return strings.Contains(a.logged(), "a batch of 1 messages has 0") })
	server.Kill()
	eventually(t, "the bridge notices", func() bool { return !a.bridge.Status().Connected })
	for i := 0; i < 100; i++ {
		writer.Write(context.Background(), [][]byte{[]byte(payload)})
	}
	server.Restart()
	a.await()
	if strings.Contains(a.logged(), payload) {
		t.Error(a.logged())
	}
}

func TestALogIsRotated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shmbridge.log")
	log := &Log{Path: path}
	log.SetLevel("info")
	log.Write("debug", "not wanted")
	line := strings.Repeat("x", 64*1024)
	for i := 0; i < 5*largestLog/len(line); i++ {
		log.Info("%d %s", i, line)
	}
	files, _ := filepath.Glob(path + "*")
	if len(files) != 1+oldLogs {
		t.Errorf("%v", files)
	}
	for _, file := range files {
		if about, err := os.Stat(file); err != nil || about.Size() > largestLog+int64(2*len(line)) {
			t.Errorf("%s: %v, %v", file, about, err)
		}
	}
	if strings.Contains(readFile(t, path), "not wanted") {
		t.Error("a line of another level is there")
	}
}
