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
 * - A reader may poll before it sleeps, or take a message at once.
 * - A writer leaves a message to readers that are expected, the one on its way and those that poll, or, where it has
 *   left many, forgets them.
 * - Reader 0 may lose patience while it sleeps. Reader 1 may die at any step.
 *
 * Two writers and two readers, READERS=2 DEATHS=0 ABORTS=0 WRITERS=2 EACH=1, have 40 million states, without an error;
 * that takes two minutes and 2.2 GiB with -DCOLLAPSE, and is not among the tests.
 *
 * What must fail: see the variants in CMakeLists.txt. */
#ifndef WRITERS
#define WRITERS 2
#endif
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
byte coming = NOBODY;
bool polling[READERS];
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

/* is_any_reader_expected() */
#define EXPECTED (coming != NOBODY || polling[0] || polling[1] || polling[READERS - 1])

/* Whoever sleeps is announced, unless one is on its way. NOBODY: neither. */
inline announce(who) {
  d_step {
    if
    :: marked[0] -> who = 0
    :: else ->
      if
      :: marked[1] -> who = 1
      :: else -> who = (marked[READERS - 1] -> READERS - 1 : NOBODY)
      fi
    fi;
#ifndef MARK_FIRST
    if
    :: coming != NOBODY -> who = NOBODY
    :: else -> coming = who
    fi
#endif
  }
}

/* take_mark_of() */
inline take_mark(who, taken) {
  d_step { taken = marked[who]; marked[who] = false }
}

/* It is on its way no more, or never was. */
inline withdraw(who) {
  d_step {
    if
    :: coming == who -> coming = NOBODY
    :: else
    fi
  }
}

/* wake_next_taker() */
inline wake_next() {
  do
  :: EXPECTED -> break
  :: else ->
    announce(who);
    if
    :: who == NOBODY -> break
    :: else
    fi;
    take_mark(who, taken);
    if
    :: taken ->
#ifdef MARK_FIRST
      coming = who;
#endif
      event[who] = true;
      break
    :: else -> withdraw(who)
    fi
#ifdef STOP_IF_AWAKE
    ;
    break
#endif
  od;
  skip;
  d_step { who = 0; taken = false }
}

/* end_expectation() */
inline end_expectation() {
#ifdef NO_ARRIVAL
  polling[me] = false
#else
  withdraw(me);
#ifndef POLL_TO_THE_END
  polling[me] = false
#endif
#endif
}

/* forget_expected() */
inline forget() {
  d_step {
    coming = NOBODY;
    polling[0] = false;
    polling[1] = false;
    polling[READERS - 1] = false
  }
}

proctype Writer(byte me) {
  byte count, mine, who;
  bool taken;
  do
  :: count == EACH -> break
  :: else ->
    d_step { count++; mine = tail; frame[tail] = RESERVED; tail++ };
    if
    :: frame[mine] = OFFERED
    :: ABORTS > 0 -> frame[mine] = ABORTED
    fi;
    if
    :: EXPECTED /* left to these */
    :: else -> wake_next()
    :: EXPECTED -> forget(); wake_next() /* it has left many */
    fi;
    mine = 0
  od
}

proctype Reader(byte me) {
  byte found, who, i;
  bool woken, taken, patient = true;
  {
    do
    :: !patient -> break
    :: else ->
      if
      :: polling[me] = true;
#ifndef NO_PASS_ON_BY_POLLERS
        woken = true
#endif
      :: true
      fi;
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
          if
          :: woken ->
            end_expectation();
#ifndef NO_LOOK_FOR_MORE
            find(found);
            if
            :: found != NOBODY -> wake_next()
            :: else
            fi
#endif
          :: else
          fi;
          break /* busy with it for ever */
        fi
      :: else ->
        d_step { woken = woken || (sleeps[me] && !marked[me]); marked[me] = true };
        end_expectation();
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
      :: woken ->
        end_expectation();
        find(found);
        if
        :: found != NOBODY -> wake_next()
        :: else
        fi
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
  forget();
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
#if WRITERS == 2
    run Writer(1);
#endif
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
