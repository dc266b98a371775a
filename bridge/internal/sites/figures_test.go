package sites

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"shmbridge/internal/natstest"
)

// Not tests but measurements, for docs/bridge.md, which tests/bench/bridge.sh runs: a service, two bridges and a server
// on one machine, in one prefix. flow checks each message.
func TestFigures(t *testing.T) {
	wanted := os.Getenv("SHM_BRIDGE_FIGURES")
	if wanted == "" {
		t.Skip("measures: see tests/bench/bridge.sh")
	}
	for _, name := range strings.Split(wanted, ",") {
		switch name {
		case "subject", "subject-tls":
			t.Run(name, func(t *testing.T) { measurePath(t, name, `"subject": "bench.subject"`, "") })
		case "batch", "batch-tls":
			t.Run(name, func(t *testing.T) { measurePath(t, name, `"subject": "bench.subject"`, `, "batch": true`) })
		case "stream", "stream-tls":
			t.Run(name, func(t *testing.T) { measurePath(t, name, `"stream": "BENCH", "subject": "bench.stream"`, "") })
		case "readers":
			t.Run(name, measureReaders)
		default:
			t.Errorf("nothing is called '%s'", name)
		}
	}
}

const rounds = 3

// A bench is a prefix with a service and a bridge for each way.
type bench struct {
	*site
	server  *natstest.Server
	bridges map[string]*program
}

func newBench(t *testing.T, withTLS bool, channels string, rules map[string]string) *bench {
	b := &bench{site: sites(t)[0], bridges: map[string]*program{}}
	address, security := "nats", ""
	if withTLS {
		b.server = natstest.Start(t, natstest.Certificates(t, b.folder, "plant"))
		address, security = "tls", fmt.Sprintf(`, "tls": {"ca": %q}`, "../plant-ca.pem")
	} else {
		b.server = natstest.Start(t)
	}
	b.write("shmbroker.json", `{"channels": [`+channels+`]}`)
	b.startService()
	for name, rule := range rules {
		os.Mkdir(filepath.Join(b.folder, name), 0o700)
		file := filepath.Join(name, "shmbridge.json")
		b.write(file, fmt.Sprintf(`{"site": %q, "nats": {"servers": ["%s://127.0.0.1:%d"]%s}, "rules": [%s]}`, name, address,
			b.server.Port, security, rule))
		b.expectDone(b.run("shmbridge.exe", "create", "--config", file))
		bridge := b.run("shmbridge.exe", "run", "--config", file)
		b.bridges[name] = bridge
		t.Cleanup(bridge.kill)
		b.awaitBridgeOf(file, bridge)
	}
	return b
}

// cpu gives the processor time in microseconds of everything that takes part but flow.
func (b *bench) cpu() map[string]float64 {
	all := map[string]float64{"nats-server": cpuOf(b.server.PID()), "wineserver": cpuOf(b.wineserver())}
	for name, bridge := range b.bridges {
		all["bridge "+name] = cpuOf(bridge.command.Process.Pid)
	}
	return all
}

func cpuOf(pid int) float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseFloat(fields[11], 64)
	system, _ := strconv.ParseFloat(fields[12], 64)
	return (user + system) * 1e4 // of 100 a second
}

func (b *bench) wineserver() int {
	processes, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, file := range processes {
		name, _ := os.ReadFile(file)
		environment, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "environ"))
		if strings.HasPrefix(string(name), "wineserver") && strings.Contains(string(environment)+"\x00", "WINEPREFIX="+b.prefix+"\x00") {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			return pid
		}
	}
	return 0
}

// figures are what flow says: a name and a number a line.
type figures map[string]float64

// flow runs it, and adds its processor time.
func (b *bench) flow(words ...string) figures {
	b.t.Helper()
	p := b.run("flow.exe", words...)
	b.expectDone(p)
	said := figures{}
	for _, line := range strings.Split(p.text(), "\n") {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if number, err := strconv.ParseFloat(value, 64); err == nil {
			said[name] = number
		}
	}
	said["cpu"] = endedTime(p)
	return said
}

func median(values []float64) float64 {
	sort.Float64s(values)
	return values[len(values)/2]
}

// measurePath: more is for the rule that goes out.
func measurePath(t *testing.T, name, way, more string) {
	const channel = `{"name": %q, "kind": "topic", "when_full": "wait", "capacity": "8 MiB", "max_message": "64 KiB"}`
	b := newBench(t, strings.HasSuffix(name, "-tls"), fmt.Sprintf(channel+", "+channel+", "+channel, "out", "in", "local"), map[string]string{
		"out": `{"topic": "out", "direction": "out", ` + way + more + `}`,
		"in":  `{"topic": "in", "direction": "in", ` + way + `}`,
	})
	for _, each := range []struct{ size, window string }{{"64", "16384"}, {"1024", "4096"}, {"65536", "64"}} {
		b.flow("rate", "out", "in", each.size, "1", each.window) // a warm-up
		var rates []float64
		spent, messages := map[string]float64{}, 0.0
		for i := 0; i < rounds; i++ {
			before := b.cpu()
			said := b.flow("rate", "out", "in", each.size, "3", each.window)
			for name, now := range b.cpu() {
				spent[name] += now - before[name]
			}
			spent["flow"] += said["cpu"]
			messages += said["messages"]
			rates = append(rates, said["rate"])
		}
		local, bridged := b.flow("latency", "local", "local", each.size, "300"), b.flow("latency", "out", "in", each.size, "300")
		var parts []string
		for name, microseconds := range spent {
			parts = append(parts, fmt.Sprintf("%s %.1f", name, microseconds/messages))
		}
		sort.Strings(parts)
		middle := median(rates)
		fmt.Printf("%s bytes: %.0f messages a second (%.0f to %.0f); processor time of each in µs: %s;"+
			" latency in µs: local %.0f, bridged %.0f (99 %%: %.0f)\n", each.size, middle, rates[0], rates[len(rates)-1],
			strings.Join(parts, ", "), local["median"], bridged["median"], bridged["p99"])
	}
}

// measureReaders compares a topic that no rule names with one that goes out, at a rate that a machine has time for.
func measureReaders(t *testing.T) {
	const channel = `{"name": %q, "kind": "topic", "when_full": "wait", "capacity": "8 MiB", "max_message": "64 KiB"}`
	b := newBench(t, false, fmt.Sprintf(channel+", "+channel, "plain", "bridged"), map[string]string{
		"out": `{"topic": "bridged", "direction": "out", "subject": "bench.subject"}`,
	})
	const pairs, seconds, perSecond = 9, 2, 10_000
	spent := map[string]map[string][]float64{"writer": {}, "reader": {}}
	for i := 0; i < pairs; i++ {
		for _, name := range []string{"plain", "bridged"} {
			reader := b.run("flow.exe", "follow", name, "64", fmt.Sprint(perSecond*seconds))
			b.await("the reader is ready", reader, "ready")
			began := cpuOf(reader.command.Process.Pid)
			writer := b.run("flow.exe", "pace", name, "64", fmt.Sprint(perSecond), fmt.Sprint(seconds))
			b.expectDone(writer)
			b.expectDone(reader)
			const each = perSecond * seconds
			spent["writer"][name] = append(spent["writer"][name], endedTime(writer)/each)
			spent["reader"][name] = append(spent["reader"][name], (endedTime(reader)-began)/each)
		}
	}
	for _, who := range []string{"reader", "writer"} {
		for _, name := range []string{"plain", "bridged"} {
			values := spent[who][name]
			middle := median(values)
			fmt.Printf("%s, %s: processor time for each of 10000 messages a second, in µs: %.2f (%.2f to %.2f)\n", who, name, middle,
				values[0], values[pairs-1])
		}
	}
}

// endedTime is the processor time of a program that has ended, in microseconds.
func endedTime(p *program) float64 {
	state := p.command.ProcessState
	return float64((state.UserTime() + state.SystemTime()).Microseconds())
}
