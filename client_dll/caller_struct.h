// The structs of the API grow at their end. A program passes the size that its own header gives a struct: an
// older program's is smaller than ours, a newer one's larger. Nothing behind that size is touched, and what a
// newer program asks for that this DLL does not know is refused, never ignored.
#pragma once

#include <shmbroker/watch.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace shmbroker::client {

inline constexpr uint32_t kLargestStruct = 64 * 1024;

// What version 0.1 had, so that no program passes less. A number here never changes, whatever its struct
// gets.
template <class Struct>
inline constexpr uint32_t kFirstSize = 0;
template <>
inline constexpr uint32_t kFirstSize<ShmOptions> = 48;
template <>
inline constexpr uint32_t kFirstSize<ShmInfo> = 168;
template <>
inline constexpr uint32_t kFirstSize<ShmInfoUtf8> = 232;
template <>
inline constexpr uint32_t kFirstSize<ShmStats> = 80;
template <>
inline constexpr uint32_t kFirstSize<ShmMessage> = sizeof(void*) == 8 ? 40 : 32;
template <>
inline constexpr uint32_t kFirstSize<ShmCaller> = 400;
template <>
inline constexpr uint32_t kFirstSize<ShmCallerUtf8> = 208;
template <>
inline constexpr uint32_t kFirstSize<ShmChannelState> = 1712;
template <>
inline constexpr uint32_t kFirstSize<ShmClientState> = 264;
template <>
inline constexpr uint32_t kFirstSize<ShmChannelSummary> = 240;
template <>
inline constexpr uint32_t kFirstSize<ShmServiceState> = 2640;

template <class Struct>
bool is_size_of(uint32_t size) {
  static_assert(kFirstSize<Struct> != 0 && kFirstSize<Struct> <= sizeof(Struct));
  return size >= kFirstSize<Struct> && size <= kLargestStruct;
}

template <class Struct>
bool is_known(const Struct* given) {
  return given != nullptr && is_size_of<Struct>(given->size);
}

// Whether a struct of that many bytes has nothing but zeros behind what this DLL knows.
template <class Struct>
bool is_understood(const Struct* given, uint32_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(given);
  return size <= sizeof(Struct) || std::all_of(bytes + sizeof(Struct), bytes + size,
                                               [](std::byte byte) { return byte == std::byte{}; });
}

// What the caller's struct of that many bytes says. Members that it does not have are 0.
template <class Struct>
Struct load(const Struct* given, uint32_t size) {
  Struct ours{};
  std::memcpy(&ours, given, std::min<size_t>(size, sizeof ours));
  return ours;
}

// Fills the caller's struct of that many bytes. Members that this DLL does not know become 0.
template <class Struct>
void store(Struct ours, Struct* to, uint32_t size) {
  ours.size = size;
  const size_t known = std::min<size_t>(size, sizeof ours);
  std::memcpy(to, &ours, known);
  std::memset(reinterpret_cast<std::byte*>(to) + known, 0, size - known);
}

// The caller's structs one behind the other, as far apart as the first one's size says. Struct may be const.
template <class Struct>
class CallerArray {
 public:
  using Value = std::remove_const_t<Struct>;

  CallerArray(Struct* first, uint32_t count)
      : first_(first), count_(count), step_(first != nullptr && count != 0 ? first->size : 0) {}

  uint32_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  Value operator[](uint32_t index) const {
    // The usual size is a constant for the compiler.
    return step_ == sizeof(Value) ? first_[index] : load<Value>(at(index), step_);
  }
  // The same for the members that version 0.1 had, where they lie: those behind them may not be there.
  const Value& oldest_members(uint32_t index) const { return *at(index); }
  void set(uint32_t index, const Value& value) const {
    if (step_ != sizeof(Value)) [[unlikely]]
      return store(value, at(index), step_);
    first_[index] = value;
    first_[index].size = sizeof(Value);
  }
  bool is_understood(uint32_t index) const {
    return step_ <= sizeof(Value) || client::is_understood(at(index), step_);
  }
  CallerArray from(uint32_t index) const { return {at(index), count_ - index, step_}; }

 private:
  using Bytes = std::conditional_t<std::is_const_v<Struct>, const std::byte, std::byte>;

  CallerArray(Struct* first, uint32_t count, uint32_t step) : first_(first), count_(count), step_(step) {}
  Struct* at(uint32_t index) const {
    return reinterpret_cast<Struct*>(reinterpret_cast<Bytes*>(first_) + size_t{index} * step_);
  }

  Struct* first_;
  uint32_t count_;
  uint32_t step_;
};

// For a batch's first message that does not fit: its length alone.
inline void tell_length(const CallerArray<ShmMessage>& messages, uint64_t length) {
  ShmMessage first = messages[0];
  first.length = static_cast<size_t>(length);
  messages.set(0, first);
}

}  // namespace shmbroker::client
