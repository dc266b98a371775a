/* Readers that sleep and writers that wake them: core/waking.h over the ring's order. What is modelled:
 *
 *   Writer   RingWriter::commit(), then wake_readers() as wake_after_commit() of core/publishing.h calls it
 *   Reader   wait_readable()
 *   Broker   reclaim_writer() and wake_everybody() of core/reclaim.cpp
 *
 * - A store and a mark wait in their thread's store buffer until Memory lets them reach the memory, at any later
 *   time; a fence waits for that. C++ gives a relaxed read-modify-write no more than that, whatever x86 does.
 *   Two stores of one thread keep their order (release), so a buffer of one place is enough.
 * - SECOND_LOOK: writers have no fence (core/store_order.h on x86), and a reader that has marked itself looks once
 *   more before it sleeps for good. BOUNDED: the stores that were in a buffer when it marked itself have left it by
 *   then. Without the bound the checker finds the wake-up that is lost.
 * - Frames lie in a row, and a reader can't pass one that is not complete. So a commit may make readable what others
 *   committed behind it, before.
 * - A writer may die at any step. What is in its buffer still reaches the memory. The broker then completes the frames
 *   that it had reserved, and wakes every reader.
 * - Nobody's patience ends here, so a wake-up that gets lost leaves a reader asleep: when nothing else can happen
 *   (timeout), every reader must have passed every frame.
 *
 * What must fail: see the variants in CMakeLists.txt. */
#ifndef FRAMES
#define READERS 2
#define FRAMES 2
#define DEATHS 1
#endif
#define WRITERS 2
#define EACH (FRAMES / WRITERS)
#define NONE 255

#define EMPTY 0
#define RESERVED 1
#define COMPLETE 2

byte frame[FRAMES + 1]; /* the last stays empty */
byte writer_of[FRAMES];
byte tail = 0;
bool waiting[2];
bool event[2];       /* each resets itself */
byte position[READERS];
bool die[WRITERS];
bool dead[WRITERS];

byte buffered_commit[WRITERS]; /* which frame is to become complete */
bool buffered_mark[2];
bool is_settled[2]; /* the reader's mark is so old that every writer sees it */
bool is_old_store[READERS * WRITERS]; /* it was in that writer's buffer when that reader marked itself */

#ifdef SECOND_LOOK
#define NO_WRITER_FENCE
#endif
#ifdef BOUNDED
#define MAY_LOOK_AGAIN (!is_old_store[me * WRITERS] && !is_old_store[me * WRITERS + 1])
#else
#define MAY_LOOK_AGAIN true
#endif

proctype Memory() {
end:
  do
  :: d_step {
       buffered_commit[0] != NONE -> frame[buffered_commit[0]] = COMPLETE; buffered_commit[0] = NONE;
       is_old_store[0] = false; is_old_store[(READERS - 1) * WRITERS] = false
     }
  :: d_step {
       buffered_commit[1] != NONE -> frame[buffered_commit[1]] = COMPLETE; buffered_commit[1] = NONE;
       is_old_store[1] = false; is_old_store[(READERS - 1) * WRITERS + 1] = false
     }
  :: d_step {
       buffered_mark[0] -> is_settled[0] = is_settled[0] && waiting[0]; waiting[0] = true; buffered_mark[0] = false
     }
  :: d_step {
       buffered_mark[1] -> is_settled[1] = is_settled[1] && waiting[1]; waiting[1] = true; buffered_mark[1] = false
     }
  od
}

proctype Writer(byte me) {
  byte count, mine, reader;
  bool take[2];
  {
    do
    :: count == EACH -> break
    :: else ->
      d_step { count++; mine = tail; writer_of[tail] = me; frame[tail] = RESERVED; tail++ };
      d_step { buffered_commit[me] == NONE -> buffered_commit[me] = mine; mine = 0 };
#ifndef NO_WRITER_FENCE
      buffered_commit[me] == NONE;
#endif
      if
      :: waiting[0] || waiting[1] ->
        d_step { take[0] = waiting[0]; take[1] = waiting[1]; waiting[0] = false; waiting[1] = false };
        if
        :: take[0] -> d_step { event[0] = true; take[0] = false }
        :: else
        fi;
#ifndef WAKE_ONE_ONLY
        if
        :: take[1] -> d_step { event[1] = true; take[1] = false }
        :: else
        fi
#endif
      :: else
      fi
    od
  } unless {
    die[me]
  };
  dead[me] = die[me]
}

proctype Reader(byte me) {
  do
  :: frame[position[me]] == COMPLETE -> position[me]++
  :: else ->
#ifndef NO_MARK
    buffered_mark[me] = true;
#endif
#ifndef NO_READER_FENCE
    !buffered_mark[me];
#endif
    d_step {
      if
      :: !is_settled[me] ->
        is_old_store[me * WRITERS] = (buffered_commit[0] != NONE);
        is_old_store[me * WRITERS + 1] = (buffered_commit[1] != NONE)
      :: else
      fi
    };
#ifdef NO_LOOK_AFTER_MARK
    if
    :: false
#else
    if
    :: frame[position[me]] == COMPLETE ->
      d_step { !buffered_mark[me] -> waiting[me] = false } /* a thread sees its own stores in order */
#endif
    :: else ->
end:
      if
      :: d_step { event[me] -> event[me] = false }
#ifdef SECOND_LOOK
      :: d_step { !is_settled[me] && MAY_LOOK_AGAIN -> is_settled[me] = true }
#endif
      fi
    fi
  od
}

proctype Fate() {
  if
  :: DEATHS > 0 -> die[0] = true /* which of them makes no difference */
  :: true
  fi
}

proctype Broker(byte slot) {
  byte i;
end:
  dead[slot] && buffered_commit[slot] == NONE;
  d_step {
    for (i : 0 .. FRAMES - 1) {
      if
      :: frame[i] == RESERVED && writer_of[i] == slot -> frame[i] = COMPLETE
      :: else
      fi
    };
    i = 0
  };
#ifndef NO_WAKE_AFTER_DEATH
  event[0] = true;
  event[1] = true
#endif
}

init {
  byte i;
  atomic {
    for (i : 0 .. WRITERS - 1) {
      buffered_commit[i] = NONE;
      run Writer(i)
    }
    for (i : 0 .. READERS - 1) {
      run Reader(i)
    }
    run Memory();
    run Broker(0);
    run Fate()
  }
  timeout;
  assert(position[0] == tail && position[READERS - 1] == tail)
}
