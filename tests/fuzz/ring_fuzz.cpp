// A ring whose memory somebody scribbles on while others write, read, and clear up after the dead. Sections
// are as large as they must be and no larger, so AddressSanitizer sees every step beyond.
#include <optional>
#include <vector>

#include "core/blocker.h"
#include "core/copy.h"
#include "core/ring_reader.h"
#include "core/ring_recovery.h"
#include "core/ring_writer.h"
#include "tests/fuzz/input.h"

namespace shmbroker::fuzz {
namespace {

using core::RingReader;
using core::RingWriter;

core::Geometry geometry_from(Input& input) {
  core::Geometry geometry;
  const auto choice = input.take<uint8_t>();
  geometry.kind = choice % 3 == 0 ? core::Kind::queue : core::Kind::topic;
  geometry.when_full = choice % 3 == 1 ? static_cast<uint32_t>(core::WhenFull::overwrite)
                                       : static_cast<uint32_t>(core::WhenFull::wait);
  geometry.capacity = core::kMinRing;
  geometry.max_message = choice % 2 == 0 ? core::largest_message(core::kMinRing) : 4096;
  return geometry;
}

class Play {
 public:
  explicit Play(Input& input) : input_(input), sections_(geometry_from(input)) {
    for (uint32_t slot = 0; slot < 2; ++slot) {
      writers_[slot].emplace(ring_, slot);
      readers_[slot].emplace(ring_, slot);
    }
  }

  void step() {
    const uint32_t slot = input_.take<uint8_t>() % 2;
    switch (input_.take<uint8_t>() % 14) {
      case 0:
        return scribble(input_, sections_.data_memory, core::kControlOffset, sizeof(core::RingControl));
      case 1:
        return scribble(input_, sections_.data_memory, offsetof(core::DataSection, writers),
                        2 * sizeof(core::WriterSlot));
      case 2:
        return scribble(input_, sections_.readers_memory, offsetof(core::ReadersSection, readers),
                        2 * sizeof(core::ReaderSlot));
      case 3:
        return scribble_frame();
      case 4:
        return flip(input_, sections_.data_memory,
                    core::kControlOffset + input_.below(sizeof(core::RingControl)));
      case 5:
        return scribble(input_, sections_.readers_memory, sizeof(core::ReadersSection), 256);
      case 6:
      case 7:
        return write(*writers_[slot]);
      case 8:
        return read(*readers_[slot]);
      case 9:
        return peek(*readers_[slot]);
      case 10:
        readers_[slot]->join(input_.take<uint8_t>() % 2 == 0 ? RingReader::Start::oldest
                                                             : RingReader::Start::next);
        return;
      case 11:
        return readers_[slot]->leave();
      case 12:
        return recover(slot);
      default:
        readers_[slot]->may_be_readable();
        readers_[slot]->must_wake_writers();
        core::find_blocker(ring_);
        core::is_sound(ring_);
        core::slowest_reader(ring_, ring_.head_position(), ring_.tail());
        return;
    }
  }

 private:
  // A header that may be a frame's, where frames are.
  void scribble_frame() {
    core::Frame frame;
    frame.state = static_cast<core::FrameState>(input_.take<uint8_t>() % 6);
    frame.slot = input_.take<uint8_t>();
    frame.size =
        input_.take<uint8_t>() % 2 == 0 ? input_.take<uint16_t>() : input_.take<uint64_t>() % (1ull << 40);
    const uint64_t from = input_.take<uint8_t>() % 2 == 0 ? ring_.tail() : ring_.head_position();
    const uint64_t at = (from + input_.take<uint8_t>() * 16) % core::kMinRing / 16 * 16;
    const uint64_t word = core::pack(frame);
    std::memcpy(sections_.data_memory.get() + core::kPayloadOffset + at, &word, sizeof word);
  }

  void write(RingWriter& writer) {
    if (!writer.has_reservation()) {
      const uint64_t wanted = input_.take<uint16_t>() % (sections_.geometry.max_message + 64);
      if (writer.reserve(writer.footprint(wanted), 1) != RingWriter::Result::ok) return;
      check_place(writer.memory(), writer.space());
      if (input_.take<uint8_t>() % 4 == 0) return;  // a loan
    }
    if (input_.take<uint8_t>() % 8 == 0) return writer.abort();
    const uint64_t most = std::min(writer.space(), sections_.geometry.max_message);
    const uint64_t size = input_.take<uint16_t>() % (most + 1);
    std::memset(writer.memory(), 'x', size);
    writer.add(size, input_.take<uint8_t>());
    writer.commit();
  }

  void read(RingReader& reader) {
    if (reader.has_peeked()) return;
    const uint64_t space = input_.below(8192);
    std::vector<std::byte> to(space);
    RingReader::Message message;
    const auto result = reader.read(to.data(), space, message);
    if (result == RingReader::Result::ok) require(message.size <= space);
    if (result == RingReader::Result::too_small) require(message.size <= sections_.geometry.max_message);
  }

  void peek(RingReader& reader) {
    RingReader::Message message;
    if (reader.has_peeked()) {
      reader.release();
    } else if (reader.peek(message) == RingReader::Result::ok) {
      check_place(message.data, message.size);
      require(message.size <= sections_.geometry.max_message);
    }
  }

  // As the service does it for one who died. Its handle is gone.
  void recover(uint32_t slot) {
    const core::Loan loan = core::find_loan(ring_, slot);
    require(loan.position == 0 || loan.bytes <= core::kMinRing);
    core::recover_writer(ring_, slot);
    core::recover_readers(ring_, core::all_but(slot));
    writers_[slot].emplace(ring_, slot);
    readers_[slot].emplace(ring_, slot);
  }

  void check_place(const std::byte* where, uint64_t size) const {
    const std::byte* payload = sections_.data_memory.get() + core::kPayloadOffset;
    require(where >= payload && size <= core::kMinRing && where + size <= payload + core::kMinRing);
  }

  Input& input_;
  const core::Sections sections_;
  const core::Ring ring_{sections_.data(), sections_.readers(), sections_.geometry};
  std::optional<RingWriter> writers_[2];
  std::optional<RingReader> readers_[2];
};

}  // namespace
}  // namespace shmbroker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  shmbroker::fuzz::Input input(bytes, size);
  shmbroker::fuzz::Play play(input);
  while (!input.empty()) play.step();
  return 0;
}
