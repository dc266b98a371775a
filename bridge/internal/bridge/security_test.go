package bridge

import (
	"fmt"
	"net"
	"os"
	"os/exec"
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

func openssl(t *testing.T, folder string, words ...string) {
	t.Helper()
	command := exec.Command("openssl", words...)
	command.Dir = folder
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("openssl %v: %v\n%s", words, err, output)
	}
}

// certificates makes an authority, and a certificate of it for 127.0.0.1.
func certificates(t *testing.T, folder, name string) {
	t.Helper()
	os.WriteFile(filepath.Join(folder, "names"), []byte("subjectAltName=IP:127.0.0.1"), 0o600)
	openssl(t, folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
		"-subj", "/CN="+name+" authority", "-keyout", name+"-ca.key", "-out", name+"-ca.pem")
	openssl(t, folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN="+name,
		"-keyout", name+".key", "-out", name+".csr")
	openssl(t, folder, "x509", "-req", "-in", name+".csr", "-CA", name+"-ca.pem", "-CAkey", name+"-ca.key",
		"-CAcreateserial", "-days", "2", "-extfile", "names", "-out", name+".pem")
}

func TestTLS(t *testing.T) {
	s := siteWithTicks(t)
	certificates(t, s.folder, "plant")
	certificates(t, s.folder, "other")
	server := natstest.Start(t, fmt.Sprintf(`tls { cert_file: %q, key_file: %q }`, filepath.Join(s.folder, "plant.pem"),
		filepath.Join(s.folder, "plant.key")))
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
