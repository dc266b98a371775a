//go:build windows

package host

import (
	"os"
	"path/filepath"
	"syscall"
)

const (
	serviceName = "ShmBridge"
	displayName = "ShmBroker bridge to NATS"
	description = "Carries messages between ShmBroker's channels and a NATS server, as shmbridge.json says."
	account     = `NT SERVICE\ShmBridge` // an account of its own, so that a channel's access can name it
)

var (
	advapi32                     = syscall.NewLazyDLL("advapi32.dll")
	startServiceCtrlDispatcher   = advapi32.NewProc("StartServiceCtrlDispatcherW")
	registerServiceCtrlHandlerEx = advapi32.NewProc("RegisterServiceCtrlHandlerExW")
	setServiceStatus             = advapi32.NewProc("SetServiceStatus")
	openSCManager                = advapi32.NewProc("OpenSCManagerW")
	createService                = advapi32.NewProc("CreateServiceW")
	openService                  = advapi32.NewProc("OpenServiceW")
	changeServiceConfig2         = advapi32.NewProc("ChangeServiceConfig2W")
	controlService               = advapi32.NewProc("ControlService")
	deleteService                = advapi32.NewProc("DeleteService")
	closeServiceHandle           = advapi32.NewProc("CloseServiceHandle")
	registerEventSource          = advapi32.NewProc("RegisterEventSourceW")
	reportEvent                  = advapi32.NewProc("ReportEventW")
	regCreateKeyEx               = advapi32.NewProc("RegCreateKeyExW")
	regSetValueEx                = advapi32.NewProc("RegSetValueExW")
	regDeleteKey                 = advapi32.NewProc("RegDeleteKeyW")
)

// utf16 is of a text that has no NUL: constants, and paths that the system gave.
func utf16(text string) *uint16 {
	units, err := syscall.UTF16PtrFromString(text)
	if err != nil {
		panic(err)
	}
	return units
}

// DefaultConfig is where the installed bridge has its configuration.
func DefaultConfig() string {
	return filepath.Join(os.Getenv("ProgramData"), "ShmBridge", "shmbridge.json")
}
