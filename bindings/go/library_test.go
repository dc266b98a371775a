//go:build windows

package shmbroker

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const loadVariable = "SHM_TEST_LOAD"

// TestMain is also that of the programs that tests start, which say what load says.
func TestMain(m *testing.M) {
	if os.Getenv(loadVariable) == "" {
		os.Exit(m.Run())
	}
	if err := load(); err != nil {
		os.Stdout.WriteString(err.Error())
		return
	}
	os.Stdout.WriteString("loaded " + dll.Name)
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheDLLIsFoundAndNeverInTheCurrentFolder(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Dir(program)
	folder, current := t.TempDir(), t.TempDir()
	lonely := filepath.Join(folder, "lonely.exe")
	beside := filepath.Join(folder, dllName)
	copyFile(t, program, lonely)
	copyFile(t, filepath.Join(home, dllName), filepath.Join(current, dllName))
	expect := func(path, wanted string) {
		t.Helper()
		command := exec.Command(lonely)
		command.Dir = current
		command.Env = append(os.Environ(), loadVariable+"=1", "PATH="+path)
		output, err := command.Output()
		if err != nil || !strings.Contains(string(output), wanted) {
			t.Fatalf("%q, %v; want %q", output, err, wanted)
		}
	}
	expect(".;", "there is no shmclient.dll for "+runtime.GOARCH+" beside the program ("+folder+"), on the PATH or where ")
	expect(home, "loaded "+home)
	if err := os.WriteFile(beside, []byte("none"), 0o644); err != nil {
		t.Fatal(err)
	}
	expect("", "beside the program ("+beside+" can't be loaded: ")
	copyFile(t, filepath.Join(home, dllName), beside)
	expect(home, "loaded "+beside)
	copyFile(t, `C:\windows\system32\version.dll`, beside)
	expect("", "is older than this package")
}
