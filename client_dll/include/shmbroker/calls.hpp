// Calls of a service, a channel that is called; see shmbroker.hpp. A client calls call(), or begins a Call
// and ends it later; a server takes a Request and answers it.
//
//   shmbroker::Channel server(L"prices", {.access = SHM_SERVER});
//   std::vector<std::byte> room(server.max_message());
//   while (shmbroker::Request request{server, room}) request.answer(price_of(request.data()));
//
//   shmbroker::Channel client(L"prices", {.access = SHM_CLIENT});
//   std::vector<std::byte> room(client.max_answer());
//   use(shmbroker::call(client, symbol, room, 1000));
//
// Threads: as in in_place.hpp. Several threads may call, and serve, through one channel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "shmbroker/channel.hpp"
#include "shmbroker/error.hpp"
#include "shmbroker/shmbroker.h"

namespace shmbroker {

// The server has refused the call: SHM_E_REFUSED. code(): what it gave as the reason; text(): its text.
class Refused : public Error {
 public:
  Refused() : Error(SHM_E_REFUSED), code_(ShmLastRefusal()) {}
  int32_t code() const noexcept { return code_; }

 private:
  int32_t code_;
};

// check() for calls: throws Refused for a refusal, and Error for another negative status.
inline Status check_call(Status status) {
  if (status == SHM_E_REFUSED) throw Refused();
  return check(status);
}

// Calls, and waits for the answer, which is in room. What a status says of a second try is in shmbroker.h.
inline std::span<const std::byte> call(Channel& channel, std::span<const std::byte> request,
                                       std::span<std::byte> room, uint32_t timeout_ms,
                                       Status& status) noexcept {
  size_t size = 0;
  status =
      ShmCall(channel.handle(), request.data(), request.size(), room.data(), room.size(), &size, timeout_ms);
  return room.first(status >= 0 ? size : 0);
}
inline std::span<const std::byte> call(Channel& channel, std::span<const std::byte> request,
                                       std::span<std::byte> room, uint32_t timeout_ms = SHM_INFINITE) {
  Status status = SHM_OK;
  const auto answer = call(channel, request, room, timeout_ms, status);
  check_call(status);
  return answer;
}

// A call under way, so that several can be. What was not ended is given up.
class Call {
 public:
  // timeout_ms: how long to wait where as many calls are under way as the service lets a handle have.
  Call(Channel& channel, std::span<const std::byte> request, uint32_t timeout_ms = SHM_INFINITE)
      : channel_(channel.handle()) {
    check(begin(request, timeout_ms));
  }
  Call(Channel& channel, std::span<const std::byte> request, uint32_t timeout_ms, Status& status) noexcept
      : channel_(channel.handle()) {
    status = begin(request, timeout_ms);
  }
  Call(Call&& other) noexcept : channel_(other.channel_), token_(std::exchange(other.token_, 0)) {}
  Call& operator=(Call&& other) noexcept {
    if (this == &other) return *this;
    give_up();
    channel_ = other.channel_;
    token_ = std::exchange(other.token_, 0);
    return *this;
  }
  ~Call() { give_up(); }

  // Whether it is under way. SHM_E_EMPTY (no answer in time) and SHM_E_BUFFER leave it so.
  explicit operator bool() const noexcept { return token_ != 0; }

  // Waits for the answer, which is in room then.
  std::span<const std::byte> end(std::span<std::byte> room, uint32_t timeout_ms, Status& status) noexcept {
    size_t size = 0;
    status =
        token_ == 0 ? SHM_E_STATE : ShmCallEnd(channel_, token_, room.data(), room.size(), &size, timeout_ms);
    const bool goes_on = status == SHM_E_EMPTY || status == SHM_E_BUFFER || status == SHM_E_CANCELLED;
    if (!goes_on) token_ = 0;
    return room.first(status >= 0 ? size : 0);
  }
  std::span<const std::byte> end(std::span<std::byte> room, uint32_t timeout_ms = SHM_INFINITE) {
    if (token_ == 0) throw Error::of(SHM_E_STATE);
    Status status = SHM_OK;
    const auto answer = end(room, timeout_ms, status);
    check_call(status);
    return answer;
  }

  // Its answer, if one comes, is dropped. SHM_OK: no server has taken it, and none will.
  Status give_up() noexcept {
    return token_ == 0 ? SHM_OK : ShmCallCancel(channel_, std::exchange(token_, 0));
  }

 private:
  Status begin(std::span<const std::byte> request, uint32_t timeout_ms) noexcept {
    return ShmCallBegin(channel_, request.data(), request.size(), &token_, timeout_ms);
  }

  ShmChannel channel_;
  ShmToken token_ = 0;
};

// A request that this server has taken. False if nobody called until the time was up. One that goes without
// an answer is refused with code 0.
class Request {
 public:
  // room: for the request, and as long as data() is used.
  Request(Channel& channel, std::span<std::byte> room, uint32_t timeout_ms = SHM_INFINITE)
      : channel_(channel.handle()) {
    const Status status = take(room, timeout_ms);
    if (!is_nothing(status)) check(status);
  }
  Request(Channel& channel, std::span<std::byte> room, uint32_t timeout_ms, Status& status) noexcept
      : channel_(channel.handle()) {
    status = take(room, timeout_ms);
  }
  Request(Request&& other) noexcept
      : channel_(other.channel_), token_(std::exchange(other.token_, 0)), data_(other.data_) {}
  Request& operator=(Request&& other) noexcept {
    if (this == &other) return *this;
    drop();
    channel_ = other.channel_;
    token_ = std::exchange(other.token_, 0);
    data_ = other.data_;
    return *this;
  }
  ~Request() { drop(); }

  // Whether there is one that is still to be answered.
  explicit operator bool() const noexcept { return token_ != 0; }
  std::span<const std::byte> data() const noexcept { return data_; }

  // Returns whether the client still wanted it. One that is too long (SHM_E_SIZE) can still be answered.
  bool answer(std::span<const std::byte> bytes) {
    if (token_ == 0) throw Error::of(SHM_E_STATE);
    Status status = SHM_OK;
    answer(bytes, status);
    return check(status) != SHM_S_DROPPED;
  }
  void answer(std::span<const std::byte> bytes, Status& status) noexcept {
    status = token_ == 0 ? SHM_E_STATE : ShmAnswer(channel_, token_, bytes.data(), bytes.size());
    if (status != SHM_E_SIZE) token_ = 0;
  }
  // The client gets SHM_E_REFUSED with this code and text.
  void refuse(int32_t code, const wchar_t* text = L"") noexcept {
    if (token_ != 0) ShmRefuse(channel_, std::exchange(token_, 0), code, text);
  }

  // Whose call it is, as long as it is not answered.
  ShmCaller caller(Status& status) const noexcept {
    ShmCaller caller{};
    caller.size = sizeof caller;
    status = ShmGetCaller(channel_, token_, &caller);
    return caller;
  }
  ShmCaller caller() const {
    Status status = SHM_OK;
    const ShmCaller caller = this->caller(status);
    check(status);
    return caller;
  }

 private:
  Status take(std::span<std::byte> room, uint32_t timeout_ms) noexcept {
    size_t size = 0;
    const Status status = ShmServe(channel_, room.data(), room.size(), &size, &token_, timeout_ms);
    if (status >= 0) data_ = room.first(size);
    return status;
  }
  void drop() noexcept { refuse(0, L"the server went on without an answer"); }

  ShmChannel channel_;
  ShmToken token_ = 0;
  std::span<const std::byte> data_;
};

}  // namespace shmbroker
