// Package spool keeps messages in a file of bounded size, first in, first out: those that a bridge has taken while there
// was no server. The file is a ring of records. Each has its length, its number and a checksum, which begins with the
// checksum of the record before it: so a record that was cut off by the end of the process, or that is left from an
// earlier round, is not taken for one of the spool's.
package spool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"shmbridge/internal/state"
)

// An Entry is a message. Data is valid until the next call of Next.
type Entry struct {
	Position
	Time time.Time // zero: none
	ID   string
	Data []byte
}

// A Position says which message of a channel an entry is.
type Position struct {
	Instance uint64 // of the channel's memory
	Sequence uint64 // its number in it; 0: none
}

// ErrDamaged is of a record that is not what was written. Drop gives up what is in the spool.
var ErrDamaged = errors.New("the file is not what was written")

// A Spool is one file. One goroutine appends, another one takes out.
type Spool struct {
	file     *os.File
	record   *state.Record
	maxBytes int64

	mutex   sync.Mutex
	changed chan struct{} // closed and made anew at each change
	head    head
	tail    link  // behind the last record
	count   int   // records
	wrapped int64 // where the records of the file's end stop, if others follow at its begin; else 0
	last    Position

	taken []head // how the head is behind each record that Next gave last
	chunk []byte
}

// A link is a place in the chain of records.
type link struct {
	Offset int64
	Number uint64 // of the next record
	Sum    uint32 // of the record before
}

// A head is saved: where the first record is, and which message was taken out last.
type head struct {
	link
	Done Position
}

// Open opens a file, makes it where there is none, and finds the records that are in it. record keeps how far they were
// taken out.
func Open(path string, maxBytes int64, record *state.Record) (*Spool, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	s := &Spool{file: file, record: record, maxBytes: maxBytes, changed: make(chan struct{}), chunk: make([]byte, chunkSize)}
	if _, err = record.Load(&s.head); err == nil {
		err = s.find()
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// find follows the chain from the head to its end. A record that does not fit at the file's end is at its begin, and so
// is the first one behind an empty spool.
func (s *Spool) find() error {
	s.last = s.head.Done
	count := func(entry Entry) bool {
		s.last = entry.Position
		s.count++
		return true
	}
	var err error
	if s.tail, err = s.walk(s.head.link, count); err != nil {
		return err
	}
	if end := s.tail; end.Offset > 0 {
		if s.tail, err = s.walk(link{0, end.Number, end.Sum}, count); err != nil {
			return err
		}
		switch {
		case s.tail.Offset == 0:
			s.tail = end // none is there
		case end.Offset == s.head.Offset:
			s.head.Offset = 0 // all are
		default:
			s.wrapped = end.Offset
		}
	}
	if s.count == 0 {
		s.rewind()
	}
	return nil
}

// walk visits the records that lie behind each other, and gives the place where there is none of the chain.
func (s *Spool) walk(at link, visit func(Entry) bool) (link, error) {
	for {
		chunk, err := s.load(at.Offset)
		if err != nil {
			return at, err
		}
		begin := at
		for {
			entry, next, err := decode(chunk, at)
			if err != nil {
				break
			}
			if !visit(entry) {
				return at, nil
			}
			chunk = chunk[next.Offset-at.Offset:]
			at = next
		}
		if at == begin {
			return at, nil
		}
	}
}

// load reads what lies at an offset: a record as a whole, if one is there, and what fits of those behind it.
func (s *Spool) load(offset int64) ([]byte, error) {
	read, err := s.file.ReadAt(s.chunk, offset)
	if size := sizeOf(s.chunk[:read]); err == nil && size > int64(len(s.chunk)) {
		about, err := s.file.Stat()
		if err != nil {
			return nil, err
		}
		if size <= about.Size()-offset {
			s.chunk = make([]byte, size)
		}
		read, err = s.file.ReadAt(s.chunk, offset)
		if err != nil && !isEnd(err) {
			return nil, err
		}
		return s.chunk[:read], nil
	}
	if err != nil && !isEnd(err) {
		return nil, err
	}
	return s.chunk[:read], nil
}

// rewind begins at the file's begin, and gives a long file's room back. The spool is empty.
func (s *Spool) rewind() {
	if s.tail.Offset > smallFile || s.wrapped > 0 {
		s.file.Truncate(0)
	}
	s.head.Offset, s.tail, s.wrapped = 0, link{0, s.head.Number, s.head.Sum}, 0
}

// Close closes the file; the record is the caller's.
func (s *Spool) Close() { s.file.Close() }

// Len is how many messages are in the spool.
func (s *Spool) Len() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.count
}

// Last says which message was appended last, whether it is still here or not. Sequence 0: none.
func (s *Spool) Last() Position {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.last
}

// Has tells whether a message of this id is in the spool. It reads the whole file.
func (s *Spool) Has(id string) (found bool, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	left := s.count
	look := func(entry Entry) bool {
		found = found || entry.ID == id
		left--
		return !found && left > 0
	}
	if left > 0 {
		at, err := s.walk(s.head.link, look)
		if err != nil || found || left <= 0 || s.wrapped == 0 {
			return found, err
		}
		_, err = s.walk(link{0, at.Number, at.Sum}, look)
		return found, err
	}
	return false, nil
}

// Append appends messages, and waits for room until ctx is done; it says so by calling waits. It tells how many were
// appended.
func (s *Spool) Append(ctx context.Context, entries []Entry, waits func()) (int, error) {
	for done := 0; done < len(entries); {
		fitting, err := s.appendSome(entries[done:])
		done += fitting
		if err != nil || done == len(entries) {
			return done, err
		}
		fits := func() bool {
			_, fits := s.place(s.tail.Offset, s.wrapped > 0, recordSize(entries[done]))
			return fits
		}
		if err := s.await(ctx, fits, waits); err != nil {
			return done, err
		}
	}
	return len(entries), nil
}

// appendSome appends those that fit behind each other, with one write.
func (s *Spool) appendSome(entries []Entry) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	var bytes []byte
	begin, end, count, isWrapped := s.tail.Offset, s.tail, 0, s.wrapped > 0
	for ; count < len(entries); count++ {
		offset, fits := s.place(end.Offset, isWrapped, recordSize(entries[count]))
		if !fits || offset != end.Offset && count > 0 {
			break
		}
		if offset != end.Offset {
			begin, end.Offset, isWrapped = offset, offset, true
		}
		bytes, end = encode(bytes, entries[count], end)
	}
	if count == 0 {
		return 0, nil
	}
	if _, err := s.file.WriteAt(bytes, begin); err != nil {
		return 0, err // the next one is written to the same place
	}
	if begin != s.tail.Offset {
		s.wrapped = s.tail.Offset
	}
	s.tail, s.last = end, entries[count-1].Position
	s.count += count
	s.change()
	return count, nil
}

// place gives the offset of a record of some size that comes behind a tail, if there is room.
func (s *Spool) place(tail int64, isWrapped bool, size int64) (int64, bool) {
	switch {
	case isWrapped:
		return tail, tail+size <= s.head.Offset
	case tail+size <= s.maxBytes:
		return tail, true
	}
	return 0, size <= s.head.Offset
}

// Fits tells whether a message of that size can be spooled at all.
func (s *Spool) Fits(data int64) bool { return headerSize+mostID+data <= s.maxBytes }

// Next gives the oldest messages, so many at most, and waits for one until ctx is done. They stay until Done.
func (s *Spool) Next(ctx context.Context, most int) ([]Entry, error) {
	if err := s.await(ctx, func() bool { return s.count > 0 }, func() {}); err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	chunk, err := s.load(s.head.Offset)
	if err != nil {
		return nil, err
	}
	at, end := s.head.link, s.tail.Offset
	if s.wrapped > 0 {
		end = s.wrapped
	}
	s.taken = s.taken[:0]
	var entries []Entry
	for at.Offset < end && len(entries) < most {
		entry, next, err := decode(chunk, at)
		if err != nil {
			break
		}
		entries = append(entries, entry)
		s.taken = append(s.taken, head{next, entry.Position})
		chunk = chunk[next.Offset-at.Offset:]
		at = next
	}
	if len(entries) == 0 {
		return nil, ErrDamaged
	}
	return entries, nil
}

// Done takes out the first messages of those that Next gave. When it returns, a new process will not find them.
func (s *Spool) Done(count int) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.head = s.taken[count-1]
	s.taken = s.taken[count:]
	s.count -= count
	switch {
	case s.count == 0:
		s.rewind()
	case s.head.Offset == s.wrapped:
		s.head.Offset, s.wrapped = 0, 0
	}
	s.change()
	return s.record.Save(s.head)
}

// Drop gives up all that is in the spool, and tells how many that are.
func (s *Spool) Drop() (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	count := s.count
	s.head = head{link{0, s.tail.Number, s.tail.Sum}, s.last}
	s.count, s.taken = 0, nil
	s.rewind()
	s.change()
	return count, s.record.Save(s.head)
}

func (s *Spool) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// await asks again at each change, until the condition holds; it calls waits before it waits.
func (s *Spool) await(ctx context.Context, holds func() bool, waits func()) error {
	for {
		s.mutex.Lock()
		held, changed := holds(), s.changed
		s.mutex.Unlock()
		if held {
			return nil
		}
		waits()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
