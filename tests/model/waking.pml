/* Readers that sleep and writers that wake them: core/waking.h over the ring's order. What is modelled:
 *
 *   Writer   RingWriter::commit(), then wake_readers() as wake_after_commit() of core/publishing.h calls it
 *   Reader   wait_readable()
 *   Broker   reclaim_writer() and wake_everybody() of core/reclaim.cpp
 *
 * - A store and a mark wait in their thread's store buffer until Memory lets them reach the memory, at any later
 *   time; a fence waits for that. C++ gives a relaxed read-modify-write no more than that, whatever x86 does.
 *   Two stores of one thread keep their order (release), so a buffer of one place is enough.
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

proctype Memory() {
end:
  do
  :: d_step { buffered_commit[0] != NONE -> frame[buffered_commit[0]] = COMPLETE; buffered_commit[0] = NONE }
  :: d_step { buffered_commit[1] != NONE -> frame[buffered_commit[1]] = COMPLETE; buffered_commit[1] = NONE }
  :: d_step { buffered_mark[0] -> waiting[0] = true; buffered_mark[0] = false }
  :: d_step { buffered_mark[1] -> waiting[1] = true; buffered_mark[1] = false }
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
#ifdef NO_SECOND_LOOK
    if
    :: false
#else
    if
    :: frame[position[me]] == COMPLETE ->
      d_step { !buffered_mark[me] -> waiting[me] = false } /* a thread sees its own stores in order */
#endif
    :: else ->
end:
      d_step { event[me] -> event[me] = false }
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
