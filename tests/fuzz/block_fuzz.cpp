// A block whose memory somebody scribbles on while others read and write it. Sections are as large as they
// must be and no larger, so AddressSanitizer sees every step beyond.
#include <vector>

#include "core/block.h"
#include "tests/fuzz/input.h"

namespace shmbroker::fuzz {
namespace {

constexpr uint64_t kCapacity = 96;

class Play {
 public:
  explicit Play(Input& input) : input_(input) {}

  void step() {
    switch (input_.take<uint8_t>() % 8) {
      case 0:
        return scribble(input_, sections_.data_memory, core::kControlOffset, sizeof(core::BlockControl));
      case 1:
        return scribble(input_, sections_.readers_memory, 128, core::kMaxReaders);
      case 2:
        return flip(input_, sections_.data_memory,
                    core::kControlOffset + input_.below(sizeof(core::BlockControl)));
      case 3:
        return write();
      case 4:
        return read();
      case 5:
        return read_locked();
      default:
        return pin();
    }
  }

 private:
  uint32_t slot() { return input_.below(core::kMaxReaders); }

  void write() {
    const core::Block::Draft draft = block_.begin();
    check_place(draft.memory, kCapacity);
    const uint64_t size = input_.below(kCapacity + 1);
    std::memset(draft.memory, 'x', size);
    if (input_.take<uint8_t>() % 8 != 0) block_.publish(draft, size);
  }

  void read() {
    const uint64_t room = input_.below(kCapacity + 1);
    std::vector<std::byte> to(room);
    core::Block::Value value;
    const auto result = block_.read(slot(), to.data(), room, value);
    if (result == core::Block::Result::ok) require(value.size <= room);
    if (result == core::Block::Result::too_small) require(value.size > room && value.size <= kCapacity);
  }

  void read_locked() {
    std::vector<std::byte> to(kCapacity);
    core::Block::Value value;
    if (block_.read_locked(to.data(), kCapacity, value) == core::Block::Result::ok)
      require(value.size <= kCapacity);
  }

  void pin() {
    const uint32_t reader = slot();
    const std::byte* where = nullptr;
    core::Block::Value value;
    if (block_.pin(reader, where, value) != core::Block::Result::ok) return;
    check_place(where, value.size);
    scribble(input_, sections_.data_memory, core::kControlOffset, sizeof(core::BlockControl));
    block_.unpin(reader, value);
  }

  void check_place(const std::byte* where, uint64_t size) const {
    const std::byte* payload = sections_.data_memory.get() + core::kPayloadOffset;
    require(where >= payload && size <= kCapacity);
    require(where + kCapacity <= sections_.data_memory.get() + sections_.data_memory.size());
  }

  Input& input_;
  const core::Sections sections_{core::block_of(kCapacity)};
  core::Block block_{sections_.data(), sections_.readers(), kCapacity};
};

}  // namespace
}  // namespace shmbroker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  shmbroker::fuzz::Input input(bytes, size);
  shmbroker::fuzz::Play play(input);
  while (!input.empty()) play.step();
  return 0;
}
