package config

import (
	"fmt"
	"net"
	"regexp"
	"strings"
)

// A finding is what is wrong with the value at a JSON pointer.
type finding struct {
	pointer string
	text    string
}

func (f finding) at(text []byte, places map[string]int64) string {
	pointer := f.pointer
	for {
		if offset, found := places[pointer]; found {
			return fmt.Sprintf("%s: %s: %s", place(text, offset), f.pointer, f.text)
		}
		if pointer == "" {
			return f.pointer + ": " + f.text
		}
		pointer = pointer[:strings.LastIndexByte(pointer, '/')]
	}
}

type findings []finding

func (f *findings) add(pointer, format string, values ...any) {
	*f = append(*f, finding{pointer, fmt.Sprintf(format, values...)})
}

// How large the file of a spool may be.
const (
	leastSpool = 64 << 10
	mostSpool  = 1 << 40
)

var (
	siteRule   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)
	streamRule = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	keyRule    = regexp.MustCompile(`^[-/_=.a-zA-Z0-9]+$`)
)

func (c *Config) check() (found findings) {
	if !siteRule.MatchString(c.Site) {
		found.add("/site", "a site has 1 to 32 letters, digits, '-' and '_'; each bridge has another one")
	}
	c.NATS.check(&found)
	names := map[string]bool{}
	for i := range c.Rules {
		rule, pointer := &c.Rules[i], fmt.Sprintf("/rules/%d", i)
		rule.check(pointer, &found)
		if names[rule.Name] {
			found.add(pointer, "another rule is called '%s', too; give one a \"name\"", rule.Name)
		}
		names[rule.Name] = true
	}
	c.checkLoops(&found)
	if c.Watch.HTTP != "" {
		host, _, err := net.SplitHostPort(c.Watch.HTTP)
		if err != nil || !net.ParseIP(host).IsLoopback() {
			found.add("/watch/http", "'%s' is not on the loopback; write 127.0.0.1:PORT", c.Watch.HTTP)
		}
	}
	switch c.Log.Level {
	case "", "error", "warning", "info", "debug":
	default:
		found.add("/log/level", "'%s' is none of error, warning, info, debug", c.Log.Level)
	}
	return found
}

func (n *NATS) check(found *findings) {
	if len(n.Servers) == 0 {
		found.add("/nats/servers", "no server is named; write [\"nats://127.0.0.1:4222\"]")
	}
	for i, server := range n.Servers {
		if !strings.HasPrefix(server, "nats://") && !strings.HasPrefix(server, "tls://") || strings.Contains(server, "@") {
			found.add(fmt.Sprintf("/nats/servers/%d", i),
				"a server is nats://HOST:PORT or tls://HOST:PORT; credentials are in files of their own")
		}
	}
	ways := 0
	for _, way := range []string{n.User, n.TokenFile, n.NKeyFile, n.CredsFile} {
		if way != "" {
			ways++
		}
	}
	if ways > 1 {
		found.add("/nats", "of user, token_file, nkey_file and creds_file just one can be given")
	}
	if (n.User == "") != (n.PasswordFile == "") {
		found.add("/nats/user", "user and password_file go together")
	}
	if n.TLS != nil && (n.TLS.Cert == "") != (n.TLS.Key == "") {
		found.add("/nats/tls", "cert and key go together")
	}
	if n.RetryAtMost < n.RetryAfter {
		found.add("/nats/retry_at_most", "is less than retry_after")
	}
}

func (r *Rule) check(pointer string, found *findings) {
	locals := 0
	for _, name := range []string{r.Topic, r.Queue, r.Block} {
		if name != "" {
			locals++
		}
	}
	if locals != 1 {
		found.add(pointer, "a rule has a topic, a queue or a block, and one of them alone")
		return
	}
	switch r.Direction {
	case Out, In, Both:
	default:
		found.add(pointer+"/direction", "is \"out\" (from the channel to NATS), \"in\" or \"both\"")
		return
	}
	switch {
	case r.Block != "":
		r.checkBlock(pointer, found)
	case r.Queue != "" && r.Stream == "":
		found.add(pointer, "a queue goes with a \"stream\": without, a message taken from it could get lost")
	default:
		r.checkMessages(pointer, found)
	}
	if r.Start != "" && (r.Start != "all" && r.Start != "new" || r.Stream == "" || r.Direction != In) {
		found.add(pointer+"/start", "is \"all\" or \"new\", for a rule from a stream")
	}
	if r.MaxRate < 0 {
		found.add(pointer+"/max_rate", "is negative")
	}
	if r.Spool == nil {
		return
	}
	if r.Block != "" || r.Direction != Out || r.Forward {
		found.add(pointer+"/spool", "is for a topic or a queue that goes \"out\", and not for one with \"forward\"")
	}
	if r.Spool.MaxBytes < leastSpool || r.Spool.MaxBytes > mostSpool {
		found.add(pointer+"/spool/max_bytes", "is %d to %d bytes", leastSpool, int64(mostSpool))
	}
}

func (r *Rule) checkBlock(pointer string, found *findings) {
	if !streamRule.MatchString(r.Bucket) {
		found.add(pointer+"/bucket", "a block goes with a \"bucket\", of letters, digits, '-' and '_', and a \"key\"")
	}
	key := strings.NewReplacer("{site}", "x", "{channel}", "x").Replace(r.Key)
	if !keyRule.MatchString(key) || strings.HasPrefix(key, ".") || strings.HasSuffix(key, ".") {
		found.add(pointer+"/key", "a key has letters, digits, '-', '_', '/', '=' and '.', such as \"{site}.{channel}\"")
	}
	if r.Subject != "" || r.Stream != "" || r.Forward || r.Batch {
		found.add(pointer, "subject, stream, forward and batch are not for a block")
	}
	if HasPattern(r.Block) && !strings.Contains(r.Key, "{channel}") {
		found.add(pointer+"/key", "'%s' may be several blocks: the key needs {channel}", r.Block)
	}
}

func (r *Rule) checkMessages(pointer string, found *findings) {
	if r.Bucket != "" || r.Key != "" {
		found.add(pointer, "bucket and key are for a block")
	}
	if text := subjectProblem(r.Subject, r.Direction); text != "" {
		found.add(pointer+"/subject", "%s", text)
	}
	if r.Stream != "" && !streamRule.MatchString(r.Stream) {
		found.add(pointer+"/stream", "a stream's name has letters, digits, '-' and '_'")
	}
	if r.Stream != "" && r.Direction == Both {
		found.add(pointer+"/direction", "with a stream each direction has a channel and a rule of its own")
	}
	if r.Forward && (r.Stream != "" || r.Direction == In) {
		found.add(pointer+"/forward", "is for a topic that goes out to a subject without a stream")
	}
	if r.Batch && (r.Stream != "" || r.Direction == In || r.Forward || r.Spool != nil) {
		found.add(pointer+"/batch", "is for a topic that goes out to a subject, without stream, forward and spool")
	}
	if HasPattern(r.Channel()) {
		if r.Direction != Out {
			found.add(pointer, "a pattern such as '%s' is for direction \"out\"", r.Channel())
		} else if !strings.Contains(r.Subject, "{channel}") {
			found.add(pointer+"/subject", "'%s' may be several channels: the subject needs {channel}", r.Channel())
		}
	}
}

// checkLoops finds channels that a stream's rule and another one have both ways: a bridge that starts again could not
// tell what it has written there itself.
func (c *Config) checkLoops(found *findings) {
	for i := range c.Rules {
		for j := range c.Rules {
			out, in := &c.Rules[i], &c.Rules[j]
			if i == j || out.Block != "" || out.Direction == In || in.Direction == Out || out.Stream == "" && in.Stream == "" {
				continue
			}
			if (out.Topic == "") == (in.Topic == "") && Matches(out.Channel(), in.Channel()) {
				found.add(fmt.Sprintf("/rules/%d", i), "rule '%s' writes '%s', which this one reads: with a stream that would be a loop",
					in.Name, in.Channel())
			}
		}
	}
}

func subjectProblem(subject string, direction Direction) string {
	plain := strings.NewReplacer("{site}", "x", "{channel}", "x").Replace(subject)
	if plain == "" {
		return "is missing"
	}
	for _, token := range strings.Split(plain, ".") {
		wild := token == "*" || token == ">"
		switch {
		case token == "" || strings.ContainsAny(token, " \t\r\n{}") || !wild && strings.ContainsAny(token, "*>"):
			return fmt.Sprintf("'%s' is no subject; {site} and {channel} stand for names", subject)
		case wild && direction != In:
			return "a subject with * or > is for direction \"in\""
		}
	}
	if strings.HasPrefix(plain, "$") {
		return "what begins with $ is the server's own"
	}
	return ""
}
