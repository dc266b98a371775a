// Package bridge runs the links of a configuration, with one connection to the server for all of them.
package bridge

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/config"
	"shmbridge/internal/local"
	"shmbridge/internal/relay"
	"shmbridge/internal/server"
	"shmbridge/internal/state"
)

// How often patterns are looked up for channels that are new.
const lookForChannels = 5 * time.Second

// A Bridge is one configuration at work.
type Bridge struct {
	env        *relay.Env
	started    time.Time
	reconnects atomic.Uint64

	mutex     sync.Mutex
	links     []*relay.Link
	known     map[string]bool // names of links
	conn      *nats.Conn      // nil: none
	connected context.Context // ends with it
	news      chan struct{}   // closed when there is a connection, and made anew
	trouble   string          // why there is no connection
}

// New makes a bridge that does nothing yet.
func New(config *config.Config, channels local.Opener, store *state.Store, log func(level, text string)) *Bridge {
	return &Bridge{
		env: &relay.Env{
			Config: config, Local: channels, State: store, Own: relay.NewOwnWrites(bothWays(config)), Log: log,
			Now: time.Now,
		},
		started: time.Now(),
		known:   map[string]bool{},
		news:    make(chan struct{}),
	}
}

// bothWays gives the topics that the bridge both reads and writes.
func bothWays(c *config.Config) (both []string) {
	for _, in := range c.Rules {
		for _, out := range c.Rules {
			if in.Topic != "" && out.Topic != "" && in.Direction != config.Out && out.Direction != config.In &&
				config.Matches(out.Topic, in.Topic) {
				both = append(both, in.Topic)
			}
		}
	}
	return both
}

// Run works until ctx is done.
func (b *Bridge) Run(ctx context.Context) {
	var running sync.WaitGroup
	running.Add(1)
	go func() {
		defer running.Done()
		b.connect(ctx)
	}()
	pause := relay.NewPause(time.Second, lookForChannels)
	for ctx.Err() == nil {
		for _, link := range b.newLinks() {
			link := link
			running.Add(1)
			go func() {
				defer running.Done()
				link.Run(ctx, b.connection)
			}()
		}
		pause.Wait(ctx)
	}
	running.Wait()
}

// newLinks gives those that do not run yet: all of them at first, later those of channels that are new.
func (b *Bridge) newLinks() (found []*relay.Link) {
	for _, rule := range b.env.Config.Rules {
		if len(b.Links()) > 0 && !config.HasPattern(rule.Channel()) {
			continue
		}
		links, err := relay.Links(b.env, rule)
		if err != nil {
			b.env.Log("debug", fmt.Sprintf("%s: %v", rule.Name, err))
		}
		for _, link := range links {
			if !b.known[link.Name()] {
				b.known[link.Name()] = true
				found = append(found, link)
			}
		}
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.links = append(b.links, found...)
	return found
}

// Links gives all that run.
func (b *Bridge) Links() []*relay.Link {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.links
}

// connect keeps a connection, each time after a longer pause if the last one failed.
func (b *Bridge) connect(ctx context.Context) {
	settings := b.env.Config.NATS
	pause := relay.NewPause(time.Duration(settings.RetryAfter), time.Duration(settings.RetryAtMost))
	for ctx.Err() == nil {
		connected, end := context.WithCancel(ctx)
		conn, err := server.Connect(b.env.Config, b.env.Now, func(why error) {
			if why != nil && ctx.Err() == nil {
				b.env.Log("warning", fmt.Sprintf("the connection to the server has ended: %v", why))
			}
			end()
		})
		if err != nil {
			b.note(nil, nil, err.Error())
			pause.Wait(ctx)
			end()
			continue
		}
		began := time.Now()
		b.env.Log("info", "connected to "+conn.ConnectedUrl())
		b.note(conn, connected, "")
		<-connected.Done()
		conn.Close()
		b.note(nil, nil, "the connection has ended")
		b.reconnects.Add(1)
		if time.Since(began) > time.Minute {
			pause.Reset()
		}
		pause.Wait(ctx)
	}
}

func (b *Bridge) note(conn *nats.Conn, connected context.Context, trouble string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if trouble != "" && trouble != b.trouble {
		b.env.Log("warning", trouble)
	}
	b.conn, b.connected, b.trouble = conn, connected, trouble
	if conn != nil {
		close(b.news)
		b.news = make(chan struct{})
	}
}

// connection is the relay's Connections.
func (b *Bridge) connection(ctx context.Context, waits func()) (*nats.Conn, context.Context, error) {
	for {
		b.mutex.Lock()
		conn, connected, news := b.conn, b.connected, b.news
		b.mutex.Unlock()
		if conn != nil && connected.Err() == nil {
			return conn, connected, nil
		}
		waits()
		select {
		case <-news:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}
