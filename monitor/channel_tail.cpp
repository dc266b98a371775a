#include "channel_tail.h"

#include <algorithm>
#include <new>

namespace samples::monitor {
namespace {

// Milliseconds.
constexpr DWORD kFollowInterval = 100;
constexpr DWORD kLookInterval = 1000;
constexpr DWORD kRetryInterval = 1000;
// A topic may be written faster than it is read. A look has to come to its end, or it never sees the newest.
constexpr ULONGLONG kLongestTurn = 50;
constexpr ULONGLONG kLongestLook = 200;
constexpr uint32_t kServicePatience = 5000;

constexpr size_t kMessagesAtOnce = 256;

constexpr wchar_t kQueue[] =
    L"The messages of a queue are not shown: whoever reads one takes it away from the queue's readers.";
constexpr wchar_t kWriteOnly[] = L"You may write to this channel, and not read it.";
constexpr wchar_t kLooking[] =
    L"Looks once a second, and has the topic open only for that moment: its writers wait for readers, and "
    L"are not "
    L"to wait for this window.";
constexpr wchar_t kFollowing[] =
    L"Follows the topic. Its writers never wait for a reader, so this window holds up nobody.";
constexpr wchar_t kSampling[] =
    L"Follows the block: each value that it finds, ten times a second. Its writers do not wait for readers.";

bool waits(const ShmChannelState& state) { return state.kind == SHM_TOPIC && state.when_full == SHM_WAIT; }

const wchar_t* how(const ShmChannelState& state) {
  return waits(state) ? kLooking : state.kind == SHM_TOPIC ? kFollowing : kSampling;
}

uint64_t now() {
  FILETIME time;
  GetSystemTimePreciseAsFileTime(&time);
  return (uint64_t{time.dwHighDateTime} << 32) | time.dwLowDateTime;
}

}  // namespace

DWORD ChannelTail::turn() {
  try {
    return look();
  } catch (const std::bad_alloc&) {
    say(L"There is not enough memory for a message of this channel.", LastMessages::Outcome::failed);
    close();
    return kRetryInterval;
  }
}

DWORD ChannelTail::look() {
  if (!channel_) {
    state_.size = sizeof state_;
    uint32_t clients = 0;
    const int32_t asked = ShmInspect(name_.c_str(), &state_, nullptr, 0, &clients);
    if (asked != SHM_OK) return fail(asked);
    if (state_.kind == SHM_QUEUE) return refuse(kQueue);
    if ((state_.access & SHM_READ) == 0) return refuse(kWriteOnly);
    if (waits(state_) && state_.messages == newest_) {
      say(kLooking);
      return kLookInterval;
    }
    const int32_t opened = open();
    if (opened != SHM_OK) return fail(opened);
  }
  const int32_t status = read_up();
  if (status < 0 && status != SHM_E_EMPTY && status != SHM_E_OVERTAKEN) return fail(status);
  say(how(state_));
  if (!waits(state_)) return kFollowInterval;
  close();
  return kLookInterval;
}

DWORD ChannelTail::fail(int32_t status) {
  say(shmbroker::error_text(status) + L" Trying again every second.", LastMessages::Outcome::failed);
  close();
  return kRetryInterval;
}

DWORD ChannelTail::refuse(const wchar_t* why) {
  say(why, LastMessages::Outcome::refused);
  return INFINITE;
}

void ChannelTail::say(const std::wstring& state, LastMessages::Outcome outcome) {
  has_news_ |= state != state_words_;
  state_words_ = state;
  outcome_ = outcome;
}

int32_t ChannelTail::open() {
  int32_t status = SHM_OK;
  // Of this kind: a queue that has come in its place meanwhile must not be read.
  const shmbroker::Options options{
      .access = SHM_READ, .kind = state_.kind, .open_timeout_ms = kServicePatience};
  channel_ = shmbroker::Channel(name_, options, status);
  if (status != SHM_OK) return status;
  // Numbers that begin again: another channel of this name.
  if (state_.messages < newest_) newest_ = 0;
  return SHM_OK;
}

// Until there is nothing more, or for as long as a turn may take.
int32_t ChannelTail::read_up() {
  const ULONGLONG end = GetTickCount64() + (waits(state_) ? kLongestLook : kLongestTurn);
  ShmStats stats{};
  stats.size = sizeof stats;
  if (ShmGetStats(channel_.handle(), &stats) == SHM_OK) published_ = stats.sequence;
  int32_t status = SHM_OK;
  do {
    status = read_some();
  } while (status >= 0 && status != SHM_S_UNCHANGED && GetTickCount64() < end);
  return status;
}

int32_t ChannelTail::read_some() {
  ShmMessage messages[kMessagesAtOnce];
  messages[0].size = sizeof(ShmMessage);
  uint32_t count = 0;
  const int32_t status =
      ShmReadBatch(channel_.handle(), messages, kMessagesAtOnce, buffer_.data(), buffer_.size(), &count, 0);
  if (status == SHM_E_BUFFER) {
    buffer_.resize(messages[0].length);
    return SHM_OK;  // it is there for the next call
  }
  for (uint32_t i = 0; i < count; ++i) add(messages[i]);
  return status;
}

void ChannelTail::add(const ShmMessage& message) {
  if (message.sequence <= newest_) return;  // seen at the look before
  if (newest_ != 0) missed_ += message.sequence - newest_ - 1;
  newest_ = message.sequence;
  if (message.sequence + Tail::kMostMessages <= published_) return;  // enough have come after it already
  const auto* begin = static_cast<const std::byte*>(message.data);
  messages_.push_back(
      std::make_shared<const Message>(Message{message.sequence,
                                              message.timestamp != 0 ? message.timestamp : now(),
                                              message.timestamp != 0,
                                              message.length,
                                              {begin, begin + std::min(message.length, Tail::kMostBytes)}}));
  if (messages_.size() > Tail::kMostMessages) messages_.pop_front();
  has_news_ = true;
}

LastMessages ChannelTail::last() const {
  return {{messages_.begin(), messages_.end()}, missed_, state_words_, outcome_};
}

}  // namespace samples::monitor
