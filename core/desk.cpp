#include "core/desk.h"

#include <algorithm>

#include "core/copy.h"
#include "core/crash_point.h"
#include "core/prefetch.h"

namespace shmbroker::core {
namespace {

CallWord look(const std::atomic<uint64_t>& word, std::memory_order order) {
  return unpack_call(word.load(order));
}

// Replaces the whole word, if it is still what it was seen to be.
bool replace(std::atomic<uint64_t>& word, const CallWord& from, const CallWord& to, std::memory_order order) {
  uint64_t seen = pack_call(from);
  return word.compare_exchange_strong(seen, pack_call(to), order, std::memory_order_relaxed);
}

}  // namespace

Desk::Desk(std::byte* memory, const CallGeometry& geometry)
    : memory_(memory),
      calls_(geometry.calls),
      max_request_(geometry.max_request),
      max_answer_(geometry.max_answer),
      request_stride_(request_stride(geometry)),
      call_stride_(call_stride(geometry)) {}

uint32_t Desk::used() const { return std::min(section().used.load(std::memory_order_acquire), calls_); }

// ---- the client

bool DeskClient::is_free(uint32_t call) const {
  // acquire: pairs with the release of the server that frees an abandoned call: it writes no answer any more.
  const CallState state = look(desk_.word(call), std::memory_order_acquire).state;
  return state == CallState::free || core::has_ended(state);
}

void DeskClient::post(uint32_t call, uint32_t number, std::span<const std::byte> request) const {
  RequestHeader& header = desk_.request(call);
  if (request.data() != desk_.request_bytes(call))
    copy_to_shared(desk_.request_bytes(call), request.data(), request.size());
  header.size.store(static_cast<uint32_t>(request.size()), std::memory_order_relaxed);
  SHM_CRASH_POINT("call.filled");
  // release: pairs with the acquire in posted().
  header.number.store(number, std::memory_order_release);
  SHM_CRASH_POINT("call.posted");
  std::atomic<uint32_t>& used = desk_.section().used;
  // release: pairs with the acquire in used(). Sole writer.
  if (used.load(std::memory_order_relaxed) <= call) used.store(call + 1, std::memory_order_release);
}

bool DeskClient::is_finished(uint32_t call, uint32_t number) const {
  prefetch_to_read(desk_.answer_bytes(call) + kCacheLine);  // which a server writes before
  // relaxed: outcome() acquires.
  return desk_.answer(call).finished.load(std::memory_order_relaxed) == number;
}

bool DeskClient::has_ended(uint32_t call, uint32_t number) const {
  if (is_finished(call, number)) return true;
  const CallWord word = look(desk_.word(call), std::memory_order_relaxed);
  return word.number == number && core::has_ended(word.state);
}

bool DeskClient::is_taken(uint32_t call, uint32_t number) const {
  const CallWord word = look(desk_.word(call), std::memory_order_relaxed);
  return word.number == number && word.state != CallState::free;
}

Outcome DeskClient::outcome(uint32_t call, uint32_t number) const {
  const AnswerHeader& header = desk_.answer(call);
  Outcome outcome;
  // acquire, both: pairs with the releases in finish(); the second with the broker's in sweep_calls(), too.
  if (header.finished.load(std::memory_order_acquire) == number) {
    outcome.state = header.state.load(std::memory_order_relaxed);
  } else {
    outcome.state = look(desk_.word(call), std::memory_order_acquire).state;
  }
  outcome.size = header.size.load(std::memory_order_relaxed);
  outcome.code = header.code.load(std::memory_order_relaxed);
  return outcome;
}

void DeskClient::copy_answer(uint32_t call, std::span<std::byte> to) const {
  copy_from_shared(to.data(), desk_.answer_bytes(call), to.size());
}

DeskClient::GivenUp DeskClient::give_up(uint32_t call, uint32_t number) const {
  std::atomic<uint64_t>& word = desk_.word(call);
  // Each try fails only because the call has gone one state further: there are three.
  for (int tries = 0; tries < 4; ++tries) {
    const CallWord seen = look(word, std::memory_order_relaxed);
    const bool is_posted = seen.number != number;
    if (!is_posted && !is_with_server(seen.state)) return GivenUp::ended;
    const CallWord next = is_posted ? CallWord{CallState::free, 0, number}
                                    : CallWord{CallState::abandoned, seen.server, number};
    // relaxed: nothing was written that somebody is to see.
    if (replace(word, seen, next, std::memory_order_relaxed))
      return is_posted ? GivenUp::withdrawn : GivenUp::abandoned;
  }
  return GivenUp::ended;
}

// ---- a server

uint32_t DeskServer::find_posted(uint32_t from) const {
  const uint32_t used = desk_.used();
  for (uint32_t step = 0; step < used; ++step) {
    const uint32_t call = (from + step) % used;
    prefetch_to_read(desk_.request_bytes(call) + kCacheLine);  // which a client writes before
    if (posted(call) != 0) return call;
  }
  return kNone;
}

uint32_t DeskServer::posted(uint32_t call) const {
  // acquire: pairs with the release in post(): the request is what was written before.
  const uint32_t number = desk_.request(call).number.load(std::memory_order_acquire);
  // relaxed: take() replaces what is seen there, or fails.
  const CallWord word = look(desk_.word(call), std::memory_order_relaxed);
  return is_later(number, word) && !is_with_server(word.state) ? number : 0;
}

uint64_t DeskServer::request_size(uint32_t call) const {
  return desk_.request(call).size.load(std::memory_order_relaxed);
}

bool DeskServer::take(uint32_t call, uint32_t number) const {
  std::atomic<uint64_t>& word = desk_.word(call);
  const CallWord seen = look(word, std::memory_order_relaxed);
  // SUBTLE: as long as the word is about an earlier call, nobody has taken this one, nor has its client
  // withdrawn it and posted another one: the request is the one that posted() has seen.
  if (!is_later(number, seen) || is_with_server(seen.state)) return false;
  // relaxed: posted() has acquired the request.
  if (!replace(word, seen, {CallState::taken, slot_, number}, std::memory_order_relaxed)) return false;
  SHM_CRASH_POINT("call.taken");
  return true;
}

void DeskServer::copy_request(uint32_t call, std::span<std::byte> to) const {
  copy_from_shared(to.data(), desk_.request_bytes(call), to.size());
}

DeskServer::Given DeskServer::finish(uint32_t call, uint32_t number, std::span<const std::byte> bytes,
                                     CallState state, int32_t code) const {
  std::atomic<uint64_t>& word = desk_.word(call);
  AnswerHeader& header = desk_.answer(call);
  const CallWord taken{CallState::taken, slot_, number};
  const CallWord answering{CallState::answering, slot_, number};
  const CallWord abandoned{CallState::abandoned, slot_, number};
  const CallWord freed{CallState::free, 0, number};
  // relaxed: one thread alone gets here for this call, and writes only then.
  if (!replace(word, taken, answering, std::memory_order_relaxed)) {
    // release: pairs with the acquire in is_free().
    return replace(word, abandoned, freed, std::memory_order_release) ? Given::dropped : Given::not_ours;
  }
  SHM_CRASH_POINT("call.answering");
  if (bytes.data() != desk_.answer_bytes(call))
    copy_to_shared(desk_.answer_bytes(call), bytes.data(), bytes.size());
  header.size.store(static_cast<uint32_t>(bytes.size()), std::memory_order_relaxed);
  header.code.store(code, std::memory_order_relaxed);
  header.state.store(state, std::memory_order_relaxed);
  // release: pairs with the acquires in outcome().
  if (!replace(word, answering, {state, slot_, number}, std::memory_order_release)) {
    replace(word, abandoned, freed, std::memory_order_release);
    return Given::dropped;
  }
  SHM_CRASH_POINT("call.answered");
  // release: pairs with the acquire in outcome().
  header.finished.store(number, std::memory_order_release);
  return Given::ok;
}

bool DeskServer::has_taken(uint32_t call, uint32_t number, bool& waited_for) const {
  if (call >= desk_.calls()) return false;
  const CallWord word = look(desk_.word(call), std::memory_order_relaxed);
  waited_for = word.state != CallState::abandoned;
  return is_with_server(word.state) && word.number == number && word.server == slot_;
}

// ---- the broker

namespace {

bool is_posted(const Desk& desk, uint32_t call) { return DeskServer(desk, 0).posted(call) != 0; }

// Returns whether the call has come to an end by it.
bool end_call_of_the_dead(std::atomic<uint64_t>& word, uint64_t servers) {
  // Twice: the client may give the call up at the same time.
  for (int tries = 0; tries < 2; ++tries) {
    const CallWord seen = look(word, std::memory_order_relaxed);
    const bool is_there = seen.server < kMaxReaders && (servers >> seen.server & 1) != 0;
    if (!is_with_server(seen.state) || is_there) return false;
    const bool is_abandoned = seen.state == CallState::abandoned;
    const CallWord next = is_abandoned ? CallWord{CallState::free, 0, seen.number}
                                       : CallWord{CallState::died, seen.server, seen.number};
    // release: pairs with the acquires in outcome() and is_free().
    if (replace(word, seen, next, std::memory_order_release)) return true;
  }
  return false;
}

}  // namespace

uint32_t calls_under_way(const Desk& desk) {
  const uint32_t used = desk.used();
  uint32_t calls = 0;
  for (uint32_t call = 0; call < used; ++call) {
    calls += is_posted(desk, call) || is_with_server(look(desk.word(call), std::memory_order_relaxed).state);
  }
  return calls;
}

Swept sweep_calls(const Desk& desk, uint64_t servers) {
  Swept swept;
  const uint32_t used = desk.used();
  for (uint32_t call = 0; call < used; ++call) {
    std::atomic<uint64_t>& word = desk.word(call);
    swept.ended |= end_call_of_the_dead(word, servers);
    SHM_CRASH_POINT("call.swept");
    // A server may have died before it woke the client.
    swept.ended |= core::has_ended(look(word, std::memory_order_relaxed).state);
    swept.posted |= is_posted(desk, call);
  }
  return swept;
}

}  // namespace shmbroker::core
