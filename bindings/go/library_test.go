//go:build windows

package shmbroker

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// In a program that a test starts: where ShmBroker is installed; "": it is not.
const installedVariable = "SHM_TEST_INSTALLED"

// TestMain is also that of the programs that tests start, which say what load says.
func TestMain(m *testing.M) {
	installed, isChild := os.LookupEnv(installedVariable)
	if !isChild {
		os.Exit(m.Run())
	}
	end, err := pretendInstalled(installed)
	defer end()
	if err == nil {
		err = load()
	}
	if err != nil {
		os.Stdout.WriteString(err.Error())
		return
	}
	os.Stdout.WriteString("loaded " + dll.Name)
}

// pretendInstalled gives this process another HKEY_LOCAL_MACHINE, with what the installer would have noted there.
func pretendInstalled(folder string) (end func(), err error) {
	advapi := syscall.NewLazyDLL("advapi32.dll")
	call := func(name string, arguments ...uintptr) {
		if status, _, _ := advapi.NewProc(name).Call(arguments...); status != 0 && err == nil {
			err = fmt.Errorf("%s: %w", name, syscall.Errno(status))
		}
	}
	var texts []*uint16 // else the garbage collector could take them
	text := func(of string) uintptr {
		texts = append(texts, syscall.StringToUTF16Ptr(of))
		return uintptr(unsafe.Pointer(texts[len(texts)-1]))
	}
	const allAccess = 0xf003f
	name := text(fmt.Sprintf(`Software\shmbroker go %d`, os.Getpid()))
	var machine uintptr
	call("RegCreateKeyExW", syscall.HKEY_CURRENT_USER, name, 0, 0, 0, allAccess, 0,
		uintptr(unsafe.Pointer(&machine)), 0)
	if folder != "" {
		size := uintptr(2 * len(syscall.StringToUTF16(folder)))
		call("RegSetKeyValueW", machine, text(`Software\ShmBroker`), text("InstallDir"), syscall.REG_SZ, text(folder), size)
	}
	call("RegOverridePredefKey", syscall.HKEY_LOCAL_MACHINE, machine)
	return func() {
		call("RegDeleteTreeW", syscall.HKEY_CURRENT_USER, name)
		runtime.KeepAlive(texts)
	}, err
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

func TestTheDLLIsOfTheProgramOrInstalledAndNoOther(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Dir(program)
	good := filepath.Join(home, dllName)
	const old = `C:\windows\system32\version.dll` // it has none of the functions
	folder, current, onPath, installed := t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()
	lonely := filepath.Join(folder, "lonely.exe")
	beside := filepath.Join(folder, dllName)
	copyFile(t, program, lonely)
	copyFile(t, good, filepath.Join(current, dllName))
	copyFile(t, good, filepath.Join(onPath, dllName))
	expect := func(installed, wanted string) {
		t.Helper()
		command := exec.Command(lonely)
		command.Dir = current
		command.Env = append(os.Environ(), installedVariable+"="+installed, "PATH=.;;"+onPath)
		output, err := command.Output()
		if err != nil || !strings.Contains(string(output), wanted) {
			t.Fatalf("%q, %v; want %q", output, err, wanted)
		}
	}
	none := "there is no shmclient.dll for " + runtime.GOARCH + " beside the program (" + folder + ") or where ShmBroker is installed "
	expect("", none+"(it is not); install it, or")
	expect(installed, none+"("+installed+"); install it, or")
	inInstalled := filepath.Join(installed, dllName)
	copyFile(t, good, inInstalled)
	expect(installed, "loaded "+inInstalled)
	if err := os.WriteFile(beside, []byte("none"), 0o644); err != nil {
		t.Fatal(err)
	}
	expect("", "beside the program ("+beside+" can't be loaded: ")
	expect(installed, "loaded "+inInstalled)
	copyFile(t, old, beside)
	expect(installed, beside+" is older than this package")
	copyFile(t, good, beside)
	copyFile(t, old, inInstalled)
	expect(installed, "loaded "+beside)
}
