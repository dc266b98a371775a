// What a call's word says. One word, so that who changes the state of a call changes it for that call alone,
// and at most one of all who try succeeds. tests/model/call.pml models it.
//
// A call is posted while the number of the request is another one than the word's: so the client that posts
// changes nothing that servers change, and a server that takes has the word's line already.
//
//   the client  posted ──► free (withdrawn); taken, answering ──► abandoned
//   a server    posted ──► taken ──► answering ──► answered, refused; abandoned ──► free
//   the broker  taken, answering ──► died; abandoned ──► free; both for a server that is gone
//
// Ended is answered, refused and died. The client has the outcome then, and may post its next call there.
#pragma once

#include <cstdint>

namespace shmbroker::core {

enum class CallState : uint8_t {
  free = 0,
  taken = 1,      // a server has it
  answering = 2,  // that server writes the answer
  answered = 3,   // what follows waits for the client
  refused = 4,
  died = 5,       // the server that had taken it is gone
  abandoned = 6,  // the client has given it up; the server that has taken it does not know yet
};

struct CallWord {
  CallState state = CallState::free;
  uint32_t server = 0;  // the slot of the one that has taken it
  uint32_t number = 0;  // another one for each call
};

constexpr uint64_t pack_call(const CallWord& word) {
  return static_cast<uint64_t>(word.state) | uint64_t{word.server} << 8 | uint64_t{word.number} << 32;
}

constexpr CallWord unpack_call(uint64_t word) {
  return {static_cast<CallState>(word & 0xFF), static_cast<uint32_t>(word >> 8 & 0xFFFFFF),
          static_cast<uint32_t>(word >> 32)};
}
static_assert(pack_call({}) == 0);
static_assert(pack_call(unpack_call(UINT64_MAX)) == UINT64_MAX,
              "no bit is left out: a word is replaced as a whole");

// Whether a call comes after the one that the word is about. Numbers grow, and begin anew after 2^32; 0 is
// none.
constexpr bool is_later(uint32_t number, const CallWord& word) {
  return number != 0 && (word.number == 0 || static_cast<int32_t>(number - word.number) > 0);
}

// Whether the client can have the outcome.
constexpr bool has_ended(CallState state) {
  return state == CallState::answered || state == CallState::refused || state == CallState::died;
}

// Whether a server has it, so that its slot must not be used for another call.
constexpr bool is_with_server(CallState state) {
  return state == CallState::taken || state == CallState::answering || state == CallState::abandoned;
}

}  // namespace shmbroker::core
