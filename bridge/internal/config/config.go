// Package config reads shmbridge.json: which channels are bridged with which subjects, and how the server is reached.
package config

import "time"

// Config is what shmbridge.json says. Load has checked it.
type Config struct {
	Schema string `json:"$schema"`
	Site   string `json:"site"` // this bridge's name among all bridges
	NATS   NATS   `json:"nats"`
	Rules  []Rule `json:"rules"`
	Watch  Watch  `json:"watch"`
	Log    Log    `json:"log"`

	Folder string `json:"-"` // where the file is; paths in it are relative to that
}

// NATS says how the server is reached.
type NATS struct {
	Servers      []string `json:"servers"`
	TLS          *TLS     `json:"tls"`
	User         string   `json:"user"`
	PasswordFile string   `json:"password_file"`
	TokenFile    string   `json:"token_file"`
	NKeyFile     string   `json:"nkey_file"`
	CredsFile    string   `json:"creds_file"`
	Timeout      Duration `json:"timeout"` // of a connection, a request and an acknowledgement
	RetryAfter   Duration `json:"retry_after"`
	RetryAtMost  Duration `json:"retry_at_most"`
}

// TLS is used where it is given, or a server's address begins with tls://.
type TLS struct {
	CA   string `json:"ca"`   // PEM; empty: the authorities that Windows trusts
	Cert string `json:"cert"` // PEM, of this bridge
	Key  string `json:"key"`
}

// Direction says which way messages of a rule go.
type Direction string

const (
	Out  Direction = "out" // from the channel to NATS
	In   Direction = "in"  // from NATS to the channel
	Both Direction = "both"
)

// A Rule bridges a channel, or several that a pattern names, with a subject, a stream or a bucket. Exactly one of Topic,
// Queue and Block is given.
type Rule struct {
	Name       string    `json:"name"`
	Topic      string    `json:"topic"`
	Queue      string    `json:"queue"`
	Block      string    `json:"block"`
	Direction  Direction `json:"direction"`
	Subject    string    `json:"subject"`
	Stream     string    `json:"stream"`
	Bucket     string    `json:"bucket"`
	Key        string    `json:"key"`
	MaxMessage Size      `json:"max_message"` // larger ones are left out, and counted; 0: none may be too large
	MaxRate    int       `json:"max_rate"`    // messages a second; 0: any
	Forward    bool      `json:"forward"`     // what the bridge has written into the channel goes out again, with its origin
	Batch      bool      `json:"batch"`       // to a subject: several messages go in one of NATS', for bridges alone
	Exclusive  *bool     `json:"exclusive"`   // from a stream: the bridge is the channel's only writer; true by default
	Start      string    `json:"start"`       // from a stream, the first time: "all" (default) or "new"
	Spool      *Spool    `json:"spool"`       // out: messages are taken into a file while there is no server
}

// Spool says where messages wait for the server.
type Spool struct {
	MaxBytes Size   `json:"max_bytes"` // of the file of each channel
	Folder   string `json:"folder"`    // empty: the one of the bridge's state
}

// Watch says where figures are shown, beside shmbridge status.
type Watch struct {
	HTTP string `json:"http"` // address on the loopback for /metrics and /healthz; empty: none
}

// Log says how much is logged.
type Log struct {
	Level string `json:"level"` // error, warning, info (default) or debug
}

// Channel gives the name or the pattern of the rule's channels.
func (r *Rule) Channel() string { return r.Topic + r.Queue + r.Block }

// IsExclusive tells whether the bridge is to be the only writer of a channel that a stream feeds.
func (r *Rule) IsExclusive() bool { return r.Stream != "" && (r.Exclusive == nil || *r.Exclusive) }

func (c *Config) fillDefaults() {
	for _, each := range []struct {
		duration *Duration
		value    time.Duration
	}{
		{&c.NATS.Timeout, 5 * time.Second},
		{&c.NATS.RetryAfter, 250 * time.Millisecond},
		{&c.NATS.RetryAtMost, 15 * time.Second},
	} {
		if *each.duration == 0 {
			*each.duration = Duration(each.value)
		}
	}
	for i := range c.Rules {
		rule := &c.Rules[i]
		if rule.Name == "" {
			rule.Name = rule.Channel() + " " + string(rule.Direction)
		}
	}
}
