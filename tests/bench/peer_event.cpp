#include "tests/bench/peer_event.h"

#include <windows.h>

#include "tests/bench/memory.h"

namespace shmbroker::bench {
namespace {

// One message at a time lies in the section; the measurement sends the next only when this one was read.
struct Mailbox {
  explicit Mailbox(const LinkSpec& spec)
      : size(spec.size),
        memory(spec.name, spec.size),
        event(CreateEventW(nullptr, FALSE, FALSE, wide("Local\\" + spec.name + ".event").c_str())) {
    if (!event) throw win32_failure("cannot create an event");
  }
  const size_t size;
  SharedMemory memory;
  win::Handle event;
};

class EventWriter final : public Writer {
 public:
  explicit EventWriter(const LinkSpec& spec) : box_(spec) {}
  std::byte* begin() override { return box_.memory.data(); }
  void end() override {
    if (!SetEvent(box_.event.get())) throw win32_failure("SetEvent");
  }

 private:
  Mailbox box_;
};

class EventReader final : public Reader {
 public:
  explicit EventReader(const LinkSpec& spec) : box_(spec) {}
  Received next() override {
    if (WaitForSingleObject(box_.event.get(), INFINITE) != WAIT_OBJECT_0)
      throw win32_failure("waiting for an event");
    return {box_.memory.data(), box_.size};
  }

 private:
  Mailbox box_;
};

}  // namespace

std::unique_ptr<Writer> open_event_writer(const LinkSpec& spec) {
  return std::make_unique<EventWriter>(spec);
}
std::unique_ptr<Reader> open_event_reader(const LinkSpec& spec) {
  return std::make_unique<EventReader>(spec);
}

}  // namespace shmbroker::bench
