// Package state keeps what a bridge that was ended at any moment must know when it starts again. A record is written
// before what it tells is done, so that the next start finds out how far that came.
package state

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// A Store is a folder with a file for each rule and channel. A file has two places that are written in turn: one that was
// cut off by the end of the process, or of the machine, is known by its sum, and the other one holds.
type Store struct {
	folder string
}

// Open makes the folder, if there is none.
func Open(folder string) (*Store, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	return &Store{folder}, nil
}

// Folder is where the files are.
func (s *Store) Folder() string { return s.folder }

// FileName gives the begin of the file's name for a record's.
func FileName(name string) string {
	sum := sha256.Sum256([]byte(name))
	return fmt.Sprintf("%x", sum[:12])
}

// A Record is one file.
type Record struct {
	mutex   sync.Mutex
	file    *os.File
	number  uint64 // of the last one written
	written []byte
}

const (
	placeSize  = 64 * 1024
	headerSize = 8 + 4 + sha256.Size
)

// Record opens the record of a name. It is empty where there was none.
func (s *Store) Record(name string) (*Record, error) {
	file, err := os.OpenFile(filepath.Join(s.folder, FileName(name)+".state"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	record := &Record{file: file}
	for place := int64(0); place < 2; place++ {
		if number, content := readPlace(file, place*placeSize); number > record.number {
			record.number, record.written = number, content
		}
	}
	return record, nil
}

func readPlace(file *os.File, offset int64) (uint64, []byte) {
	place := make([]byte, placeSize)
	read, _ := file.ReadAt(place, offset)
	if read < headerSize {
		return 0, nil
	}
	number, size := binary.LittleEndian.Uint64(place), int(binary.LittleEndian.Uint32(place[8:]))
	if size > read-headerSize {
		return 0, nil
	}
	content := place[headerSize : headerSize+size]
	if sumOf(number, content) != *(*[sha256.Size]byte)(place[12:headerSize]) {
		return 0, nil
	}
	return number, content
}

func sumOf(number uint64, content []byte) [sha256.Size]byte {
	return sha256.Sum256(binary.LittleEndian.AppendUint64(append([]byte(nil), content...), number))
}

// Load reads what was saved last into a value. It tells whether there is something.
func (r *Record) Load(value any) (bool, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.number == 0 {
		return false, nil
	}
	return true, json.Unmarshal(r.written, value)
}

// Save replaces it. When it returns the end of this process changes nothing any more; the machine's may.
func (r *Record) Save(value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if len(content) > placeSize-headerSize {
		return fmt.Errorf("%s: %d bytes are more than a record has", r.file.Name(), len(content))
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	number := r.number + 1
	sum := sumOf(number, content)
	place := binary.LittleEndian.AppendUint64(make([]byte, 0, headerSize+len(content)), number)
	place = binary.LittleEndian.AppendUint32(place, uint32(len(content)))
	place = append(append(place, sum[:]...), content...)
	if _, err := r.file.WriteAt(place, int64(number%2)*placeSize); err != nil {
		return err
	}
	r.number, r.written = number, content
	return nil
}

// Close closes the file.
func (r *Record) Close() { r.file.Close() }
