package relay

import (
	"encoding/json"
	"testing"
)

func TestADoneSetForgetsTheOldest(t *testing.T) {
	set := newDoneSet(nil)
	for id := uint64(1); id <= mostDone+10; id++ {
		set.add(id)
		set.add(id)
	}
	content, err := json.Marshal(handled{Recent: set.recent})
	if err != nil {
		t.Fatal(err)
	}
	if len(content) > 60*1024 {
		t.Errorf("%d bytes are more than a record has", len(content))
	}
	var loaded handled
	if err := json.Unmarshal(content, &loaded); err != nil {
		t.Fatal(err)
	}
	again := newDoneSet(loaded.Recent)
	for id, wanted := range map[uint64]bool{10: false, 11: true, mostDone + 10: true, mostDone + 11: false} {
		if again.has(id) != wanted {
			t.Errorf("%d: %v", id, !wanted)
		}
	}
}
