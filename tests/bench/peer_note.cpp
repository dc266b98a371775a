#include "tests/bench/peer_note.h"

#include <atomic>

#include "core/copy.h"
#include "tests/bench/memory.h"
#include "tests/bench/spin.h"
#include "tests/bench/window.h"

namespace shmbroker::bench {
namespace {

constexpr UINT kMessage = WM_USER + 1024;
constexpr size_t kNotePayloadOffset = 64;

// The section of the note holds one value. So that none is overwritten before it was read, `full` is a word
// beside it which costs no call; the note has nothing of the kind, and just loses data.
class Shared {
 public:
  explicit Shared(const LinkSpec& spec)
      : memory_(spec.name, kNotePayloadOffset + spec.size),
        mutex_(CreateMutexW(nullptr, FALSE, wide("Local\\" + spec.name + ".mutex").c_str())),
        full(memory_.at<std::atomic<uint32_t>>(0)) {
    if (!mutex_) throw win32_failure("cannot create a mutex");
  }
  std::byte* payload() const { return memory_.data() + kNotePayloadOffset; }
  void lock() const {
    if (WaitForSingleObject(mutex_.get(), INFINITE) != WAIT_OBJECT_0)
      throw win32_failure("waiting for the mutex");
  }
  void unlock() const { ReleaseMutex(mutex_.get()); }

 private:
  SharedMemory memory_;
  win::Handle mutex_;

 public:
  std::atomic<uint32_t>& full;
};

class NoteWriter final : public Writer {
 public:
  explicit NoteWriter(const LinkSpec& spec)
      : size_(spec.size), buffer_(spec.size), shared_(spec), window_(Window::at(spec.address)) {}

  std::byte* begin() override { return buffer_.data(); }

  void end() override {
    for (;;) {
      spin_until([this] { return shared_.full.load(std::memory_order_relaxed) == 0; });
      shared_.lock();
      // relaxed: the mutex orders it; another writer may have been first.
      if (shared_.full.load(std::memory_order_relaxed) == 0) break;
      shared_.unlock();
    }
    core::copy_to_shared(shared_.payload(), buffer_.data(), size_);
    shared_.full.store(1, std::memory_order_relaxed);
    const BOOL posted = PostMessageW(window_, kMessage, 0, 0);
    shared_.unlock();
    if (!posted) throw win32_failure("PostMessage");
  }

 private:
  const size_t size_;
  Buffer buffer_;
  Shared shared_;
  const HWND window_;
};

class NoteReader final : public Reader {
 public:
  explicit NoteReader(const LinkSpec& spec)
      : size_(spec.size),
        buffer_(spec.size),
        shared_(spec),
        window_([this](UINT message, WPARAM, LPARAM, LRESULT&) {
          if (message != kMessage) return false;
          ++posted_;
          return true;
        }) {}

  std::string address() const override { return window_.address(); }

  Received next() override {
    while (posted_ == 0) Window::dispatch();
    --posted_;
    shared_.lock();
    core::copy_from_shared(buffer_.data(), shared_.payload(), size_);
    shared_.full.store(0, std::memory_order_relaxed);
    shared_.unlock();
    return {buffer_.data(), size_};
  }

 private:
  const size_t size_;
  Buffer buffer_;
  Shared shared_;
  uint64_t posted_ = 0;
  Window window_;
};

}  // namespace

std::unique_ptr<Writer> open_note_writer(const LinkSpec& spec) { return std::make_unique<NoteWriter>(spec); }
std::unique_ptr<Reader> open_note_reader(const LinkSpec& spec) { return std::make_unique<NoteReader>(spec); }

}  // namespace shmbroker::bench
