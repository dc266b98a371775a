package natstest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Certificates makes an authority, NAME-ca.pem, and a certificate of it for 127.0.0.1; and gives what the server's
// configuration says of it.
func Certificates(t testing.TB, folder, name string) string {
	t.Helper()
	os.WriteFile(filepath.Join(folder, "names"), []byte("subjectAltName=IP:127.0.0.1"), 0o600)
	openssl(t, folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
		"-subj", "/CN="+name+" authority", "-keyout", name+"-ca.key", "-out", name+"-ca.pem")
	openssl(t, folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN="+name,
		"-keyout", name+".key", "-out", name+".csr")
	openssl(t, folder, "x509", "-req", "-in", name+".csr", "-CA", name+"-ca.pem", "-CAkey", name+"-ca.key",
		"-CAcreateserial", "-days", "2", "-extfile", "names", "-out", name+".pem")
	file := func(end string) string { return filepath.Join(folder, name+end) }
	return fmt.Sprintf(`tls { cert_file: %q, key_file: %q }`, file(".pem"), file(".key"))
}

func openssl(t testing.TB, folder string, words ...string) {
	t.Helper()
	command := exec.Command("openssl", words...)
	command.Dir = folder
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("openssl %v: %v\n%s", words, err, output)
	}
}
