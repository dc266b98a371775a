// Package create makes the streams and buckets that rules name, where the server has none of that name.
package create

import (
	"errors"
	"fmt"
	"io"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/config"
)

// Missing makes what is missing, and says what it made and what was there. What is there stays as it is.
func Missing(c *config.Config, js nats.JetStreamContext, say io.Writer) error {
	for _, stream := range streams(c) {
		_, err := js.StreamInfo(stream.Name)
		if err == nil {
			fmt.Fprintf(say, "stream '%s' is there\n", stream.Name)
			continue
		}
		if errors.Is(err, nats.ErrStreamNotFound) {
			_, err = js.AddStream(stream)
		}
		if err != nil {
			return fmt.Errorf("stream '%s': %w", stream.Name, err)
		}
		fmt.Fprintf(say, "stream '%s' made, of %v\n", stream.Name, stream.Subjects)
	}
	made := map[string]bool{}
	for _, rule := range c.Rules {
		if rule.Bucket == "" || made[rule.Bucket] {
			continue
		}
		made[rule.Bucket] = true
		_, err := js.KeyValue(rule.Bucket)
		if err == nil {
			fmt.Fprintf(say, "bucket '%s' is there\n", rule.Bucket)
			continue
		}
		if errors.Is(err, nats.ErrBucketNotFound) {
			_, err = js.CreateKeyValue(&nats.KeyValueConfig{Bucket: rule.Bucket})
		}
		if err != nil {
			return fmt.Errorf("bucket '%s': %w", rule.Bucket, err)
		}
		fmt.Fprintf(say, "bucket '%s' made\n", rule.Bucket)
	}
	return nil
}

// streams gives each stream once, with the subjects of all rules that name it. One that feeds queues, or is fed by them,
// gives each message to one bridge.
func streams(c *config.Config) (all []*nats.StreamConfig) {
	known := map[string]*nats.StreamConfig{}
	for _, rule := range c.Rules {
		if rule.Stream == "" {
			continue
		}
		stream := known[rule.Stream]
		if stream == nil {
			stream = &nats.StreamConfig{Name: rule.Stream}
			known[rule.Stream] = stream
			all = append(all, stream)
		}
		if rule.Queue != "" {
			stream.Retention = nats.WorkQueuePolicy
		}
		stream.Subjects = add(stream.Subjects, subjectOf(c, rule))
	}
	return all
}

// subjectOf gives what a rule's messages have for a subject: of a pattern, that of all channels.
func subjectOf(c *config.Config, rule config.Rule) string {
	if config.HasPattern(rule.Channel()) {
		return c.ExpandAll(rule.Subject)
	}
	return c.Expand(rule.Subject, rule.Channel())
}

func add(list []string, subject string) []string {
	for _, each := range list {
		if each == subject {
			return list
		}
	}
	return append(list, subject)
}
