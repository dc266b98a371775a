package state

import (
	"os"
	"path/filepath"
	"testing"
)

type value struct{ Number int }

func open(t *testing.T, folder string) *Record {
	t.Helper()
	store, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	record, err := store.Record("orders")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(record.Close)
	return record
}

func TestARecordIsThereAgain(t *testing.T) {
	folder := t.TempDir()
	record := open(t, folder)
	if known, err := record.Load(&value{}); known || err != nil {
		t.Errorf("%v, %v", known, err)
	}
	for i := 1; i <= 5; i++ {
		if err := record.Save(value{i}); err != nil {
			t.Fatal(err)
		}
		var loaded value
		if known, err := open(t, folder).Load(&loaded); !known || err != nil || loaded.Number != i {
			t.Errorf("%v, %v, %v", known, err, loaded)
		}
	}
}

// Wherever the last save was cut off, the one before it holds, or the last one.
func TestARecordThatWasCutOff(t *testing.T) {
	folder := t.TempDir()
	record := open(t, folder)
	record.Save(value{1})
	record.Save(value{2})
	files, _ := filepath.Glob(filepath.Join(folder, "*.state"))
	before, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	record.Save(value{3})
	after, _ := os.ReadFile(files[0])
	for changed := 0; changed <= len(after); changed++ {
		if changed > 200 && changed < placeSize || changed > placeSize+200 {
			continue
		}
		torn := append([]byte(nil), after[:changed]...)
		if changed < len(before) {
			torn = append(torn, before[changed:]...)
		}
		if err := os.WriteFile(files[0], torn, 0o600); err != nil {
			t.Fatal(err)
		}
		var loaded value
		if known, err := open(t, folder).Load(&loaded); !known || err != nil || loaded.Number != 2 && loaded.Number != 3 {
			t.Fatalf("%d bytes: %v, %v, %v", changed, known, err, loaded)
		}
	}
}

func TestARecordThatIsTooLarge(t *testing.T) {
	if err := open(t, t.TempDir()).Save(make([]byte, placeSize)); err == nil {
		t.Error("it was saved")
	}
}
