// shmbridge bridges ShmBroker's channels with NATS, as shmbridge.json says. docs/bridge.md tells how.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/bridge"
	"shmbridge/internal/config"
	"shmbridge/internal/create"
	"shmbridge/internal/host"
	"shmbridge/internal/local"
	"shmbridge/internal/server"
)

// Exit codes, as shmbroker's.
const (
	done       = 0
	failed     = 1
	wrongUsage = 2
	notRunning = 3
)

const usage = `usage: shmbridge COMMAND [--config FILE] [--data FOLDER] [--json]

  run           bridges, in this console, until Ctrl+C
  check-config  says what is wrong with the configuration
  create        makes the streams and buckets that the rules name, where the server has none
  status        shows what the running bridge does; --json for scripts
  reload        makes the running bridge read its configuration again
  install       registers the service ShmBridge; as an administrator
  uninstall     removes it
  version       shows the version

--config  default: %ProgramData%\ShmBridge\shmbridge.json
--data    state, log and status; default: the folder of the configuration. One bridge a folder
`

var version = "0.0.0" // set by the build

type arguments struct {
	config, data string
	json         bool
}

func main() { os.Exit(run(os.Args[1:])) }

func run(words []string) int {
	if len(words) == 0 {
		fmt.Fprint(os.Stderr, usage)
		return wrongUsage
	}
	var given arguments
	flags := flag.NewFlagSet("shmbridge", flag.ContinueOnError)
	flags.SetOutput(os.Stderr)
	flags.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	flags.StringVar(&given.config, "config", host.DefaultConfig(), "")
	flags.StringVar(&given.data, "data", "", "")
	flags.BoolVar(&given.json, "json", false, "")
	if err := flags.Parse(words[1:]); err != nil || flags.NArg() > 0 {
		return wrongUsage
	}
	if given.data == "" {
		given.data = filepath.Dir(given.config)
	}
	commands := map[string]func(arguments) (int, error){
		"run":          runInConsole,
		"service":      runAsService,
		"check-config": checkConfig,
		"create":       createMissing,
		"status":       showStatus,
		"reload":       reload,
		"install":      install,
		"uninstall":    uninstall,
		"version":      showVersion,
	}
	command, known := commands[words[0]]
	if !known {
		fmt.Fprintf(os.Stderr, "shmbridge: no command is called '%s'\n\n%s", words[0], usage)
		return wrongUsage
	}
	code, err := command(given)
	if err != nil {
		fmt.Fprintf(os.Stderr, "shmbridge: %v\n", err)
	}
	return code
}

func hostOf(given arguments) *bridge.Host {
	return &bridge.Host{
		ConfigFile: given.config, DataFolder: given.data, Channels: local.Shm{},
		Log: &bridge.Log{Path: filepath.Join(given.data, "shmbridge.log")},
	}
}

// collectLess has garbage collected less often. NATS' library makes 4 KiB of it for each message that has headers, which
// took a fifth of the throughput.
func collectLess() {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(256 << 20) // beyond which it is collected as often as it must
}

func runInConsole(given arguments) (int, error) {
	collectLess()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	bridges := hostOf(given)
	bridges.Log.Console = os.Stderr
	return codeOf(bridges.Run(ctx))
}

func runAsService(given arguments) (int, error) {
	collectLess()
	bridges := hostOf(given)
	bridges.Log.Notify = host.WriteEvent
	return codeOf(host.Serve(bridges.Run))
}

func codeOf(err error) (int, error) {
	if err != nil {
		return failed, err
	}
	return done, nil
}

func checkConfig(given arguments) (int, error) {
	found, err := config.Load(given.config)
	var problems config.Problems
	if given.json {
		errors.As(err, &problems)
		if err != nil && problems == nil {
			problems = config.Problems{err.Error()}
		}
		if problems == nil {
			problems = config.Problems{}
		}
		json.NewEncoder(os.Stdout).Encode(map[string]any{"problems": problems})
		if len(problems) > 0 {
			return failed, nil
		}
		return done, nil
	}
	if err != nil {
		fmt.Println(err)
		return failed, nil
	}
	fmt.Printf("%s: sound; site %s, %d rules\n", given.config, found.Site, len(found.Rules))
	return done, nil
}

func createMissing(given arguments) (int, error) {
	found, err := config.Load(given.config)
	if err != nil {
		return failed, err
	}
	conn, err := server.Connect(found, time.Now, func(error) {})
	if err != nil {
		return failed, err
	}
	defer conn.Close()
	js, err := conn.JetStream(nats.MaxWait(time.Duration(found.NATS.Timeout)))
	if err != nil {
		return failed, err
	}
	return codeOf(create.Missing(found, js, os.Stdout))
}

func showStatus(given arguments) (int, error) {
	status, running, err := bridge.LoadStatus(given.data)
	if err != nil {
		return failed, err
	}
	if !running {
		return notRunning, fmt.Errorf("no bridge runs with the data folder %s", given.data)
	}
	if given.json {
		out := json.NewEncoder(os.Stdout)
		out.SetIndent("", "  ")
		return codeOf(out.Encode(status))
	}
	fmt.Print(status.Table())
	return done, nil
}

func reload(given arguments) (int, error) {
	if _, running, _ := bridge.LoadStatus(given.data); !running {
		return notRunning, fmt.Errorf("no bridge runs with the data folder %s", given.data)
	}
	if err := bridge.AskReload(given.data, 20*time.Second); err != nil {
		return failed, err
	}
	fmt.Println("the configuration is in force")
	return done, nil
}

func install(given arguments) (int, error) {
	program, err := os.Executable()
	if err != nil {
		return failed, err
	}
	return codeOf(host.Install(program, given.config, given.data))
}

func uninstall(arguments) (int, error) { return codeOf(host.Uninstall()) }

func showVersion(arguments) (int, error) {
	fmt.Println("shmbridge", version)
	return done, nil
}
