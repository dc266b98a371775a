#include "tests/bench/peer_copydata.h"

#include <cstring>
#include <deque>

#include "tests/bench/memory.h"
#include "tests/bench/window.h"

namespace shmbroker::bench {
namespace {

class CopyDataWriter final : public Writer {
 public:
  explicit CopyDataWriter(const LinkSpec& spec)
      : buffer_(spec.size),
        window_(Window::at(spec.address)),
        data_{0, static_cast<DWORD>(spec.size), nullptr} {}
  std::byte* begin() override { return buffer_.data(); }
  void end() override {
    data_.lpData = buffer_.data();
    if (SendMessageW(window_, WM_COPYDATA, 0, reinterpret_cast<LPARAM>(&data_)) != TRUE) {
      throw win32_failure("WM_COPYDATA was not received");
    }
  }

 private:
  Buffer buffer_;
  const HWND window_;
  COPYDATASTRUCT data_;
};

class CopyDataReader final : public Reader {
 public:
  explicit CopyDataReader(const LinkSpec& spec)
      : size_(spec.size), window_([this](UINT message, WPARAM, LPARAM lparam, LRESULT& result) {
          return on_message(message, lparam, result);
        }) {}

  std::string address() const override { return window_.address(); }

  Received next() override {
    if (handed_out_) {
      spare_.push_back(std::move(arrived_.front()));
      arrived_.pop_front();
    }
    while (arrived_.empty()) Window::dispatch();
    handed_out_ = true;
    return {arrived_.front().data(), got_};
  }

 private:
  // Several senders may have sent by the time we look: what came is kept in order.
  bool on_message(UINT message, LPARAM lparam, LRESULT& result) {
    if (message != WM_COPYDATA) return false;
    const auto& data = *reinterpret_cast<const COPYDATASTRUCT*>(lparam);
    result = data.cbData == size_ ? TRUE : FALSE;
    if (result == FALSE) return true;
    got_ = data.cbData;
    if (spare_.empty()) spare_.emplace_back(size_);
    arrived_.push_back(std::move(spare_.back()));
    spare_.pop_back();
    std::memcpy(arrived_.back().data(), data.lpData, got_);
    return true;
  }

  const size_t size_;
  size_t got_ = 0;
  std::deque<Buffer> arrived_;
  std::vector<Buffer> spare_;
  bool handed_out_ = false;
  Window window_;
};

}  // namespace

std::unique_ptr<Writer> open_copydata_writer(const LinkSpec& spec) {
  return std::make_unique<CopyDataWriter>(spec);
}
std::unique_ptr<Reader> open_copydata_reader(const LinkSpec& spec) {
  return std::make_unique<CopyDataReader>(spec);
}

}  // namespace shmbroker::bench
