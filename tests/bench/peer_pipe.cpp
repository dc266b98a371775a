#include "tests/bench/peer_pipe.h"

#include <windows.h>

#include <algorithm>

#include "tests/bench/memory.h"

namespace shmbroker::bench {
namespace {

std::wstring pipe_name(const LinkSpec& spec) { return wide("\\\\.\\pipe\\" + spec.name); }

class PipeWriter final : public Writer {
 public:
  explicit PipeWriter(const LinkSpec& spec)
      : size_(static_cast<DWORD>(spec.size)),
        buffer_(spec.size),
        pipe_(CreateFileW(pipe_name(spec).c_str(), GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, 0, nullptr)) {
    if (!pipe_) throw win32_failure("cannot open the pipe");
  }
  std::byte* begin() override { return buffer_.data(); }
  void end() override {
    DWORD written = 0;
    if (!WriteFile(pipe_.get(), buffer_.data(), size_, &written, nullptr))
      throw win32_failure("writing to the pipe");
  }

 private:
  const DWORD size_;
  Buffer buffer_;
  win::Handle pipe_;
};

class PipeReader final : public Reader {
 public:
  explicit PipeReader(const LinkSpec& spec)
      : size_(static_cast<DWORD>(spec.size)),
        buffer_(spec.size),
        pipe_(CreateNamedPipeW(pipe_name(spec).c_str(), PIPE_ACCESS_INBOUND,
                               PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_REJECT_REMOTE_CLIENTS, 1, 0,
                               static_cast<DWORD>(std::max<size_t>(spec.size * 2, 64 * 1024)), 0, nullptr)) {
    if (!pipe_) throw win32_failure("cannot create the pipe");
  }
  void start() override {
    if (!ConnectNamedPipe(pipe_.get(), nullptr) && GetLastError() != ERROR_PIPE_CONNECTED) {
      throw win32_failure("nobody connects to the pipe");
    }
  }
  Received next() override {
    DWORD got = 0;
    if (!ReadFile(pipe_.get(), buffer_.data(), size_, &got, nullptr))
      throw win32_failure("reading from the pipe");
    return {buffer_.data(), got};
  }

 private:
  const DWORD size_;
  Buffer buffer_;
  win::Handle pipe_;
};

}  // namespace

std::unique_ptr<Writer> open_pipe_writer(const LinkSpec& spec) { return std::make_unique<PipeWriter>(spec); }
std::unique_ptr<Reader> open_pipe_reader(const LinkSpec& spec) { return std::make_unique<PipeReader>(spec); }

}  // namespace shmbroker::bench
