package relay

import (
	"encoding/base64"
	"encoding/binary"
)

// mostDone is how many messages are remembered.
const mostDone = 4000

// recent has the hashes of the ids of messages that were written, oldest first.
type recent []uint64

// MarshalText packs them: a record holds that many.
func (r recent) MarshalText() ([]byte, error) {
	bytes := make([]byte, 0, 8*len(r))
	for _, each := range r {
		bytes = binary.LittleEndian.AppendUint64(bytes, each)
	}
	return []byte(base64.StdEncoding.EncodeToString(bytes)), nil
}

// UnmarshalText unpacks them.
func (r *recent) UnmarshalText(text []byte) error {
	bytes, err := base64.StdEncoding.DecodeString(string(text))
	*r = nil
	for ; len(bytes) >= 8; bytes = bytes[8:] {
		*r = append(*r, binary.LittleEndian.Uint64(bytes))
	}
	return err
}

// A doneSet knows the messages that were written last.
type doneSet struct {
	known  map[uint64]bool
	recent recent
}

func newDoneSet(ids recent) *doneSet {
	set := &doneSet{known: map[uint64]bool{}}
	for _, each := range ids {
		set.add(each)
	}
	return set
}

func (d *doneSet) has(id uint64) bool { return d.known[id] }

func (d *doneSet) add(id uint64) {
	if d.known[id] {
		return
	}
	d.known[id] = true
	if d.recent = append(d.recent, id); len(d.recent) > mostDone {
		delete(d.known, d.recent[0])
		d.recent = d.recent[1:]
	}
}
