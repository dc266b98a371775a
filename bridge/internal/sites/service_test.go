package sites

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shmbridge/internal/natstest"
)

// expect runs a program of Windows, or of ours, and looks for a text in what it says.
func (s *site) expect(words string, path string, more ...string) {
	s.t.Helper()
	var said string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		p := s.wine(path, more...)
		<-p.ended
		if said = p.text(); strings.Contains(said, words) {
			return
		}
	}
	s.t.Fatalf("%s %v does not say '%s' but\n%s", path, more, words, said)
}

// The bridge as a service, with the service control manager of Wine: installed, started, seen by shmbroker, configured
// anew, stopped and removed.
func TestTheBridgeIsAService(t *testing.T) {
	a := sites(t)[0]
	server := natstest.Start(t)
	a.write("shmbroker.json", `{"channels": [`+topic("ticks")+","+topic("more")+`]}`)
	a.startService()
	data := filepath.Join(a.prefix, "drive_c", "ProgramData", "ShmBridge")
	os.RemoveAll(data)
	os.MkdirAll(data, 0o700)
	configure := func(rules string) {
		text := fmt.Sprintf(`{"site": "a", "nats": {"servers": [%q]}, "rules": [%s]}`, server.URL(), rules)
		if err := os.WriteFile(filepath.Join(data, "shmbridge.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const rule = `{"topic": "ticks", "direction": "out", "subject": "ticks"}`
	configure(rule)
	bridge := filepath.Join(a.bin, "shmbridge.exe")
	uninstall := func() { <-a.run("shmbridge.exe", "uninstall").ended }
	uninstall() // what a run that was killed has left
	t.Cleanup(uninstall)
	a.expectDone(a.run("shmbridge.exe", "install"))
	a.expect(`NT SERVICE\ShmBridge`, "reg", "query", `HKLM\System\CurrentControlSet\Services\ShmBridge`, "/v", "ObjectName")
	a.expect(`EventCreate.exe`, "reg", "query", `HKLM\System\CurrentControlSet\Services\EventLog\Application\ShmBridge`)
	a.expectDone(a.wine("sc", "start", "ShmBridge"))
	a.expect(": running; ", bridge, "status")
	a.expect("shmbridge.exe", filepath.Join(a.bin, "shmbroker.exe"), "show", "ticks")
	a.expect(`"condition": "running"`, bridge, "status", "--json")

	configure(rule + `, {"topic": "more", "direction": "in", "subject": "more"}`)
	a.expectDone(a.run("shmbridge.exe", "reload"))
	a.expect("more ", bridge, "status")
	configure(`{"topik": "more"}`)
	a.expect("/rules/0/topik is not known", bridge, "reload")
	a.expect("more ", bridge, "status")

	a.expectDone(a.wine("sc", "stop", "ShmBridge"))
	a.expect("STOPPED", "sc", "query", "ShmBridge")
	stopped := a.run("shmbridge.exe", "status")
	<-stopped.ended
	if code := stopped.command.ProcessState.ExitCode(); code != 3 {
		t.Errorf("status of a bridge that is stopped ends with %d\n%s", code, stopped.text())
	}
	log, err := os.ReadFile(filepath.Join(data, "shmbridge.log"))
	if err != nil || !strings.HasSuffix(strings.TrimSpace(string(log)), "stopped") {
		t.Errorf("%v\n%s", err, log)
	}
	// One that does not start says why, to the service control manager, too.
	<-a.wine("sc", "start", "ShmBridge").ended
	a.expect("SERVICE_EXIT_CODE  : 1", "sc", "query", "ShmBridge")
	a.expectDone(a.run("shmbridge.exe", "uninstall"))
}
