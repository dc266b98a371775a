// Package sites has the tests with two machines: two Wine prefixes, each with ShmBroker's service and a bridge, and
// Debian's nats-server between them. tests/bridge/sites.sh prepares the prefixes and says where they are:
//
//	SHM_BRIDGE_BIN     the folder of the programs for Windows
//	SHM_BRIDGE_SITES   the two prefixes, with a ':' between
package sites

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shmbridge/internal/natstest"
)

const patience = 2 * time.Minute

// A site is a Wine prefix.
type site struct {
	t       *testing.T
	name    string
	prefix  string
	folder  string // configuration and state
	bin     string
	service *program
	bridge  *program
	started int // programs
	rules   string
	nats    string
}

func sites(t *testing.T) []*site {
	prefixes := os.Getenv("SHM_BRIDGE_SITES")
	if prefixes == "" {
		t.Skip("for tests/bridge/sites.sh, with two Wine prefixes")
	}
	var all []*site
	for i, prefix := range strings.Split(prefixes, ":") {
		s := &site{t: t, name: string(rune('a' + i)), prefix: prefix, folder: t.TempDir(), bin: os.Getenv("SHM_BRIDGE_BIN")}
		t.Cleanup(s.end)
		all = append(all, s)
	}
	return all
}

// A program runs in a site. Its output goes to a file, which a process that it starts may keep open longer.
type program struct {
	command *exec.Cmd
	ended   chan struct{}
	output  string
}

func (p *program) text() string {
	text, _ := os.ReadFile(p.output)
	return string(text)
}

func (s *site) run(name string, words ...string) *program {
	s.t.Helper()
	return s.wine(filepath.Join(s.bin, name), words...)
}

// wine runs a program of ours, or one of Windows.
func (s *site) wine(path string, words ...string) *program {
	s.t.Helper()
	name := filepath.Base(path)
	s.started++
	p := &program{ended: make(chan struct{}), output: filepath.Join(s.folder, fmt.Sprintf("%s.%d.out", name, s.started))}
	output, err := os.Create(p.output)
	if err != nil {
		s.t.Fatal(err)
	}
	defer output.Close()
	p.command = exec.Command("setarch", append([]string{"--addr-no-randomize", "wine", path}, words...)...)
	p.command.Env = s.environment()
	p.command.Stdout, p.command.Stderr = output, output
	p.command.Dir = s.folder
	if err := p.command.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		p.command.Wait()
		close(p.ended)
	}()
	return p
}

func (s *site) environment() []string {
	return append(os.Environ(), "WINEPREFIX="+s.prefix, "WINEDEBUG=-all")
}

// kill ends it from one moment to the next: the process that was started has become Wine's.
func (p *program) kill() {
	if p != nil {
		p.command.Process.Kill()
		<-p.ended
	}
}

func (p *program) isDone() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// expectDone waits for a program that succeeds.
func (s *site) expectDone(p *program) {
	s.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(25 * time.Minute):
		s.t.Fatalf("site %s: %v hangs\n%s", s.name, p.command.Args, p.text())
	}
	if !p.command.ProcessState.Success() {
		s.t.Fatalf("site %s: %v failed\n%s", s.name, p.command.Args, p.text())
	}
}

func (s *site) await(what string, p *program, words string) {
	s.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if strings.Contains(p.text(), words) {
			return
		}
		if p.isDone() {
			break
		}
	}
	s.t.Fatalf("site %s: %s: not within the time\n%s", s.name, what, p.text())
}

func (s *site) write(name, text string) string {
	file := filepath.Join(s.folder, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return file
}

// start starts service and bridge. channels: JSON of the service's channels.
func (s *site) start(server *natstest.Server, channels, rules string) {
	s.t.Helper()
	s.write("shmbroker.json", `{"channels": [`+channels+`]}`)
	s.startService()
	s.rules, s.nats = rules, server.URL()
	s.write("shmbridge.json", fmt.Sprintf(`// of a test
{"site": %q, "nats": {"servers": [%q], "retry_after": "50 ms", "retry_at_most": "500 ms", "timeout": "5 s"},
 "rules": [%s]}`, s.name, s.nats, rules))
	s.startBridge()
}

func (s *site) startService() {
	s.service = s.run("shmbroker.exe", "run", "--config", "shmbroker.json", "--data", "broker-data")
}

func (s *site) startBridge() { s.bridge = s.run("shmbridge.exe", "run", "--config", "shmbridge.json") }

// awaitBridge waits until the bridge says that it runs.
func (s *site) awaitBridge() {
	s.t.Helper()
	s.awaitBridgeOf("shmbridge.json", s.bridge)
}

func (s *site) awaitBridgeOf(config string, bridge *program) {
	s.t.Helper()
	var last string
	for end := time.Now().Add(patience); time.Now().Before(end) && !bridge.isDone(); time.Sleep(300 * time.Millisecond) {
		status := s.run("shmbridge.exe", "status", "--config", config)
		<-status.ended
		last = status.text()
		if strings.Contains(last, ": running; ") {
			return
		}
	}
	s.t.Fatalf("site %s: the bridge does not run\n%s\n%s\n%s", s.name, last, bridge.text(), s.service.text())
}

func (s *site) end() {
	if s.t.Failed() && s.bridge != nil {
		log, _ := os.ReadFile(filepath.Join(s.folder, "shmbridge.log"))
		s.t.Logf("site %s: bridge\n%s\nservice\n%s", s.name, log, s.service.text())
	}
	s.bridge.kill()
	s.service.kill()
	everything := exec.Command("wineserver", "-k") // what keeps the memory of channels, too
	everything.Env = s.environment()
	everything.Run()
}
