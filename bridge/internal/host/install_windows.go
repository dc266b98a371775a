package host

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"
)

const (
	managerAll   = 0xF003F
	serviceAll   = 0xF01FF
	autoStart    = 2
	errorNormal  = 1
	restartDelay = 5000 // milliseconds

	levelDescription = 1
	levelFailure     = 2
	levelFailureFlag = 4
	levelSidInfo     = 5
	levelPrivileges  = 6

	sidUnrestricted = 1
)

// example is what a new configuration begins with.
const example = `// What the bridge between ShmBroker and NATS does; docs\bridge.md tells how.
//   shmbridge check-config   says what is wrong with it
//   shmbridge reload         makes the running bridge read it again
{
  "$schema": "shmbridge.schema.json",
  "site": "site1", // another name for each bridge
  "nats": { "servers": ["nats://127.0.0.1:4222"] },
  "rules": [
    // { "topic": "ticks", "direction": "out", "subject": "{site}.ticks" }
  ]
}
`

// Install registers the service, with an account of its own that has no privilege but to be notified of changes, and a
// restart after a crash; and prepares folder and configuration.
func Install(program, config, data string) error {
	manager, err := opened(openSCManager.Call(0, 0, managerAll))
	if err != nil {
		return fmt.Errorf("the service control manager refuses; run this as an administrator: %w", err)
	}
	defer closeServiceHandle.Call(manager)
	config, err = filepath.Abs(config)
	if err == nil {
		data, err = filepath.Abs(data)
	}
	if err != nil {
		return err
	}
	if err := prepare(config, data); err != nil {
		return err
	}
	path := utf16(fmt.Sprintf(`"%s" service --config "%s" --data "%s"`, program, config, data))
	name, display, who := utf16(serviceName), utf16(displayName), utf16(account)
	handle, err := opened(createService.Call(manager, uintptr(unsafe.Pointer(name)), uintptr(unsafe.Pointer(display)),
		serviceAll, ownProcess, autoStart, errorNormal, uintptr(unsafe.Pointer(path)), 0, 0, 0,
		uintptr(unsafe.Pointer(who)), 0))
	if err != nil {
		return fmt.Errorf("service %s: %w", serviceName, err)
	}
	defer closeServiceHandle.Call(handle)
	configure(handle)
	protect(data)
	registerSource()
	fmt.Printf("service %s is registered; its account is %s\nsc start %s starts it\n", serviceName, account, serviceName)
	return nil
}

func opened(handle, _ uintptr, err error) (uintptr, error) {
	if handle == 0 {
		return 0, err
	}
	return handle, nil
}

// configure sets what the service can live without: a refusal is told and no more.
func configure(service uintptr) {
	set := func(level uintptr, what string, setting unsafe.Pointer) {
		if ok, _, err := changeServiceConfig2.Call(service, level, uintptr(setting)); ok == 0 {
			fmt.Fprintf(os.Stderr, "shmbridge: not set: %s: %v\n", what, err)
		}
	}
	words := utf16(description)
	set(levelDescription, "description", unsafe.Pointer(&words))
	actions := [2][2]uint32{{1, restartDelay}, {1, restartDelay}} // SC_ACTION_RESTART
	failure := struct {
		period           uint32
		message, command *uint16
		count            uint32
		actions          *[2][2]uint32
	}{24 * 60 * 60, nil, nil, 2, &actions}
	set(levelFailure, "restart after a failure", unsafe.Pointer(&failure))
	errorsToo := uint32(1)
	set(levelFailureFlag, "restart after an error", unsafe.Pointer(&errorsToo))
	kind := uint32(sidUnrestricted)
	set(levelSidInfo, "the service's own SID", unsafe.Pointer(&kind))
	privileges := append(syscall.StringToUTF16("SeChangeNotifyPrivilege"), 0)
	first := &privileges[0]
	set(levelPrivileges, "privileges", unsafe.Pointer(&first))
}

// prepare makes the folders, and a configuration to begin with where there is none.
func prepare(config, data string) error {
	for _, folder := range []string{filepath.Dir(config), data} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	if _, err := os.Stat(config); !os.IsNotExist(err) {
		return err
	}
	return os.WriteFile(config, []byte(example), 0o644)
}

// protect gives the data folder to administrators, SYSTEM and the service: credentials may be in it.
func protect(folder string) {
	output, err := exec.Command(filepath.Join(os.Getenv("SystemRoot"), "System32", "icacls.exe"), folder, "/inheritance:r",
		"/grant:r", "*S-1-5-18:(OI)(CI)F", "*S-1-5-32-544:(OI)(CI)F", account+":(OI)(CI)M").CombinedOutput()
	if err != nil {
		fmt.Fprintf(os.Stderr, "shmbridge: the rights of %s are not set: %s %v\n", folder, strings.TrimSpace(string(output)), err)
	}
}

// Uninstall removes the service. Configuration and state stay.
func Uninstall() error {
	manager, err := opened(openSCManager.Call(0, 0, managerAll))
	if err != nil {
		return fmt.Errorf("the service control manager refuses; run this as an administrator: %w", err)
	}
	defer closeServiceHandle.Call(manager)
	name := utf16(serviceName)
	handle, err := opened(openService.Call(manager, uintptr(unsafe.Pointer(name)), serviceAll))
	if err != nil {
		return fmt.Errorf("service %s: %w", serviceName, err)
	}
	defer closeServiceHandle.Call(handle)
	var status serviceStatus
	controlService.Call(handle, controlStop, uintptr(unsafe.Pointer(&status)))
	if ok, _, err := deleteService.Call(handle); ok == 0 {
		return fmt.Errorf("service %s: %w", serviceName, err)
	}
	forgetSource()
	fmt.Printf("service %s is removed; configuration and state stay\n", serviceName)
	return nil
}
