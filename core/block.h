// A block: one value, of which readers always get a whole one while writers never wait for them.
//
// The value lies in one of a few buffers. A writer, which holds the channel's lock, fills another one and
// then points to it. A reader copies and checks that no writer came round to its buffer meanwhile. Where that
// goes on happening, or where the reader wants to look at the value in place, it pins the buffer: writers
// keep off a pinned one as long as there is any other, so they are never held up, and a reader's mark can
// cost them nothing.
#pragma once

#include <optional>

#include "core/geometry.h"

namespace shmbroker::core {

class Block {
 public:
  enum class Result {
    ok,
    never_written,
    too_small,  // the buffer given; the size is told
    corrupt,
  };

  // A value as a reader finds it.
  struct Value {
    uint64_t sequence = 0;  // 1 for the first value ever written
    uint64_t size = 0;
    uint32_t buffer = 0;
  };

  // A value that a writer makes.
  struct Draft {
    uint64_t sequence = 0;
    uint32_t buffer = 0;
    std::byte* memory = nullptr;  // capacity bytes
  };

  // data, readers: sections that a block of this capacity fits into.
  Block(DataSection& data, ReadersSection& readers, uint64_t capacity);

  uint64_t capacity() const { return capacity_; }

  // Whether writers and readers can go on with what is in the memory. The living may write meanwhile.
  bool is_sound() const;

  // Number of the value that is there now, 0 if none was ever written.
  uint64_t sequence() const;

  // For the holder of the channel's lock: takes a buffer to fill. The present value stays until publish(); a
  // draft that is not published needs no undoing.
  Draft begin();

  // Makes the draft the present value. size is at most capacity().
  void publish(const Draft& draft, uint64_t size);

  // Copies the value out, whole. slot: the reader's, for a pin, which is gone afterwards.
  Result read(uint32_t slot, std::byte* to, uint64_t space, Value& value) const;

  // Copies the value out for the holder of the channel's lock: nobody else can change it.
  Result read_locked(std::byte* to, uint64_t space, Value& value) const;

  // Copies the value out without a reader's slot, and holds up nobody. Nothing that a reader writes changes
  // the result. Nothing: a writer came round meanwhile; try again.
  std::optional<Result> read_once(std::byte* to, uint64_t space, Value& value) const;

  // Pins the value for a reader to look at. memory is valid until unpin().
  Result pin(uint32_t slot, const std::byte*& memory, Value& value) const;

  // Ends pin(). Returns whether the value was left alone all the while.
  bool unpin(uint32_t slot, const Value& value) const;

 private:
  enum class Try { done, overtaken, never_written, corrupt };
  Try find(Value& value) const;
  Try copy(std::byte* to, uint64_t space, Value& value) const;
  Try pin_once(uint32_t slot, Value& value) const;
  bool intact(const Value& value) const;
  std::byte* memory(uint32_t buffer) const { return payload_ + buffer * block_stride(capacity_); }

  BlockControl& control_;
  ReadersSection& readers_;
  std::byte* payload_;
  uint64_t capacity_;
};

}  // namespace shmbroker::core
