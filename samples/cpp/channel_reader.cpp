#include "channel_reader.h"

namespace samples {

int32_t ChannelReader::open(const std::wstring& name, HWND window, NotifyBy by) {
  close();
  window_ = window;
  ShmOptions options{};
  options.access = SHM_READ;
  options.open_timeout_ms = open_timeout_ms_;
  int32_t status = channel_.open(name, options);
  if (status != SHM_OK) return status;
  ShmInfo info{};
  info.size = sizeof info;
  status = ShmGetInfo(channel_.get(), &info);
  if (status != SHM_OK) return status;
  buffer_.resize(static_cast<size_t>(info.max_message));
  return notify(by);
}

void ChannelReader::close() {
  watch_.stop();
  channel_.close();
}

int32_t ChannelReader::notify(NotifyBy by) {
  watch_.stop();
  if (by == NotifyBy::message) return ShmNotifyWindow(channel_.get(), window_, message_, 0);
  int32_t status = ShmNotifyWindow(channel_.get(), nullptr, 0, 0);
  if (status != SHM_OK) return status;
  void* event = nullptr;
  status = ShmGetWaitHandle(channel_.get(), &event);
  if (status != SHM_OK) return status;
  const auto lparam = static_cast<LPARAM>(channel_.get());
  return watch_.start(event, window_, message_, lparam) ? SHM_OK : SHM_E_SYSTEM;
}

int32_t ChannelReader::read() { return ShmRead(channel_.get(), buffer_.data(), buffer_.size(), &size_, 0); }

uint64_t ChannelReader::lost() const {
  ShmStats stats{};
  stats.size = sizeof stats;
  return ShmGetStats(channel_.get(), &stats) == SHM_OK ? stats.lost : 0;
}

}  // namespace samples
