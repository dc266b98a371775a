#include "channel_reader.h"

namespace samples {

using shmbroker::Channel;
using shmbroker::Status;

Status ChannelReader::open(const std::wstring& name, HWND window, NotifyBy by) {
  close();
  window_ = window;
  Status status = SHM_OK;
  channel_ = Channel(name, {.access = SHM_READ, .open_timeout_ms = open_timeout_ms_}, status);
  if (status != SHM_OK) return status;
  const ShmInfo info = channel_.info(status);
  if (status != SHM_OK) return status;
  room_.resize(static_cast<size_t>(info.max_message));
  return notify(by);
}

void ChannelReader::close() {
  watch_.stop();
  channel_.close();
}

Status ChannelReader::notify(NotifyBy by) {
  watch_.stop();
  Status status = SHM_OK;
  if (by == NotifyBy::message) {
    channel_.notify_window(window_, message_number_, 0, status);
    return status;
  }
  channel_.notify_no_window();
  const HANDLE event = channel_.wait_handle(status);
  if (status != SHM_OK) return status;
  const auto lparam = static_cast<LPARAM>(channel_.handle());
  return watch_.start(event, window_, message_number_, lparam) ? SHM_OK : SHM_E_SYSTEM;
}

Status ChannelReader::read() {
  Status status = SHM_OK;
  message_ = channel_.read(room_, 0, status).data;
  return status;
}

uint64_t ChannelReader::lost() const {
  Status status = SHM_OK;
  return channel_.stats(status).lost;
}

}  // namespace samples
