package bridge

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"shmbridge/internal/config"
	"shmbridge/internal/local"
	"shmbridge/internal/state"
)

// A Host runs a bridge by a file, and another one when it is to be read again.
type Host struct {
	ConfigFile string
	DataFolder string
	Channels   local.Opener
	Log        *Log

	mutex  sync.Mutex
	bridge *Bridge
	reload ReloadStatus
	web    *http.Server
}

// Run works until ctx is done. It fails at once where the configuration is not sound, or another bridge has the folder.
func (h *Host) Run(ctx context.Context) error {
	config, err := config.Load(h.ConfigFile)
	if err != nil {
		return err
	}
	h.Log.SetLevel(config.Log.Level)
	if err := os.MkdirAll(h.DataFolder, 0o755); err != nil {
		return err
	}
	unlock, err := lockFolder(h.DataFolder)
	if err != nil {
		return err
	}
	defer unlock()
	defer os.Remove(statusFile(h.DataFolder)) // shmbridge status is to say at once that no bridge runs
	store, err := state.Open(filepath.Join(h.DataFolder, "state"))
	if err != nil {
		return err
	}
	os.Remove(reloadFile(h.DataFolder))
	h.Log.Info("started: site %s, %d rules, %s", config.Site, len(config.Rules), h.ConfigFile)
	for config != nil && ctx.Err() == nil {
		if err := h.serve(config.Watch.HTTP); err != nil {
			return err
		}
		config = h.runOne(ctx, config, store)
		h.endServing()
	}
	h.Log.Info("stopped")
	return nil
}

// runOne works until ctx is done, or there is another configuration, which it gives.
func (h *Host) runOne(ctx context.Context, now *config.Config, store *state.Store) *config.Config {
	h.Log.SetLevel(now.Log.Level)
	bridge := New(now, h.Channels, store, h.Log.Write)
	h.mutex.Lock()
	h.bridge = bridge
	h.mutex.Unlock()
	inner, end := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		bridge.Run(inner)
		close(ended)
	}()
	var next *config.Config
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for next == nil && ctx.Err() == nil {
		if err := SaveStatus(h.DataFolder, h.Status()); err != nil {
			h.Log.Write("debug", err.Error())
		}
		next = h.asked()
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
	end()
	<-ended
	return next
}

// Status is the present bridge's.
func (h *Host) Status() Status {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.bridge == nil {
		return Status{}
	}
	status := h.bridge.Status()
	status.Reload = h.reload
	return status
}

func reloadFile(folder string) string { return filepath.Join(folder, "reload.request") }

// AskReload has the bridge of a data folder read its configuration again, and waits for the outcome.
func AskReload(folder string, patience time.Duration) error {
	request := fmt.Sprintf("%d-%d", os.Getpid(), time.Now().UnixNano())
	if err := os.WriteFile(reloadFile(folder), []byte(request), 0o600); err != nil {
		return err
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		status, _, err := LoadStatus(folder)
		if err == nil && status.Reload.Request == request {
			if status.Reload.Error != "" {
				return fmt.Errorf("the running configuration stays in force:\n%s", status.Reload.Error)
			}
			return nil
		}
	}
	return fmt.Errorf("the bridge has not answered within %v", patience)
}

// asked gives the new configuration, if somebody has asked for a reload and it is sound.
func (h *Host) asked() *config.Config {
	request, err := os.ReadFile(reloadFile(h.DataFolder))
	if err != nil || len(request) == 0 {
		return nil
	}
	os.Remove(reloadFile(h.DataFolder))
	next, err := config.Load(h.ConfigFile)
	outcome := ReloadStatus{Request: string(request)}
	if err != nil {
		outcome.Error = err.Error()
		h.Log.Write("error", "the configuration was not taken: "+strings.ReplaceAll(err.Error(), "\n", "; "))
	} else {
		h.Log.Info("the configuration was read again: %d rules", len(next.Rules))
	}
	h.mutex.Lock()
	h.reload = outcome
	h.mutex.Unlock()
	return next
}

// serve answers /metrics and /healthz, if the configuration says where.
func (h *Host) serve(address string) error {
	if address == "" {
		return nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("watch.http: %w", err)
	}
	answers := http.NewServeMux()
	answers.HandleFunc("/metrics", func(to http.ResponseWriter, _ *http.Request) {
		status := h.Status()
		to.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprint(to, status.Metrics())
	})
	answers.HandleFunc("/healthz", func(to http.ResponseWriter, _ *http.Request) {
		status := h.Status()
		healthy, text := status.Healthy()
		if !healthy {
			to.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprintln(to, text)
	})
	h.web = &http.Server{Handler: answers, ReadTimeout: 5 * time.Second, WriteTimeout: 5 * time.Second}
	go h.web.Serve(listener)
	return nil
}

func (h *Host) endServing() {
	if h.web != nil {
		h.web.Close()
		h.web = nil
	}
}
