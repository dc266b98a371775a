/* A reader that joins a waiting topic while a writer makes space. What is modelled:
 *
 *   Writer   RingWriter::reserve() with make_space() and announce(), and wait_space() of core/space_waking.h
 *   Reader   RingReader::join(), next() and leave(), each followed by wake_after_read() of core/publishing.h
 *   Broker   reclaim_writer() and wake_everybody() of core/reclaim.cpp
 *
 * - The writer looks at the cursors, announces where it wants the head, fences, and looks again; the reader stores its
 *   cursor, fences, and looks at what is announced. Whoever comes second sees the other, so the head never passes a
 *   reader that has joined.
 * - Store buffers as in waking.pml. The lock is one step (lock.pml), and so are marks (space.pml).
 * - The ring has space for two frames of one size; positions count frames and start at CAPACITY, as 0 is "none". What
 *   lies at an offset is the position for which it was written.
 * - Writer 0 may die at any step. The reader may leave and come back. When nothing else can happen, both writers must
 *   have written and the reader must have read all.
 *
 * What must fail: see the variants in CMakeLists.txt. */
#ifndef VISITS
#define VISITS 2
#endif
#define WRITERS 2
#define CAPACITY 2
#define NONE 0

byte tail = 2 * CAPACITY; /* the ring is full, and nobody has read anything */
byte head = CAPACITY;
byte announced = CAPACITY; /* where a writer wants the head */
byte content[CAPACITY];
byte cursor = NONE;
byte lock = 0;
bool waiting[WRITERS];
bool space = false;
bool written[WRITERS];
bool may_die = false;
bool dead = false;
byte position = NONE; /* of a reader that has joined */

byte buffered_announced[WRITERS];
byte buffered_head[WRITERS];
byte buffered_cursor = NONE;
bool is_cursor_buffered = false;

proctype Memory() {
end:
  do
  :: d_step { buffered_announced[0] != NONE -> announced = buffered_announced[0]; buffered_announced[0] = NONE }
  :: d_step { buffered_announced[1] != NONE -> announced = buffered_announced[1]; buffered_announced[1] = NONE }
  :: d_step { buffered_head[0] != NONE -> head = buffered_head[0]; buffered_head[0] = NONE }
  :: d_step { buffered_head[1] != NONE -> head = buffered_head[1]; buffered_head[1] = NONE }
  :: d_step { is_cursor_buffered -> cursor = buffered_cursor; is_cursor_buffered = false; buffered_cursor = NONE }
  od
}

#ifdef MOVE_HEAD_FIRST
#define WANTED head
#define BUFFERED_WANTED buffered_head
#else
#define WANTED announced
#define BUFFERED_WANTED buffered_announced
#endif

#define SLOWEST (cursor == NONE -> tail : (cursor < old -> old : cursor))

/* RingWriter::reserve() under the lock. */
inline reserve() {
  d_step { lock == 0 -> lock = me + 1 };
  d_step { old = head; no_space = false };
  if
  :: old >= tail - CAPACITY + 1
  :: else ->
    d_step { limit = SLOWEST; reached = old };
    if
    :: limit <= old -> no_space = true
    :: limit > old -> reached = old + 1
    :: limit > old -> reached = limit /* by a margin further */
    fi;
    if
    :: no_space
    :: else ->
      BUFFERED_WANTED[me] = reached;
#ifndef NO_WRITER_FENCE
      BUFFERED_WANTED[me] == NONE;
#endif
#ifdef NO_SECOND_LOOK
      no_space = false;
#else
      no_space = (SLOWEST < reached);
#endif
      if
      :: no_space -> d_step { BUFFERED_WANTED[me] == NONE -> BUFFERED_WANTED[me] = old }
      :: else ->
#ifndef MOVE_HEAD_FIRST
        buffered_head[me] = reached
#endif
      fi
    fi
  fi;
  /* The head's release, or the lock's: what follows is not seen before it. */
  buffered_head[me] == NONE && buffered_announced[me] == NONE;
  if
  :: no_space
  :: else -> d_step { content[tail % CAPACITY] = tail; tail++; written[me] = true }
  fi;
  d_step { lock = 0; old = 0; limit = 0; reached = 0 }
}

proctype Writer(byte me) {
  byte old, limit, reached;
  bool no_space;
  {
    reserve();
    if
    :: no_space ->
      do
      :: waiting[me] = true;
         reserve();
         if
         :: no_space -> d_step { space -> space = false }
         :: else -> break
         fi
      od;
      waiting[me] = false;
      space = true
    :: else
    fi
  } unless {
    me == 0 && may_die
  };
  dead = dead || (me == 0 && may_die)
}

inline set_cursor(value) {
  d_step { buffered_cursor = value; is_cursor_buffered = true };
#ifndef NO_READER_FENCE
  !is_cursor_buffered
#else
  skip
#endif
}

inline wake_writers() {
  d_step { take = waiting[0] || waiting[1]; waiting[0] = false; waiting[1] = false };
  if
  :: take -> d_step { space = true; take = false }
  :: else
  fi
}

proctype Reader() {
  byte at, visits;
  bool take;
  do
  :: visits == VISITS -> break
  :: visits < VISITS ->
    visits++;
    do
    :: at = WANTED;
       set_cursor(at);
       if
       :: WANTED <= at -> break
       :: else -> !is_cursor_buffered
       fi
    od;
    position = at;
    at = 0;
#ifndef NO_WAKE_AT_JOIN
    wake_writers();
#endif
    do
    :: content[position % CAPACITY] >= position ->
      assert(head <= position); /* else it has lost what nobody may overwrite */
      assert(content[position % CAPACITY] == position);
      position++;
      !is_cursor_buffered;
      set_cursor(position);
      wake_writers()
    :: content[position % CAPACITY] < position ->
end:
      content[position % CAPACITY] >= position
    :: visits < VISITS ->
      position = NONE;
      !is_cursor_buffered;
      set_cursor(NONE);
      wake_writers();
      break
    od
  od
}

proctype Broker() {
end:
  dead && buffered_head[0] == NONE && buffered_announced[0] == NONE;
  if
  :: lock == 1 -> lock = 0
  :: else
  fi;
  waiting[0] = false;
  space = true
}

proctype Fate() {
  if
  :: may_die = true
  :: true
  fi
}

init {
  byte i;
  atomic {
    for (i : 0 .. CAPACITY - 1) {
      content[i] = CAPACITY + i
    }
    for (i : 0 .. WRITERS - 1) {
      run Writer(i)
    }
    run Reader();
    run Broker();
    run Memory();
    run Fate()
  }
  timeout;
  assert((written[0] || dead) && written[1] && position == tail)
}
