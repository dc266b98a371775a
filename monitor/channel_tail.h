// Reads what is new in a channel. The work of Tail, for its thread.
#pragma once

#include <shmbroker/watch.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "shmbroker/shmbroker.hpp"
#include "tail.h"

namespace samples::monitor {

class ChannelTail {
 public:
  explicit ChannelTail(std::wstring name) : name_(std::move(name)) {}

  // Reads what has come since the turn before. Returns in how many milliseconds to come
  // again; INFINITE: never.
  DWORD turn();
  void close() { channel_.close(); }

  // Whether anything has changed since the last call, and what there is now.
  bool has_news() { return std::exchange(has_news_, false); }
  LastMessages last() const;

 private:
  DWORD look();
  DWORD fail(int32_t status);
  DWORD refuse(const wchar_t* why);
  void say(const std::wstring& state, LastMessages::Outcome outcome = LastMessages::Outcome::read);
  int32_t open();
  int32_t read_up();
  int32_t read_some();
  void add(const ShmMessage& message);

  const std::wstring name_;
  shmbroker::Channel channel_;
  ShmChannelState state_{};
  std::vector<std::byte> buffer_ = std::vector<std::byte>(256 * 1024);  // grows with a message that is larger
  std::deque<std::shared_ptr<const Message>> messages_;
  uint64_t newest_ = 0;     // number of the last message read
  uint64_t published_ = 0;  // number of the last message that there was when this turn began
  uint64_t missed_ = 0;
  std::wstring state_words_;
  LastMessages::Outcome outcome_ = LastMessages::Outcome::read;
  bool has_news_ = false;
};

}  // namespace samples::monitor
