package spool

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shmbridge/internal/state"
)

const small = 64 << 10

// A fixture is a folder with a spool and its record.
type fixture struct {
	t      testing.TB
	folder string
	*Spool
}

func (f *fixture) open(maxBytes int64) {
	f.t.Helper()
	store, err := state.Open(f.folder)
	if err != nil {
		f.t.Fatal(err)
	}
	record, err := store.Record("spool")
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(record.Close)
	if f.Spool, err = Open(f.path(), maxBytes, record); err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(f.Spool.Close)
}

func (f *fixture) path() string { return filepath.Join(f.folder, "spool") }

func opened(t testing.TB, maxBytes int64) *fixture {
	f := &fixture{t: t, folder: t.TempDir()}
	f.open(maxBytes)
	return f
}

// entry is the message of a number, of a size that differs.
func entry(number int) Entry {
	return Entry{
		Position: Position{7, uint64(number)}, ID: fmt.Sprintf("id %d", number), Time: time.Unix(int64(number), 5),
		Data: []byte(strings.Repeat(fmt.Sprint(number, " "), number%50)),
	}
}

func (f *fixture) append(from, count int) {
	f.t.Helper()
	var entries []Entry
	for i := from; i < from+count; i++ {
		entries = append(entries, entry(i))
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := f.Append(ctx, entries, func() {}); err != nil {
		f.t.Fatal(err)
	}
}

// take takes messages out, and compares them.
func (f *fixture) take(from, count int) {
	f.t.Helper()
	for next := from; next < from+count; {
		entries, err := f.Next(context.Background(), from+count-next)
		if err != nil {
			f.t.Fatalf("message %d: %v", next, err)
		}
		for i, got := range entries {
			if wanted := entry(next + i); fmt.Sprint(got) != fmt.Sprint(wanted) {
				f.t.Fatalf("got %v\nand not %v", got, wanted)
			}
		}
		if err := f.Done(len(entries)); err != nil {
			f.t.Fatal(err)
		}
		next += len(entries)
	}
}

func TestWhatIsAppendedComesOutInOrderAlsoOfAFileThatIsOpenedAgain(t *testing.T) {
	f := opened(t, small)
	f.append(1, 100)
	f.take(1, 30)
	f.Close()
	f.open(small)
	if f.Len() != 70 || f.Last() != (Position{7, 100}) {
		t.Errorf("%d, %v", f.Len(), f.Last())
	}
	f.append(101, 10)
	f.take(31, 80)
	f.Close()
	f.open(small)
	if f.Len() != 0 || f.Last() != (Position{7, 110}) {
		t.Errorf("%d, %v", f.Len(), f.Last())
	}
}

// By chance: appends, takes and opens again, so that records go round the file's end in every way.
func TestTheFileStaysWithinItsBoundAndGoesRound(t *testing.T) {
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewSource(seed))
	f := opened(t, 8000)
	appended, taken := 0, 0
	for round := 0; round < 1500; round++ {
		switch random.Intn(20) {
		case 0:
			f.Close()
			f.open(8000)
		case 1, 2, 3, 4, 5, 6, 7, 8, 9:
			for i := random.Intn(12); i > 0; i-- {
				added, err := f.appendSome([]Entry{entry(appended + 1), entry(appended + 2)})
				if err != nil {
					t.Fatal(err)
				}
				appended += added
			}
		default:
			count := random.Intn(15)
			if count > appended-taken {
				count = appended - taken
			}
			f.take(taken+1, count)
			taken += count
		}
		if f.Len() != appended-taken {
			t.Fatalf("round %d: %d are in the spool, and not %d", round, f.Len(), appended-taken)
		}
	}
	f.take(taken+1, appended-taken)
	if about, err := os.Stat(f.path()); err != nil || about.Size() > 8000 {
		t.Errorf("%v, %v", about.Size(), err)
	}
	if appended < 2000 {
		t.Errorf("only %d messages went through", appended)
	}
}

func TestAFullSpoolWaitsForRoom(t *testing.T) {
	f := opened(t, 4000)
	large := make([]Entry, 4)
	for i := range large {
		large[i] = Entry{Position: Position{1, uint64(i + 1)}, Data: make([]byte, 1500)}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	waits := 0
	done, err := f.Append(ctx, large, func() { waits++ })
	if done != 2 || !errors.Is(err, context.DeadlineExceeded) || waits == 0 {
		t.Fatalf("%d, %v, %d", done, err, waits)
	}
	rest := make(chan error)
	go func() {
		_, err := f.Append(context.Background(), large[2:], func() {})
		rest <- err
	}()
	for next := uint64(1); next <= 4; next++ {
		entries, err := f.Next(context.Background(), 1)
		if err != nil || entries[0].Sequence != next {
			t.Fatalf("%v, %v", entries, err)
		}
		if err := f.Done(1); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-rest; err != nil {
		t.Fatal(err)
	}
	if f.Fits(4000) || !f.Fits(3000) {
		t.Error("it does not know what fits")
	}
}

// Wherever the last record was cut off, those before it are there, and the next ones come behind them.
func TestARecordThatWasCutOffIsNone(t *testing.T) {
	f := opened(t, small)
	f.append(1, 10)
	size := recordSize(entry(10))
	f.Close()
	whole, err := os.ReadFile(f.path())
	if err != nil {
		t.Fatal(err)
	}
	for cut := int64(1); cut <= size; cut++ {
		for name, torn := range map[string][]byte{
			"shorter": whole[:int64(len(whole))-cut],
			"zeros":   append(append([]byte(nil), whole[:int64(len(whole))-cut]...), make([]byte, cut)...),
		} {
			if err := os.WriteFile(f.path(), torn, 0o600); err != nil {
				t.Fatal(err)
			}
			f.open(small)
			if f.Len() != 9 && !(f.Len() == 10 && string(torn) == string(whole)) {
				t.Fatalf("%d bytes cut off, %s: %d messages", cut, name, f.Len())
			}
			f.append(f.Len()+1, 5)
			f.Close()
			f.open(small)
			if f.Len() < 14 {
				t.Fatalf("%d bytes cut off, %s: %d messages after five more", cut, name, f.Len())
			}
			f.Close()
		}
	}
	f.open(small)
	f.take(1, f.Len())
}

// The power failed, and the disk has the third record, but another second one is written then.
func TestARecordBehindOneThatWasReplacedIsNone(t *testing.T) {
	f := opened(t, small)
	f.append(1, 3)
	f.Close()
	whole, err := os.ReadFile(f.path())
	if err != nil {
		t.Fatal(err)
	}
	first, second := recordSize(entry(1)), recordSize(entry(2))
	os.WriteFile(f.path(), whole[:first], 0o600)
	f.open(small)
	another := entry(2)
	another.Data[0] = 'x'
	if _, err := f.Append(context.Background(), []Entry{another}, func() {}); err != nil {
		t.Fatal(err)
	}
	f.file.WriteAt(whole[first+second:], first+second)
	f.Close()
	f.open(small)
	if f.Len() != 2 {
		t.Errorf("%d messages", f.Len())
	}
}

// What comes next begins at the file's begin, and is found there, though the first record was elsewhere.
func TestAllRecordsThatWereThereAreCutOff(t *testing.T) {
	f := opened(t, small)
	f.append(1, 10)
	f.take(1, 5)
	offset := f.head.Offset
	f.Close()
	os.Truncate(f.path(), offset)
	f.open(small)
	if f.Len() != 0 || f.Last() != (Position{7, 5}) {
		t.Errorf("%d, %v", f.Len(), f.Last())
	}
	f.append(6, 3)
	f.Close()
	f.open(small)
	if f.Len() != 3 {
		t.Errorf("%d", f.Len())
	}
	f.take(6, 3)
}

func TestARecordThatIsDamagedWhileTheSpoolIsOpen(t *testing.T) {
	f := opened(t, small)
	f.append(1, 10)
	f.file.WriteAt([]byte("no record"), 3)
	if _, err := f.Next(context.Background(), 10); !errors.Is(err, ErrDamaged) {
		t.Fatalf("%v", err)
	}
	if count, err := f.Drop(); count != 10 || err != nil {
		t.Fatalf("%d, %v", count, err)
	}
	f.append(11, 10)
	f.Close()
	f.open(small)
	f.take(11, 10)
}

func TestAnIdIsFound(t *testing.T) {
	f := opened(t, 4000)
	next := 1
	for ; f.wrapped == 0; next++ {
		f.append(next, 1)
		if f.Len() > 10 {
			f.take(next-10, 1)
		}
	}
	for number := next - 12; number <= next; number++ {
		found, err := f.Has(fmt.Sprintf("id %d", number))
		if wanted := number >= next-f.Len() && number < next; found != wanted || err != nil {
			t.Errorf("message %d of %d: %v, %v", number, next, found, err)
		}
	}
}

// A process is killed while it appends and takes out: what it said to be appended is there, in order, and what it said
// to be taken out is not.
func TestAProcessThatIsKilled(t *testing.T) {
	if folder := os.Getenv("SHM_SPOOL"); folder != "" {
		fillForEver(t, folder)
	}
	f := &fixture{t: t, folder: t.TempDir()}
	for round := 0; round < 8; round++ {
		child := exec.Command(os.Args[0], "-test.run", "^TestAProcessThatIsKilled$")
		child.Env = append(os.Environ(), "SHM_SPOOL="+f.folder)
		output, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(40+20*round)*time.Millisecond, func() { child.Process.Kill() })
		appended, taken := 0, 0
		for err == nil { // the last line may be cut off
			var what string
			var number int
			if _, err = fmt.Fscanf(output, "%s %d;\n", &what, &number); err == nil && what == "appended" {
				appended = number
			} else if err == nil && what == "taken" {
				taken = number
			}
		}
		child.Wait()
		f.open(small)
		last := int(f.Last().Sequence)
		if first := last - f.Len() + 1; last < appended || first <= taken && f.Len() > 0 {
			t.Fatalf("%d to %d are there; %d was appended, %d was taken out", first, last, appended, taken)
		}
		f.take(last-f.Len()+1, f.Len())
		f.Close()
	}
}

func fillForEver(t *testing.T, folder string) {
	f := &fixture{t: t, folder: folder}
	f.open(small)
	for next := int(f.Last().Sequence) + 1; ; next += 20 {
		f.append(next, 20)
		fmt.Printf("appended %d;\n", next+19)
		if f.Len() > 300 {
			first := next + 20 - f.Len()
			f.take(first, 100)
			fmt.Printf("taken %d;\n", first+99)
		}
	}
}
