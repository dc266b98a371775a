package bridge

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"shmbridge/internal/relay"
)

// Status is what a bridge is doing, as shmbridge status --json shows it.
type Status struct {
	Site       string       `json:"site"`
	PID        int          `json:"pid"`
	Time       time.Time    `json:"time"`
	Started    time.Time    `json:"started"`
	Connected  bool         `json:"connected"`
	Server     string       `json:"server"`
	Trouble    string       `json:"trouble"`
	Reconnects uint64       `json:"reconnects"`
	Reload     ReloadStatus `json:"reload"`
	Rules      []LinkStatus `json:"rules"`
}

// ReloadStatus is the outcome of the last reload.
type ReloadStatus struct {
	Request string `json:"request"`
	Error   string `json:"error"`
}

// LinkStatus is one rule with one channel.
type LinkStatus struct {
	Rule      string    `json:"rule"`
	Channel   string    `json:"channel"`
	Direction string    `json:"direction"`
	Subject   string    `json:"subject"`
	Stream    string    `json:"stream,omitempty"`
	Bucket    string    `json:"bucket,omitempty"`
	Condition string    `json:"condition"`
	Since     time.Time `json:"since"`
	In        uint64    `json:"in"`
	Out       uint64    `json:"out"`
	Bytes     uint64    `json:"bytes"`
	Lost      uint64    `json:"lost"`
	Dropped   uint64    `json:"dropped"`
	Lag       uint64    `json:"lag"`
	Spooled   uint64    `json:"spooled"`
	Retries   uint64    `json:"retries"`
}

// Status tells what the bridge is doing now.
func (b *Bridge) Status() Status {
	status := Status{
		Site: b.env.Config.Site, PID: os.Getpid(), Time: time.Now(), Started: b.started, Reconnects: b.reconnects.Load(),
	}
	b.mutex.Lock()
	status.Trouble = b.trouble
	if b.conn != nil {
		status.Connected, status.Server = true, b.conn.ConnectedUrl()
	}
	b.mutex.Unlock()
	for _, link := range b.Links() {
		status.Rules = append(status.Rules, statusOf(link))
	}
	return status
}

func statusOf(link *relay.Link) LinkStatus {
	condition, since := link.Counters.Condition()
	return LinkStatus{
		Rule: link.Rule.Name, Channel: link.Channel, Direction: string(link.Rule.Direction), Subject: link.Subject,
		Stream: link.Rule.Stream, Bucket: link.Rule.Bucket, Condition: condition, Since: since,
		In: link.Counters.In.Load(), Out: link.Counters.Out.Load(), Bytes: link.Counters.Bytes.Load(),
		Lost: link.Counters.Lost.Load(), Dropped: link.Counters.Dropped.Load(), Lag: link.Counters.Lag.Load(),
		Spooled: link.Counters.Spooled.Load(), Retries: link.Counters.Retries.Load(),
	}
}

// Healthy tells whether everything runs, or what does not.
func (s *Status) Healthy() (bool, string) {
	if !s.Connected {
		return false, "not connected: " + s.Trouble
	}
	for _, rule := range s.Rules {
		if rule.Condition != relay.Running {
			return false, fmt.Sprintf("%s, '%s': %s", rule.Rule, rule.Channel, rule.Condition)
		}
	}
	return true, "running"
}

// Line is the status in one line.
func (s *Status) Line() string {
	var in, out, lost uint64
	for _, rule := range s.Rules {
		in, out, lost = in+rule.In, out+rule.Out, lost+rule.Lost
	}
	_, condition := s.Healthy()
	return fmt.Sprintf("site %s: %s; %d in, %d out, %d lost, %d reconnects", s.Site, condition, in, out, lost, s.Reconnects)
}

// Table is the status for people.
func (s *Status) Table() string {
	var text strings.Builder
	fmt.Fprintln(&text, s.Line())
	format := "%-24s %-9s %-32s %10s %10s %8s %8s %8s %8s  %s\n"
	fmt.Fprintf(&text, format, "CHANNEL", "DIRECTION", "NATS", "IN", "OUT", "LOST", "DROPPED", "LAG", "SPOOLED", "CONDITION")
	for _, r := range s.Rules {
		where := r.Subject
		if r.Stream+r.Bucket != "" {
			where = r.Stream + r.Bucket + ": " + r.Subject
		}
		fmt.Fprintf(&text, format, r.Channel, r.Direction, where, number(r.In), number(r.Out), number(r.Lost),
			number(r.Dropped), number(r.Lag), number(r.Spooled), r.Condition)
	}
	return text.String()
}

func number(n uint64) string { return fmt.Sprint(n) }

// statusFile is where a bridge says once a second how it is.
func statusFile(folder string) string { return filepath.Join(folder, "status.json") }

// SaveStatus brings it to the data folder.
func SaveStatus(folder string, status Status) error {
	content, err := json.MarshalIndent(status, "", "  ")
	if err != nil {
		return err
	}
	file := statusFile(folder)
	if err := os.WriteFile(file+".new", content, 0o644); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// stale is the age beyond which nobody writes it any more.
const stale = 10 * time.Second

// LoadStatus gives the status of the bridge that runs with a data folder. running: whether one does.
func LoadStatus(folder string) (status Status, running bool, err error) {
	content, err := os.ReadFile(statusFile(folder))
	if os.IsNotExist(err) {
		return status, false, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &status)
	}
	age := time.Since(status.Time)
	return status, err == nil && age < stale && age > -stale, err
}

// Metrics is the status as Prometheus reads it.
func (s *Status) Metrics() string {
	var text strings.Builder
	gauge := func(name, help string, value uint64) {
		fmt.Fprintf(&text, "# HELP %s %s\n# TYPE %s gauge\n%s %d\n", name, help, name, name, value)
	}
	connected := uint64(0)
	if s.Connected {
		connected = 1
	}
	gauge("shmbridge_connected", "1: there is a connection to the server", connected)
	gauge("shmbridge_reconnects", "connections that ended", s.Reconnects)
	for _, each := range []struct {
		name, kind, help string
		value            func(*LinkStatus) uint64
	}{
		{"in_messages_total", "counter", "messages taken", func(l *LinkStatus) uint64 { return l.In }},
		{"out_messages_total", "counter", "messages handed over", func(l *LinkStatus) uint64 { return l.Out }},
		{"out_bytes_total", "counter", "their bytes", func(l *LinkStatus) uint64 { return l.Bytes }},
		{"lost_messages_total", "counter", "messages lost", func(l *LinkStatus) uint64 { return l.Lost }},
		{"dropped_messages_total", "counter", "echoes and repetitions", func(l *LinkStatus) uint64 { return l.Dropped }},
		{"lag_messages", "gauge", "messages that wait", func(l *LinkStatus) uint64 { return l.Lag }},
		{"spooled_messages", "gauge", "messages that wait in the spool", func(l *LinkStatus) uint64 { return l.Spooled }},
		{"retries_total", "counter", "sessions that ended with an error", func(l *LinkStatus) uint64 { return l.Retries }},
	} {
		name := "shmbridge_" + each.name
		fmt.Fprintf(&text, "# HELP %s %s\n# TYPE %s %s\n", name, each.help, name, each.kind)
		for i := range s.Rules {
			rule := &s.Rules[i]
			fmt.Fprintf(&text, "%s{rule=%q,channel=%q,direction=%q} %d\n", name, rule.Rule, rule.Channel, rule.Direction,
				each.value(rule))
		}
	}
	return text.String()
}
