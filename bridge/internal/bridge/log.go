package bridge

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

const (
	largestLog = 4 << 20
	oldLogs    = 3
)

var levels = map[string]int{"error": 0, "warning": 1, "": 2, "info": 2, "debug": 3}

// A Log writes lines to a file, which is rotated, and to a console if there is one. No payload and no secret is in it.
type Log struct {
	Path    string
	Console io.Writer                // nil: none
	Notify  func(level, text string) // also told of warnings and errors; nil: nobody

	mutex sync.Mutex
	level int
	file  *os.File
	size  int64
}

// SetLevel takes a level of the configuration.
func (l *Log) SetLevel(level string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.level = levels[level]
}

// Info writes a line for everybody.
func (l *Log) Info(format string, values ...any) { l.Write("info", fmt.Sprintf(format, values...)) }

// Write writes a line, if its level is wanted.
func (l *Log) Write(level, text string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if levels[level] > l.level {
		return
	}
	line := fmt.Sprintf("%s %-7s %s\n", time.Now().Format("2006-01-02 15:04:05.000 -07:00"), level, text)
	if l.Console != nil {
		io.WriteString(l.Console, line)
	}
	if l.Notify != nil && levels[level] <= levels["warning"] {
		l.Notify(level, text)
	}
	if l.open() {
		written, _ := l.file.WriteString(line)
		l.size += int64(written)
	}
}

// open opens the file, and begins another one when it is large.
func (l *Log) open() bool {
	if l.file != nil && l.size > largestLog {
		l.file.Close()
		l.file = nil
		for i := oldLogs - 1; i > 0; i-- {
			os.Rename(fmt.Sprintf("%s.%d", l.Path, i), fmt.Sprintf("%s.%d", l.Path, i+1))
		}
		os.Rename(l.Path, l.Path+".1")
	}
	if l.file == nil && l.Path != "" {
		l.file, _ = os.OpenFile(l.Path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if about, err := os.Stat(l.Path); err == nil {
			l.size = about.Size()
		}
	}
	return l.file != nil
}
