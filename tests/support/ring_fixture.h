// A ring in ordinary memory, with its writers and readers, for tests of topics and queues.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "core/copy.h"
#include "core/ring_reader.h"
#include "core/ring_writer.h"
#include "tests/support/sections.h"

namespace shmbroker::core {

inline Geometry ring_of(Kind kind, WhenFull when_full, uint64_t capacity = kMinRing) {
  Geometry geometry;
  geometry.kind = kind;
  geometry.when_full = static_cast<uint32_t>(when_full);
  geometry.capacity = capacity;
  geometry.max_message = largest_message(capacity);
  return geometry;
}

inline RingWriter::Result write(RingWriter& writer, const std::string& text, uint64_t time = 0) {
  const auto result = writer.reserve(writer.footprint(text.size()), 1);
  if (result != RingWriter::Result::ok) return result;
  copy_to_shared(writer.memory(), reinterpret_cast<const std::byte*>(text.data()), text.size());
  writer.add(text.size(), time);
  writer.commit();
  return result;
}

// The next message; none if there is nothing to read.
inline std::optional<std::string> read(RingReader& reader, RingReader::Message& message) {
  // A new one for each message would be most of what many tests do under a sanitizer.
  thread_local std::string space(kMinRing, '?');
  const auto result = reader.read(reinterpret_cast<std::byte*>(space.data()), space.size(), message);
  if (result == RingReader::Result::empty) return std::nullopt;
  EXPECT_EQ(result, RingReader::Result::ok);
  return space.substr(0, result == RingReader::Result::ok ? static_cast<size_t>(message.size) : 0);
}

inline std::optional<std::string> read(RingReader& reader) {
  RingReader::Message ignored;
  return read(reader, ignored);
}

inline std::vector<std::string> read_all(RingReader& reader) {
  std::vector<std::string> all;
  while (auto text = read(reader)) all.push_back(*text);
  return all;
}

struct JoinedReader : RingReader {
  JoinedReader(const Ring& ring, uint32_t slot, Start start = Start::oldest) : RingReader(ring, slot) {
    EXPECT_EQ(join(start), Result::ok);
  }
  ~JoinedReader() { leave(); }
};

class RingTest : public testing::Test {
 protected:
  explicit RingTest(Kind kind = Kind::topic, WhenFull when_full = WhenFull::wait)
      : sections(ring_of(kind, when_full)) {}

  Ring ring() const { return {sections.data(), sections.readers(), sections.geometry}; }
  RingWriter writer(uint32_t slot = 0) const { return {ring(), slot}; }
  JoinedReader reader(uint32_t slot = 0, RingReader::Start start = RingReader::Start::oldest) const {
    return {ring(), slot, start};
  }

  // Writes messages of this size until there is no room. Returns how many.
  static uint64_t fill(RingWriter& writer, size_t size) {
    uint64_t count = 0;
    while (write(writer, std::string(size, 'f')) == RingWriter::Result::ok) ++count;
    return count;
  }

  Sections sections;
};

}  // namespace shmbroker::core
