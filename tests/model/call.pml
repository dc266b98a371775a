/* A call's word and its room for the answer: core/call_word.h, core/desk.cpp. What is modelled:
 *
 *   Client   DeskClient::post(), has_ended() and give_up(), and the sleep: call_waking.h
 *   Server   DeskServer::take() and finish(), then the wake-up: call_waking.h
 *   Broker   sweep_calls() and the wake-up after it, for a server that is gone
 *
 * - One client makes two calls in one place, one after the other. Two servers take them.
 * - The answer is written in two steps; the client must see a whole one, of its own call.
 * - The client may give a call up at any time that it waits; PATIENT: it never does, so it must be woken.
 * - A server may die at any step. So may the broker between two looks, and begins again: its steps may be repeated.
 * - Nobody's patience ends but by giving up, so a wake-up that gets lost leaves the client asleep: when nothing else can
 *   happen (timeout), it must have the outcome of both calls.
 * That a request which was posted is found is what client_round.h and waking.pml are about: here a server finds it.
 *
 * What must fail: see the variants in CMakeLists.txt. */
#ifndef DEATHS
#define DEATHS 1
#endif

#define FREE 0
#define TAKEN 2
#define ANSWERING 3
#define ANSWERED 4
#define DIED 5
#define ABANDONED 6
#define IS_WITH_SERVER (state == TAKEN || state == ANSWERING || state == ABANDONED)
#define HAS_ENDED (number == call && (state == ANSWERED || state == DIED))
#ifdef TAKE_WHAT_IS_OVER
#define IS_LATER(n) (n != number)
#else
#define IS_LATER(n) (n > number)
#endif

byte posted; /* the request's number */

byte state = FREE; /* the word: */
byte owner;
byte number;

byte room; /* the answer: of which call it is; 0: half written */
bool waiting, event;
byte times_taken[3];
bool die[2], dead[2];
bool client_done;

proctype Server(byte me) {
  byte mine, seen;
  {
end:
    do
    :: IS_LATER(posted) && !IS_WITH_SERVER ->
      seen = posted;
#ifdef TAKE_IN_TWO_STEPS
      IS_LATER(seen) && !IS_WITH_SERVER;
      d_step { state = TAKEN; owner = me; number = seen; mine = seen; times_taken[mine]++ };
#else
      if
      :: d_step { IS_LATER(seen) && !IS_WITH_SERVER ->
                  state = TAKEN; owner = me; number = seen; mine = seen; times_taken[mine]++ }
      :: else -> goto end
      fi;
#endif
      if
      :: d_step { state == TAKEN && owner == me && number == mine -> state = ANSWERING } ->
        room = 0;
        room = mine;
        if
        :: d_step { state == ANSWERING && owner == me && number == mine -> state = ANSWERED } ->
          if
          :: d_step { waiting -> waiting = false } -> event = true
          :: else
          fi
        :: else ->
          if
          :: d_step { state == ABANDONED && owner == me && number == mine -> state = FREE }
          :: else
          fi
        fi
      :: else ->
        if
        :: d_step { state == ABANDONED && owner == me && number == mine -> state = FREE }
        :: else
        fi
      fi
    od
  } unless {
    die[me]
  };
  dead[me] = die[me]
}

proctype Client() {
  byte call;
  for (call : 1 .. 2) {
    !IS_WITH_SERVER;
    posted = call;
    do
    :: HAS_ENDED ->
      assert(times_taken[call] == 1);
      assert(state == DIED || room == call);
      break
    :: else ->
#ifndef NO_MARK
      waiting = true;
#endif
#ifdef NO_SECOND_LOOK
      if
      :: false
#else
      if
      :: HAS_ENDED -> waiting = false
#endif
      :: else ->
#ifdef PATIENT
end:
        d_step { event -> event = false; waiting = false }
#else
        if
        :: d_step { event -> event = false; waiting = false }
        :: true -> /* gives it up */
          waiting = false;
          if
          :: d_step { number != call -> state = FREE; number = call } -> assert(times_taken[call] == 0); break
#ifdef FREE_WHEN_GIVEN_UP
          :: d_step { number == call && (state == TAKEN || state == ANSWERING) -> state = FREE } -> break
#else
          :: d_step { number == call && (state == TAKEN || state == ANSWERING) -> state = ABANDONED } -> break
#endif
          :: HAS_ENDED
          fi
        fi
#endif
      fi
    od
  };
  client_done = true
}

proctype Broker(byte slot) {
  byte tries;
end:
  dead[slot];
#ifndef NO_SWEEP
  for (tries : 1 .. 2) {
    if
    :: d_step { (state == TAKEN || state == ANSWERING) && owner == slot -> state = DIED }
    :: d_step { state == ABANDONED && owner == slot -> state = FREE }
    :: else
    fi
  }
#endif
#ifndef NO_WAKE_AFTER_DEATH
  event = true
#endif
}

proctype Fate() {
  if
  :: DEATHS > 0 -> die[0] = true /* which of them makes no difference */
  :: true
  fi
}

init {
  atomic {
    run Server(0);
    run Server(1);
    run Broker(0);
    run Client();
    run Fate()
  }
  timeout;
  assert(client_done && times_taken[1] <= 1 && times_taken[2] <= 1)
}
