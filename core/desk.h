// A client's desk: what it, the servers and the broker do to the calls in it. Each has a class of its own;
// none waits.
//
// A client that forges what is in its desk harms its own calls. So servers and the broker copy a number once,
// check the copy and use the copy, and look at no more calls than the service allows.
#pragma once

#include <cstddef>
#include <span>

#include "core/call_geometry.h"
#include "core/call_layout.h"
#include "core/call_word.h"

namespace shmbroker::core {

// Where what lies in a desk.
class Desk {
 public:
  // memory: as many bytes as desk_size() says.
  Desk(std::byte* memory, const CallGeometry& geometry);

  DeskSection& section() const { return *reinterpret_cast<DeskSection*>(memory_); }
  std::atomic<uint64_t>& word(uint32_t call) const { return reinterpret_cast<CallRecord*>(at(call))->word; }
  RequestHeader& request(uint32_t call) const {
    return *reinterpret_cast<RequestHeader*>(at(call) + sizeof(CallRecord));
  }
  AnswerHeader& answer(uint32_t call) const {
    return *reinterpret_cast<AnswerHeader*>(at(call) + sizeof(CallRecord) + request_stride_);
  }
  std::byte* request_bytes(uint32_t call) const { return reinterpret_cast<std::byte*>(&request(call) + 1); }
  std::byte* answer_bytes(uint32_t call) const { return reinterpret_cast<std::byte*>(&answer(call) + 1); }

  uint32_t calls() const { return calls_; }
  uint64_t max_request() const { return max_request_; }
  uint64_t max_answer() const { return max_answer_; }
  uint64_t answer_room() const {
    return call_stride_ - sizeof(CallRecord) - request_stride_ - sizeof(AnswerHeader);
  }
  // Calls that were ever under way: behind them there are none. acquire: pairs with the release in post().
  uint32_t used() const;

 private:
  std::byte* at(uint32_t call) const {
    return memory_ + sizeof(DeskSection) + call * static_cast<size_t>(call_stride_);
  }

  std::byte* memory_;
  uint32_t calls_;
  uint64_t max_request_;
  uint64_t max_answer_;
  uint64_t request_stride_;
  uint64_t call_stride_;
};

// What becomes of a call, for its client.
struct Outcome {
  CallState state = CallState::free;  // answered, refused or died
  uint64_t size = 0;                  // bytes of the answer, or of the refusal's text
  int32_t code = 0;                   // of a refusal
};

// The client's side. One thread at a time for each call, and for begin.
class DeskClient {
 public:
  explicit DeskClient(const Desk& desk) : desk_(desk) {}

  // Whether a new call can be there, after one that was given up: no server has anything to do with it.
  bool is_free(uint32_t call) const;
  // Puts a request there, unless it lies there already. The caller then rings, and wakes a server.
  void post(uint32_t call, uint32_t number, std::span<const std::byte> request) const;
  // Looks where nobody writes before the answer: it may miss a call whose server is gone.
  bool is_finished(uint32_t call, uint32_t number) const;
  bool has_ended(uint32_t call, uint32_t number) const;
  // Whether a server has taken it, dead or alive.
  bool is_taken(uint32_t call, uint32_t number) const;
  // Of a call that has ended. size may be more than the answer can have: the memory is damaged then. It stays
  // there until the next post().
  Outcome outcome(uint32_t call, uint32_t number) const;
  void copy_answer(uint32_t call, std::span<std::byte> to) const;

  enum class GivenUp { withdrawn, abandoned, ended };
  // withdrawn: no server had it, and none will. abandoned: one has it, and what it says comes to nobody.
  // ended: it has an outcome, and is still there.
  GivenUp give_up(uint32_t call, uint32_t number) const;

 private:
  Desk desk_;
};

// A server's side, from any thread.
class DeskServer {
 public:
  // slot: the server's own.
  DeskServer(const Desk& desk, uint32_t slot) : desk_(desk), slot_(slot) {}

  const Desk& desk() const { return desk_; }

  // The next call from `from` on, round the desk, that nobody has taken; kNone: there is none.
  static constexpr uint32_t kNone = UINT32_MAX;
  uint32_t find_posted(uint32_t from) const;

  // The number of the call, if nobody has taken it; or 0.
  uint32_t posted(uint32_t call) const;
  // Bytes of the request that posted() has seen; more than max_request(): its client has forged it.
  uint64_t request_size(uint32_t call) const;
  // Takes the call of that number. Returns false if another server was quicker, or its client has withdrawn
  // it.
  bool take(uint32_t call, uint32_t number) const;
  void copy_request(uint32_t call, std::span<std::byte> to) const;

  enum class Given { ok, dropped, not_ours };
  // Gives the answer, which may lie there already, or a refusal. dropped: the client has given the call up.
  // not_ours: this server has not taken such a call, or has answered it. The caller wakes the client where it
  // is ok.
  Given answer(uint32_t call, uint32_t number, std::span<const std::byte> bytes) const {
    return finish(call, number, bytes, CallState::answered, 0);
  }
  Given refuse(uint32_t call, uint32_t number, int32_t code, std::span<const std::byte> text) const {
    return finish(call, number, text, CallState::refused, code);
  }

  // Whether it is still this server's to answer; waited_for: whether the client still wants the answer.
  bool has_taken(uint32_t call, uint32_t number, bool& waited_for) const;

 private:
  Given finish(uint32_t call, uint32_t number, std::span<const std::byte> bytes, CallState state,
               int32_t code) const;

  Desk desk_;
  uint32_t slot_;
};

// For the broker: how many calls are posted, or with a server.
uint32_t calls_under_way(const Desk& desk);

// For the broker, when servers are gone: ends what they had taken. servers: a bit for each slot that a server
// still has. May be repeated. Returns whether any call has come to its end, or is still to be taken: the
// client is to be woken then, and servers.
struct Swept {
  bool ended = false;
  bool posted = false;
};
Swept sweep_calls(const Desk& desk, uint64_t servers);

}  // namespace shmbroker::core
