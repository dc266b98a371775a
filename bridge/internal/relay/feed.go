package relay

import (
	"context"
	"os"
	"path/filepath"

	"shmbridge/internal/local"
	"shmbridge/internal/spool"
)

// spoolFolder gives the folder for spools, and makes it where it is named and there is none.
func spoolFolder(env *Env, named string) (string, error) {
	if named == "" {
		return env.State.Folder(), nil
	}
	if !filepath.IsAbs(named) {
		named = filepath.Join(env.Config.Folder, named)
	}
	return named, os.MkdirAll(named, 0o700)
}

// topicFeed takes a topic's messages: those behind the last one that is, or was, in the spool.
type topicFeed struct{ source }

func (f *topicFeed) info() local.Info { return f.channel.Info() }
func (f *topicFeed) taken() error     { return f.saved.Save(f.at) }

func (f *topicFeed) take(ctx context.Context, spooled *spool.Spool) ([]spool.Entry, error) {
	f.goBehind(spooled.Last())
	messages, err := f.read(ctx)
	if err != nil {
		return nil, err
	}
	entries := make([]spool.Entry, 0, len(messages))
	for _, message := range messages {
		if _, own := f.env.Own.take(f.Channel, message.Sequence, message.Data); own {
			f.Counters.Dropped.Add(1)
			continue
		}
		if f.allowed(message.Data) {
			entries = append(entries, spool.Entry{
				Position: spool.Position{Instance: f.at.Instance, Sequence: message.Sequence}, Time: message.Time, Data: message.Data,
			})
		}
	}
	return entries, nil
}

// goBehind is for a bridge that was killed before it noted what it had brought to the spool.
func (f *topicFeed) goBehind(last spool.Position) {
	if last.Instance == f.at.Instance && last.Sequence > f.at.Sequence && !f.env.Own.covers(f.Channel) {
		f.at, f.known = position(last), true
	}
}

// queueFeed takes a queue's messages one by one. One that comes again is not spooled again, if it is still there.
type queueFeed struct{ queueOut }

func (f *queueFeed) info() local.Info { return f.channel.Info() }
func (f *queueFeed) taken() error     { return f.done() }

func (f *queueFeed) take(ctx context.Context, spooled *spool.Spool) ([]spool.Entry, error) {
	if err := f.queueOut.take(ctx); err != nil {
		return nil, err
	}
	if !f.allowed(f.held.Data) {
		return nil, nil
	}
	id := f.noted[len(f.noted)-1].ID
	if f.held.Redelivered {
		if has, err := spooled.Has(id); has || err != nil {
			return nil, err
		}
	}
	return []spool.Entry{{Position: spool.Position{Instance: f.channel.Info().Instance}, ID: id, Data: f.held.Data}}, nil
}
