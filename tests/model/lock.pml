/* RobustLock and what is reclaimed of it. What is modelled:
 *
 *   try_lock(), lock(), unlock()   the functions of RobustLock (core/robust_lock.cpp)
 *   queue                          LockWait::enter() and leave(): KernelLockWait in client_dll/waits.cpp
 *   Broker                         RobustLock::release_dead() through reclaim_lock(), then wake_everybody(), both of
 *                                  core/reclaim.cpp
 *
 * - Every step is one access to shared memory or one system call; a writer may die before any of them.
 * - The lock's word is the only shared memory here and every access to it but one load is a read-modify-write, so
 *   no order of stores can be seen wrong. What the lock guards is ThreadSanitizer's business (tests/stress).
 * - The kernel's mutex is free again when its holder dies (WAIT_ABANDONED), whoever is next.
 * - One writer may lose patience wherever it waits; the others wait for ever. So a wake-up that gets lost leaves
 *   one of them asleep, which is an invalid end state.
 *
 * What must fail: see the variants in CMakeLists.txt. */
#ifndef WRITERS
#define WRITERS 3
#define TURNS 2
#define DEATHS 1
#endif
#define IMPATIENT (me == 0)

byte owner = 0;       /* the word: 0, or 1 + the owner's slot ... */
bool awaited = false; /* ... and kAwaited */
byte queue = 0;       /* the mutex: 0, or 1 + its holder's slot */
bool event = false;   /* resets itself */
byte inside = 0;      /* who works under the lock: 0, or 1 + its slot */
bool die[WRITERS];
bool dead[WRITERS];

inline try_lock() {
  d_step {
    locked = (owner == 0 && !awaited);
    if
    :: locked -> owner = me + 1
    :: else
    fi
  }
}

/* The head of the queue sees that somebody holds the lock: marks the word, if it is still so. */
inline mark_awaited() {
#ifdef MARK_IN_TWO_STEPS
  d_step { owner = seen; awaited = true; marked = true }
#else
  d_step {
    marked = (owner == seen && !awaited);
    if
    :: marked -> awaited = true
    :: else
    fi
  }
#endif
}

inline lock() {
  try_lock();
  if
  :: locked
  :: else ->
    if
    :: d_step { queue == 0 -> queue = me + 1 }; patient = true
    :: IMPATIENT -> patient = false
    fi;
    do
    :: locked || !patient -> break
    :: else ->
      d_step { seen = owner; marked = awaited };
      if
      :: seen == 0 -> try_lock()
      :: else ->
        if
        :: marked
#ifdef SLEEP_UNMARKED
        :: else -> marked = true
#else
        :: else -> mark_awaited()
#endif
        fi;
        if
        :: !marked
        :: marked ->
          if
          :: d_step { event -> event = false }
          :: IMPATIENT -> patient = false
          fi
        fi
      fi
    od;
    if
    :: d_step { queue == me + 1 -> queue = 0; seen = 0; marked = false; patient = false }
    :: d_step { queue != me + 1 -> seen = 0; marked = false; patient = false }
    fi
  fi
}

inline unlock() {
#ifdef UNLOCK_IN_TWO_STEPS
  marked = awaited;
  d_step { owner = 0; awaited = false }
#else
  d_step { marked = awaited; owner = 0; awaited = false };
#endif
  if
  :: marked -> d_step { event = true; marked = false }
  :: else
  fi
}

proctype Writer(byte me) {
  byte turn, seen;
  bool locked, patient, marked;
  {
    do
    :: turn == TURNS -> break
    :: else ->
      turn++;
      lock();
      if
      :: locked ->
        d_step { assert(inside == 0); inside = me + 1 };
        d_step { assert(inside == me + 1); inside = 0 };
        unlock()
      :: else
      fi
    od
  } unless {
    die[me]
  };
  skip;
  d_step {
    if
    :: inside == me + 1 -> inside = 0
    :: else
    fi;
    if
    :: queue == me + 1 -> queue = 0
    :: else
    fi;
    dead[me] = die[me]
  }
}

proctype Fate() {
  byte deaths, victim;
  do
  :: deaths == DEATHS -> break
  :: deaths < DEATHS -> deaths++; select(victim : 0 .. 1); die[victim] = true
  :: break
  od
}

/* release_dead(), and the events that the broker sets. */
proctype Broker(byte slot) {
  byte seen;
  bool seen_awaited, released, woken;
end:
  dead[slot];
#ifndef NO_RELEASE
  do
  :: d_step { seen = owner; seen_awaited = awaited };
     if
#ifdef RELEASE_WHOEVER_HOLDS_IT
     :: seen == 0 -> break
#else
     :: seen != slot + 1 -> break
#endif
     :: else ->
       d_step {
         released = (owner == seen && awaited == seen_awaited);
         if
         :: released -> owner = 0; awaited = false; woken = seen_awaited
         :: else
         fi
       };
       if
       :: released -> break
       :: else
       fi
     fi
  od;
  if
  :: woken -> event = true
  :: else
  fi;
#endif
#ifndef NO_WAKE_AFTER_DEATH
  event = true; /* it may have died between giving the lock back and setting the event */
#endif
}

init {
  byte i;
  atomic {
    for (i : 0 .. WRITERS - 1) {
      run Writer(i);
      run Broker(i)
    }
    run Fate()
  }
}
