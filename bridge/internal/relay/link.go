// Package relay carries messages between a channel and NATS: a file for each of the ways.
//
// A link is one rule with one channel. It is open at the channel as long as the bridge runs, so that a waiting topic or a
// queue keeps what can't be sent, and has a session for each connection to the server. A session begins with what the
// last one is known to have done; so the end of the connection, of the server or of the bridge needs no case of its own.
package relay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/config"
	"shmbridge/internal/local"
	"shmbridge/internal/state"
)

// An Env is what the links of a bridge share.
type Env struct {
	Config *config.Config
	Local  local.Opener
	State  *state.Store
	Own    *OwnWrites
	Log    func(level, text string)
	Now    func() time.Time // this machine's clock, which may jump
}

func (e *Env) timeout() time.Duration { return time.Duration(e.Config.NATS.Timeout) }

// A Link is one rule with one channel.
type Link struct {
	Rule     config.Rule
	Channel  string
	Subject  string // or the key in a bucket
	Counters *Counters
	env      *Env
	way      way
	trouble  string // what it has told last; empty: it ran since
}

// A way is how messages go. Open and close are about the channel alone.
type way interface {
	open() error
	session(ctx context.Context, conn *nats.Conn) error
	close()
}

// Links gives the links of a rule: one, or for a pattern one for each channel that there is. A rule of both directions
// has two, except of a block.
func Links(env *Env, rule config.Rule) ([]*Link, error) {
	channels := []string{rule.Channel()}
	if config.HasPattern(rule.Channel()) {
		list, err := env.Local.List()
		if err != nil {
			return nil, err
		}
		channels = nil
		for _, each := range list {
			if each.Kind == kindOf(&rule) && config.Matches(rule.Channel(), each.Name) {
				channels = append(channels, each.Name)
			}
		}
	}
	var links []*Link
	for _, channel := range channels {
		for _, direction := range directionsOf(rule) {
			links = append(links, newLink(env, rule, channel, direction))
		}
	}
	return links, nil
}

func directionsOf(rule config.Rule) []config.Direction {
	if rule.Direction == config.Both && rule.Block == "" {
		return []config.Direction{config.In, config.Out}
	}
	return []config.Direction{rule.Direction}
}

func newLink(env *Env, rule config.Rule, channel string, direction config.Direction) *Link {
	rule.Direction = direction
	template := rule.Subject
	if rule.Block != "" {
		template = rule.Key
	}
	link := &Link{
		Rule: rule, Channel: channel, Subject: env.Config.Expand(template, channel), Counters: &Counters{}, env: env,
	}
	link.Counters.Set("starting")
	out, isQueue := direction == config.Out, rule.Queue != ""
	switch {
	case rule.Block != "":
		link.way = &bucketWay{Link: link}
	case rule.Spool != nil:
		link.way = newSpoolOut(link)
	case rule.Stream == "" && out:
		link.way = &subjectOut{source: source{Link: link}, batcher: newBatcher()}
	case rule.Stream == "":
		link.way = &subjectIn{Link: link, batches: batches{map[string]progress{}}}
	case isQueue && out:
		link.way = &queueOut{Link: link}
	case isQueue:
		link.way = &queueIn{sink: sink{Link: link}}
	case out:
		link.way = &streamOut{source: source{Link: link}}
	default:
		link.way = &streamIn{sink: sink{Link: link}}
	}
	return link
}

// Name tells rule, channel and direction.
func (l *Link) Name() string {
	return fmt.Sprintf("%s: %s '%s' %s", l.Rule.Name, kindOf(&l.Rule), l.Channel, l.Rule.Direction)
}

// runs is called by a session that has found everything that it needs.
func (l *Link) runs() {
	l.trouble = ""
	l.Counters.Set(Running)
}

func (l *Link) log(level, format string, values ...any) {
	l.env.Log(level, l.Name()+": "+fmt.Sprintf(format, values...))
}

// record opens what this link keeps on the disk.
func (l *Link) record() (*state.Record, error) { return l.env.State.Record(l.recordName()) }

func (l *Link) recordName() string {
	return fmt.Sprintf("%s|%s|%s|%s|%s%s", kindOf(&l.Rule), l.Channel, l.Rule.Direction, l.Subject, l.Rule.Stream, l.Rule.Bucket)
}

// openChannel opens the link's channel, and closes it again if it fails the check.
func (l *Link) openChannel(want local.Want) (local.Channel, error) {
	want.Kind = kindOf(&l.Rule)
	return l.env.Local.Open(l.Channel, want)
}

// A localFailure is of the channel, which is to be opened anew.
type localFailure struct{ error }

func (f localFailure) Unwrap() error { return f.error }

func localError(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return localFailure{err}
}

// Connections gives the present connection to the server, with a context that ends with it. If there is none it says so,
// and waits for one until ctx is done.
type Connections func(ctx context.Context, waits func()) (*nats.Conn, context.Context, error)

// Run keeps the link at work until ctx is done.
func (l *Link) Run(ctx context.Context, connections Connections) {
	pause := l.newPause()
	isOpen := false
	defer func() {
		if isOpen {
			l.way.close()
		}
		l.Counters.Set("stopped")
	}()
	for ctx.Err() == nil {
		var err error
		if !isOpen {
			if err = l.way.open(); err != nil {
				l.fail(ctx, pause, err)
				continue
			}
			isOpen = true
		}
		conn, connected, err := connections(ctx, func() { l.Counters.Set(waitsForServer) })
		if err != nil {
			return
		}
		began := time.Now()
		err = l.way.session(connected, conn)
		if errors.As(err, &localFailure{}) {
			l.way.close()
			isOpen = false
		}
		if connected.Err() != nil && ctx.Err() == nil && !errors.As(err, &localFailure{}) {
			continue // the connection says itself why it ended
		}
		if time.Since(began) > time.Minute {
			pause.Reset()
		}
		l.fail(ctx, pause, err)
	}
}

func (l *Link) newPause() *Pause {
	return NewPause(time.Duration(l.env.Config.NATS.RetryAfter), time.Duration(l.env.Config.NATS.RetryAtMost))
}

func (l *Link) fail(ctx context.Context, pause *Pause, err error) {
	if ctx.Err() != nil || err == nil {
		return
	}
	l.Counters.Retries.Add(1)
	if l.trouble != err.Error() {
		l.log("warning", "%v", err)
	}
	l.trouble = err.Error()
	l.Counters.Set(l.trouble)
	pause.Wait(ctx)
}

func kindOf(rule *config.Rule) local.Kind {
	switch {
	case rule.Topic != "":
		return local.Topic
	case rule.Queue != "":
		return local.Queue
	}
	return local.Block
}
