/* Whom a queue's messages wake: core/queue_waking.h. Readers that sleep in a call that takes a message, of which a
 * message wakes one. What is modelled:
 *
 *   Writer   RingWriter::commit() and abort(), then wake_takers() as wake_after_commit() of core/publishing.h calls it
 *   Reader   RingChannel::take_message() of the DLL: sleep_marked() of core/marks.h, read(), pass_wake_up_on()
 *   Broker   reclaim_readers() and wake_everybody() of core/reclaim.cpp
 *
 * - Stores are seen at once here: what store buffers do is waking.pml's, and the same code.
 * - Frames lie in a row, and a reader can't pass one that is reserved.
 * - A reader that has taken a message is busy with it for ever. So nobody may sleep while a message can be taken:
 *   when nothing else can happen (timeout), either no message is left or no reader sleeps.
 * - A writer leaves a message to the reader that it woke before, if that one has not come yet.
 * - A writer watches for a while whether a reader that is awake takes its message; it may look at any time.
 * - Reader 0 may lose patience while it sleeps. Reader 1 may die at any step.
 *
 * With three readers spin has not seen all states (45 million, in 4 GiB, without an error); it has with two.
 *
 * What must fail: see the variants in CMakeLists.txt. */
#define WRITERS 2
#ifndef EACH
#define EACH 1
#endif
#define FRAMES (WRITERS * EACH)
#ifndef READERS
#define READERS 3
#define DEATHS 1
#define ABORTS 1
#endif
#define NOBODY 255

#define EMPTY 0
#define RESERVED 1
#define OFFERED 2
#define TAKEN 3
#define ABORTED 4

byte frame[FRAMES + 1]; /* the last stays empty */
byte tail = 0;
bool marked[READERS];
bool event[READERS]; /* each resets itself */
bool sleeps[READERS];
bool may_die = false;
bool dead = false;

/* The first message that a reader comes to and can take, or NOBODY. */
inline find(found) {
  d_step {
    found = NOBODY; i = 0;
    do
    :: frame[i] == EMPTY || frame[i] == RESERVED -> break
    :: frame[i] == OFFERED -> found = i; break
    :: else -> i++
    od;
    i = 0
  }
}

/* take_mark(): of whoever it may be, or NOBODY. */
inline take_mark(who) {
  d_step {
    if
    :: marked[0] -> who = 0; marked[0] = false
    :: else ->
      if
      :: marked[1] -> who = 1; marked[1] = false
      :: else ->
        if
        :: marked[READERS - 1] -> who = READERS - 1; marked[READERS - 1] = false
        :: else -> who = NOBODY
        fi
      fi
    fi
  }
}

proctype Writer(byte me) {
  byte count, mine, who, left;
  byte woken_for = NOBODY;
  bool followed;
  do
  :: count == EACH -> break
  :: else ->
    d_step { count++; mine = tail; frame[tail] = RESERVED; tail++ };
    if
    :: frame[mine] = OFFERED; followed = false
    :: ABORTS > 0 -> frame[mine] = ABORTED; followed = true
    fi;
#ifndef WAKE_ONE_IF_FOLLOWED
    followed = followed || (frame[mine + 1] > RESERVED);
#endif
    if
    :: !followed && frame[mine] == TAKEN /* by a reader that is awake */
    :: !followed && woken_for != NOBODY && frame[woken_for] == OFFERED /* left to the one that is on its way */
    :: true ->
      left = (followed -> READERS : 1);
      do
      :: left == 0 -> break
      :: left > 0 ->
        take_mark(who);
        if
        :: who == NOBODY -> left = 0
        :: else -> woken_for = mine; event[who] = true; left--
        fi
      od
    fi;
    skip;
    d_step { mine = 0; who = 0; left = 0; followed = false }
  od
}

inline pass_on() {
  take_mark(who);
  if
  :: who != NOBODY -> event[who] = true
  :: else
  fi
}

proctype Reader(byte me) {
  byte found, who, i;
  bool woken, patient = true;
  {
    do
    :: !patient -> break
    :: else ->
      find(found);
      if
      :: found != NOBODY ->
        d_step {
          if
          :: frame[found] == OFFERED -> frame[found] = TAKEN
          :: else -> found = NOBODY
          fi
        };
        if
        :: found == NOBODY
        :: found != NOBODY ->
          d_step { woken = woken || (sleeps[me] && !marked[me]); marked[me] = false; sleeps[me] = false };
#ifndef NO_LOOK_FOR_MORE
          find(found);
          if
          :: woken && found != NOBODY -> pass_on()
          :: else
          fi;
#endif
          break /* busy with it for ever */
        fi
      :: else ->
        d_step { woken = woken || (sleeps[me] && !marked[me]); marked[me] = true };
#ifndef NO_LOOK_AFTER_MARK
        find(found);
#endif
        if
        :: found != NOBODY ->
          d_step { woken = woken || !marked[me]; marked[me] = false; sleeps[me] = false }
        :: else ->
          sleeps[me] = true;
end:
          if
          :: d_step { event[me] -> event[me] = false }
          :: me == 0 -> patient = false
          fi
        fi
      fi
    od;
    if
    :: !patient ->
      d_step { woken = woken || !marked[me]; marked[me] = false; sleeps[me] = false };
#ifndef NO_PASS_ON
      if
      :: woken -> pass_on()
      :: else
      fi
#endif
    :: else -> d_step { marked[me] = false; sleeps[me] = false }
    fi
  } unless {
    me == 1 && may_die
  };
  if
  :: me == 1 && may_die -> d_step { sleeps[me] = false; dead = true }
  :: else
  fi
}

proctype Broker() {
end:
  dead;
  marked[1] = false;
#ifndef NO_WAKE_AFTER_DEATH
  event[0] = true;
  event[READERS - 1] = true
#endif
}

proctype Fate() {
  if
  :: DEATHS > 0 -> may_die = true
  :: true
  fi
}

init {
  byte found, i;
  atomic {
    run Writer(0);
    run Writer(1);
    run Reader(0);
    run Reader(1);
#if READERS == 3
    run Reader(2);
#endif
#if DEATHS > 0
    run Broker();
    run Fate()
#endif
  }
  timeout;
  find(found);
  assert(found == NOBODY || !(sleeps[0] || sleeps[1] || sleeps[READERS - 1]))
}
