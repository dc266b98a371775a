/* RobustLock and what is reclaimed of it. What is modelled:
 *
 *   try_lock(), lock(), unlock()   the functions of RobustLock (core/robust_lock.cpp)
 *   queue                          LockWait::enter() and leave(): KernelLockWait in client_dll/waits.cpp
 *   Broker                         RobustLock::release_dead() through reclaim_lock(), then wake_everybody(), both of
 *                                  core/reclaim.cpp
 *
 * - Every step is one access to shared memory or one system call; a writer may die before any of them.
 * - The store that gives the lock back waits in its thread's store buffer until Memory lets it reach the memory, at any
 *   later time; a compare-exchange and a fence wait for that. SECOND_LOOK and its bound: as in waking.pml. What the lock
 *   guards is ThreadSanitizer's business (tests/stress).
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

byte owner = 0;       /* the word: 0, or 1 + the owner's slot */
bool awaited = false; /* the head of the queue sleeps until it is given back */
bool buffered_unlock[WRITERS];
bool is_old_unlock[WRITERS]; /* it was in that writer's buffer when the head of the queue marked itself */
byte queue = 0;       /* the mutex: 0, or 1 + its holder's slot */
bool event = false;   /* resets itself */
byte inside = 0;      /* who works under the lock: 0, or 1 + its slot */
bool die[WRITERS];
bool dead[WRITERS];

#ifdef SECOND_LOOK
#define NO_UNLOCK_FENCE
#endif
#ifdef BOUNDED
#define MAY_LOOK_AGAIN (!is_old_unlock[0] && !is_old_unlock[1] && !is_old_unlock[WRITERS - 1])
#else
#define MAY_LOOK_AGAIN true
#endif

proctype Memory() {
end:
  do
  :: d_step { buffered_unlock[0] -> owner = 0; buffered_unlock[0] = false; is_old_unlock[0] = false }
  :: d_step { buffered_unlock[1] -> owner = 0; buffered_unlock[1] = false; is_old_unlock[1] = false }
#if WRITERS == 3
  :: d_step { buffered_unlock[2] -> owner = 0; buffered_unlock[2] = false; is_old_unlock[2] = false }
#endif
  od
}

inline try_lock() {
  d_step {
    !buffered_unlock[me] ->
    locked = (owner == 0);
    if
    :: locked -> owner = me + 1
    :: else
    fi
  }
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
#ifndef NO_MARK
      d_step {
        settled = settled && awaited; awaited = true;
        if
        :: !settled ->
          is_old_unlock[0] = buffered_unlock[0]; is_old_unlock[1] = buffered_unlock[1];
          is_old_unlock[WRITERS - 1] = buffered_unlock[WRITERS - 1]
        :: else
        fi
      };
#endif
#ifndef NO_LOOK_AFTER_MARK
      try_lock();
#endif
      if
      :: locked
      :: else ->
        if
        :: d_step { event -> event = false }; try_lock()
        :: IMPATIENT -> patient = false
#ifdef SECOND_LOOK
        :: d_step { !settled && MAY_LOOK_AGAIN -> settled = true }; try_lock()
#endif
        fi
      fi
    od;
    if
    :: d_step { queue == me + 1 -> awaited = false }; d_step { queue = 0; settled = false; patient = false }
    :: d_step { queue != me + 1 -> settled = false; patient = false }
    fi
  fi
}

/* Who sees the mark takes it off, and sets the event afterwards. */
inline unlock() {
  buffered_unlock[me] = true;
#ifndef NO_UNLOCK_FENCE
  !buffered_unlock[me];
#endif
  marked = awaited;
  if
  :: marked ->
#ifdef EVENT_BEFORE_MARK
    event = true;
    d_step { awaited = false; marked = false }
#else
    awaited = false;
    d_step { event = true; marked = false }
#endif
  :: else
  fi
}

proctype Writer(byte me) {
  byte turn;
  bool locked, patient, marked, settled;
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
  bool released, woken;
end:
  dead[slot] && !buffered_unlock[slot];
#ifndef NO_RELEASE
  d_step {
#ifdef RELEASE_WHOEVER_HOLDS_IT
    released = (owner != 0);
#else
    released = (owner == slot + 1);
#endif
    if
    :: released -> owner = 0
    :: else
    fi
  };
  woken = released && awaited;
  if
  :: woken -> awaited = false; event = true
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
    run Memory();
    run Fate()
  }
}
