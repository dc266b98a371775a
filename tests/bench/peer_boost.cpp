#include "tests/bench/peer_boost.h"

#include <algorithm>
#include <boost/interprocess/ipc/message_queue.hpp>
#include <filesystem>
#include <optional>

#include "tests/bench/memory.h"

// Boost names its folder after the boot time, which it asks the event log for; not every Windows has that.
void boost::interprocess::ipcdetail::get_shared_dir(std::string& folder) {
  static const std::string path = [] {
    const auto made = std::filesystem::temp_directory_path() / "shm_bench_boost";
    std::filesystem::create_directories(made);
    return made.string();
  }();
  folder = path;
}

namespace shmbroker::bench {
namespace {

using boost::interprocess::message_queue;

class BoostWriter final : public Writer {
 public:
  explicit BoostWriter(const LinkSpec& spec)
      : size_(spec.size), buffer_(spec.size), queue_(boost::interprocess::open_only, spec.name.c_str()) {}
  std::byte* begin() override { return buffer_.data(); }
  void end() override { queue_.send(buffer_.data(), size_, 0); }

 private:
  const size_t size_;
  Buffer buffer_;
  message_queue queue_;
};

class BoostReader final : public Reader {
 public:
  explicit BoostReader(const LinkSpec& spec)
      : size_(spec.size),
        name_(spec.name),
        buffer_(spec.size),
        queue_(std::in_place, boost::interprocess::open_or_create, spec.name.c_str(), boost_depth(spec.size),
               spec.size) {}
  ~BoostReader() override {
    queue_.reset();  // a file that is mapped stays, and is in the way of a process of the same number
    message_queue::remove(name_.c_str());
  }

  Received next() override {
    message_queue::size_type got = 0;
    unsigned priority = 0;
    queue_->receive(buffer_.data(), size_, got, priority);
    return {buffer_.data(), static_cast<size_t>(got)};
  }

 private:
  const size_t size_;
  const std::string name_;
  Buffer buffer_;
  std::optional<message_queue> queue_;
};

}  // namespace

// Deep enough that neither side waits for the other's line, and within 32 MiB as the rings are.
size_t boost_depth(size_t size) {
  return std::clamp<size_t>(static_cast<size_t>(kRingBytes) / size, 16, 4096);
}

std::unique_ptr<Writer> open_boost_writer(const LinkSpec& spec) {
  return std::make_unique<BoostWriter>(spec);
}
std::unique_ptr<Reader> open_boost_reader(const LinkSpec& spec) {
  return std::make_unique<BoostReader>(spec);
}

}  // namespace shmbroker::bench
