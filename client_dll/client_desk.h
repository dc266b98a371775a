// A client's own desk at a service: its requests, and the answers that come to them.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "client_dll/attachment.h"
#include "client_dll/in_place.h"
#include "core/desk.h"
#include "core/marks.h"

namespace shmbroker::client {

class ClientDesk {
 public:
  explicit ClientDesk(const core::CallGeometry& geometry) : geometry_(geometry) {}

  // Opens it. Returns SHM_OK, or a failed status after fail().
  int32_t open(const ServiceNames& names, uint32_t slot);

  // Puts a request there, and gives it a token. Returns 0 where as many calls are under way as may be. One
  // thread at a time.
  uint64_t begin(std::span<const std::byte> request);

  // The same in two steps: gives room for the largest request; then puts what was written there. commit()
  // returns false if the token is not that of a loan. take() and release() are not for a loan.
  uint64_t loan(std::byte*& memory);
  bool commit(uint64_t token, size_t size);
  bool is_loan(uint64_t token) const;

  // Whether the token is that of a call which has begun and has not been ended.
  bool knows(uint64_t token) const;
  // Looks so many times whether the call has ended. Returns how often it has looked before; most: it has not.
  uint32_t poll(uint64_t token, uint32_t most) const;
  bool has_ended(uint64_t token) const;
  // Whether any has, and its outcome was not taken.
  bool has_outcome() const;
  bool is_taken(uint64_t token) const;

  // What has become of the call, after which its token is not valid any more; unless the answer is larger
  // than the room for it: then SHM_E_BUFFER, and it stays. SHM_E_ARGUMENT: the token is not valid, or another
  // thread ends this call. SHM_E_REFUSED: refusal has the text, and code the server's. Without fail(). An
  // answer that is looked at in its place stays until release().
  struct Ended {
    size_t size = 0;
    int32_t code = 0;
    std::wstring refusal;
  };
  int32_t take(uint64_t token, const Destination& to, Ended& ended);
  // Returns false if the call has not ended.
  bool release(uint64_t token);

  // Nobody wants the answer any more. Returns what the call was then.
  using GivenUp = core::DeskClient::GivenUp;
  GivenUp give_up(uint64_t token);
  // The same of all that are under way.
  void give_up_all();

  // An event that is set when a call has ended while the mark is there.
  HANDLE event() const { return event_.get(); }
  core::Marks& mark() const;  // of which the client has core::kClientMark
  void count_waits(uint32_t waits) const;

  // Calls and their bytes, answers and theirs.
  void add_stats(ShmStats& stats) const;

 private:
  struct Call {
    std::atomic<uint32_t> number{0};   // 0: none is under way
    std::atomic<bool> is_busy{false};  // a thread takes its outcome, or gives it up
    std::atomic<bool> is_loan{false};  // begun, and its request is not there yet
    bool was_abandoned = false;        // a server may still have the last one; number releases it
  };
  static uint32_t index_of(uint64_t token) { return static_cast<uint32_t>(token) - 1; }
  static uint32_t number_of(uint64_t token) { return static_cast<uint32_t>(token >> 32); }
  uint64_t reserve(bool is_loan);
  void post(uint64_t token, std::span<const std::byte> request);
  bool enter(uint64_t token);
  void leave(uint64_t token, bool has_ended);
  core::DeskClient client() const { return core::DeskClient(*desk_); }

  const core::CallGeometry geometry_;
  win::Handle section_;
  win::Handle event_;
  win::View view_;
  std::unique_ptr<core::Desk> desk_;
  std::unique_ptr<Call[]> calls_;
  uint32_t last_number_ = 0;  // under the writing call lock
};

}  // namespace shmbroker::client
