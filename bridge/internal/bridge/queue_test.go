package bridge

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
	"shmbridge/internal/natstest"
)

const (
	jobsOut = `{"queue": "jobs", "direction": "out", "stream": "JOBS", "subject": "jobs"}`
	jobsIn  = `{"queue": "jobs here", "direction": "in", "stream": "JOBS", "subject": "jobs"}`
)

func jobSites(t *testing.T, server *natstest.Server) (*site, *site, nats.JetStreamContext) {
	js := addStream(t, server, nats.StreamConfig{
		Name: "JOBS", Subjects: []string{"jobs"}, Retention: nats.WorkQueuePolicy,
	})
	a, b := newSite(t, "a"), newSite(t, "b")
	a.broker.Add("jobs", local.Queue, 64, false)
	b.broker.Add("jobs here", local.Queue, 64, false)
	return a, b, js
}

// takeJobs takes jobs of a queue, each of which may come once.
func takeJobs(t *testing.T, channel local.Channel, count int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	seen := map[string]bool{}
	for len(seen) < count {
		message, err := channel.Peek(ctx)
		if err != nil {
			t.Fatalf("after %d jobs: %v", len(seen), err)
		}
		if seen[string(message.Data)] {
			t.Fatalf("'%s' came twice", message.Data)
		}
		seen[string(message.Data)] = true
		channel.Release()
	}
	for i := 0; i < count; i++ {
		if !seen[fmt.Sprintf("job %d", i)] {
			t.Errorf("job %d is missing", i)
		}
	}
}

func TestAQueueReachesAnotherSitesQueue(t *testing.T) {
	server := natstest.Start(t)
	a, b, js := jobSites(t, server)
	a.start(server, jobsOut)
	b.start(server, jobsIn)
	written := write(a.open("jobs", local.Want{Kind: local.Queue, Write: true}), "job", 500)
	takeJobs(t, b.open("jobs here", local.Want{Kind: local.Queue, Read: true}), 500)
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	eventually(t, "the stream is empty", func() bool {
		info, err := js.StreamInfo("JOBS")
		return err == nil && info.State.Msgs == 0
	})
}

// A job stays in its queue until the stream has it.
func TestAJobIsTakenOnlyWhenTheStreamHasIt(t *testing.T) {
	server := natstest.Start(t)
	a, _, _ := jobSites(t, server)
	a.start(server, jobsOut)
	a.await()
	server.Kill()
	eventually(t, "the bridge notices", func() bool { return !a.bridge.Status().Connected })
	<-write(a.open("jobs", local.Want{Kind: local.Queue, Write: true}), "job", 5)
	a.stop()
	takeJobs(t, a.open("jobs", local.Want{Kind: local.Queue, Read: true}), 5)
}

func TestJobsSurviveRestarts(t *testing.T) {
	server := natstest.Start(t)
	a, b, _ := jobSites(t, server)
	a.start(server, jobsOut)
	b.start(server, jobsIn)
	written := write(a.open("jobs", local.Want{Kind: local.Queue, Write: true}), "job", 2000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := 0; i < 9; i++ {
			time.Sleep(60 * time.Millisecond)
			switch i % 3 {
			case 0:
				server.Kill()
				server.Restart()
			case 1:
				a.stop()
				a.start(server, jobsOut)
			case 2:
				b.stop()
				b.start(server, jobsIn)
			}
		}
	}()
	takeJobs(t, b.open("jobs here", local.Want{Kind: local.Queue, Read: true}), 2000)
	<-done
	if err := <-written; err != nil {
		t.Fatal(err)
	}
}

func TestTheConsumerOfJobsIsDeleted(t *testing.T) {
	server := natstest.Start(t)
	a, b, js := jobSites(t, server)
	a.start(server, jobsOut)
	b.start(server, jobsIn)
	a.await()
	b.await()
	eventually(t, "there is a consumer", func() bool { return js.DeleteConsumer("JOBS", "shmbridge-jobs") == nil })
	written := write(a.open("jobs", local.Want{Kind: local.Queue, Write: true}), "job", 100)
	takeJobs(t, b.open("jobs here", local.Want{Kind: local.Queue, Read: true}), 100)
	<-written
}
