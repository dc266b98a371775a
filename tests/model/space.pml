/* Writers that sleep until there is space: core/space_waking.h. All writers share one event; whoever makes space takes
 * all the marks and sets it once. What is modelled:
 *
 *   Writer   wait_space() with its baton, then RingWriter::commit() and wake_after_commit() of core/publishing.h
 *   Reader   RingReader::read() with maybe_publish_cursor(), then wake_after_read() of core/publishing.h
 *   Broker   reclaim_writer() and wake_everybody() of core/reclaim.cpp
 *
 * - Store buffers, Memory and SECOND_LOOK with its bound as in waking.pml; here it is who makes space that has no
 *   fence. The lock around reserve() is one step (lock.pml).
 * - The ring has space for CAPACITY frames of one size. POLICY says what the head may pass: frames that every reader has
 *   read (WAIT: its cursor, which it publishes late, or only when it finds nothing more), or all that are not reserved
 *   (OVERWRITE: the end of a reservation makes the space).
 * - How a reader is woken is not in question here: it goes on whenever there is something to read.
 * - Writer 0 may lose patience while it sleeps, and may die at any step; the others wait for ever, so they must all
 *   have written when nothing else can happen.
 *
 * What must fail: see the variants in CMakeLists.txt. */
#define WAIT 1
#define OVERWRITE 2
#ifndef POLICY
#define POLICY WAIT
#endif
#define WRITERS 3
#define FRAMES 3
#define CAPACITY 1
#define NONE 255

#define EMPTY 0
#define RESERVED 1
#define COMPLETE 2

byte frame[FRAMES + 1]; /* the last stays empty */
byte writer_of[FRAMES];
byte tail = 0;
byte cursor = 0; /* what writers see of the reader; NONE: it has left */
bool waiting[WRITERS];
bool space = false; /* the event, which resets itself */
bool written[WRITERS];
bool may_die = false;
bool dead = false;

byte buffered_commit[WRITERS]; /* which frame is to become complete */
bool buffered_mark[WRITERS];
byte buffered_cursor = NONE;

bool is_settled[WRITERS];   /* the writer's mark is so old that everybody sees it */
bool is_old_commit[WRITERS * WRITERS]; /* it was in that writer's buffer when this one marked itself */
bool is_old_cursor[WRITERS];
#ifdef SECOND_LOOK
#define NO_COMMIT_FENCE
#define NO_READER_FENCE
#endif
#ifdef BOUNDED
#define MAY_LOOK_AGAIN (!is_old_commit[me * WRITERS] && !is_old_commit[me * WRITERS + 1] && \
  !is_old_commit[me * WRITERS + 2] && !is_old_cursor[me])
#else
#define MAY_LOOK_AGAIN true
#endif

inline commit_drains(w) {
  frame[buffered_commit[w]] = COMPLETE; buffered_commit[w] = NONE;
  is_old_commit[w] = false; is_old_commit[WRITERS + w] = false; is_old_commit[2 * WRITERS + w] = false
}

inline mark_drains(w) {
  is_settled[w] = is_settled[w] && waiting[w]; waiting[w] = true; buffered_mark[w] = false
}

#define HAS_SPACE (tail < CAPACITY || \
  (POLICY == WAIT && cursor > tail - CAPACITY) || \
  (POLICY == OVERWRITE && frame[tail - CAPACITY] == COMPLETE))
#define SOMEBODY_WAITS (waiting[0] || waiting[1] || waiting[2])

proctype Memory() {
  byte i;
end:
  do
  :: d_step { buffered_commit[0] != NONE -> commit_drains(0) }
  :: d_step { buffered_commit[1] != NONE -> commit_drains(1) }
  :: d_step { buffered_commit[2] != NONE -> commit_drains(2) }
  :: d_step { buffered_mark[0] -> mark_drains(0) }
  :: d_step { buffered_mark[1] -> mark_drains(1) }
  :: d_step { buffered_mark[2] -> mark_drains(2) }
  :: d_step {
       buffered_cursor != NONE -> cursor = buffered_cursor; buffered_cursor = NONE;
       is_old_cursor[0] = false; is_old_cursor[1] = false; is_old_cursor[2] = false
     }
  od
}

/* RingWriter::reserve() under the RobustLock. */
inline reserve() {
  d_step {
    reserved = HAS_SPACE;
    if
    :: reserved -> mine = tail; writer_of[tail] = me; frame[tail] = RESERVED; tail++
    :: else
    fi
  }
}

/* take_waiting_writers() after its fence, and SetEvent if it has found some. */
inline wake_writers() {
  if
  :: SOMEBODY_WAITS ->
    d_step { take = SOMEBODY_WAITS; waiting[0] = false; waiting[1] = false; waiting[2] = false };
    if
    :: take -> space = true
    :: else
    fi
  :: else
  fi
}

proctype Writer(byte me) {
  byte mine;
  bool reserved, patient, take;
  {
    patient = true;
    reserve();
    if
    :: reserved
    :: else ->
      do
      :: reserved || !patient -> break
      :: else ->
        buffered_mark[me] = true;
#ifndef NO_WRITER_FENCE
        !buffered_mark[me];
#endif
        d_step {
          if
          :: !is_settled[me] ->
            is_old_commit[me * WRITERS] = (buffered_commit[0] != NONE);
            is_old_commit[me * WRITERS + 1] = (buffered_commit[1] != NONE);
            is_old_commit[me * WRITERS + 2] = (buffered_commit[2] != NONE);
            is_old_cursor[me] = (buffered_cursor != NONE)
          :: else
          fi
        };
#ifdef NO_SECOND_TRY
        skip;
#else
        reserve();
#endif
        if
        :: reserved
        :: else ->
#ifdef NO_MARK_AFTER_WAKING
          do
          :: d_step { space -> space = false }; reserve();
             if
             :: reserved -> break
             :: else
             fi
          od
#else
          if
          :: d_step { space -> space = false }
#ifdef NO_SECOND_TRY
             reserve()
#endif
          :: me == 0 -> patient = false
#ifdef SECOND_LOOK
          :: d_step { !is_settled[me] && MAY_LOOK_AGAIN -> is_settled[me] = true }
#endif
          fi
#endif
        fi
      od;
      skip;
      d_step { !buffered_mark[me] -> waiting[me] = false };
#ifndef NO_BATON
      space = true
#endif
    fi;
    if
    :: reserved ->
      d_step { written[me] = true; buffered_commit[me] = mine };
#ifndef NO_COMMIT_FENCE
      buffered_commit[me] == NONE;
#endif
#ifndef NO_WAKE_AT_COMMIT
      wake_writers()
#endif
    :: else -> written[me] = true
    fi
  } unless {
    me == 0 && may_die
  };
  dead = dead || (me == 0 && may_die)
}

proctype Reader() {
  byte position;
  bool take, publish;
  do
  :: frame[position] == COMPLETE ->
    position++;
    if
    :: SOMEBODY_WAITS -> publish = true /* a look without a fence */
    :: true
    fi
  :: frame[position] != COMPLETE && cursor != position && buffered_cursor != position -> publish = true
  :: publish ->
    d_step { buffered_cursor == NONE -> buffered_cursor = position };
#ifndef NO_READER_FENCE
    buffered_cursor == NONE;
#endif
    wake_writers();
    publish = false
  :: frame[position] != COMPLETE && (cursor == position || buffered_cursor == position) && !publish ->
end:
    frame[position] == COMPLETE
  od
}

/* reclaim_writer(), then wake_everybody(). */
proctype Broker() {
  byte i;
end:
  dead && buffered_commit[0] == NONE && !buffered_mark[0];
  d_step {
    for (i : 0 .. FRAMES - 1) {
      if
      :: frame[i] == RESERVED && writer_of[i] == 0 -> frame[i] = COMPLETE
      :: else
      fi
    };
    i = 0
  };
  waiting[0] = false;
#ifndef NO_WAKE_AFTER_DEATH
  space = true
#endif
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
    for (i : 0 .. WRITERS - 1) {
      buffered_commit[i] = NONE;
      run Writer(i)
    }
    if
    :: POLICY == WAIT -> run Reader() /* an overwriting topic's readers make no space */
    :: else
    fi;
    run Broker();
    run Memory();
    run Fate()
  }
  timeout;
  assert((written[0] || dead) && written[1] && written[2])
}
