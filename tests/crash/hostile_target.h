// The service and a channel as a program reaches them that does not use the DLL.
#pragma once

#include <windows.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/layout.h"
#include "protocol/pipe_message.h"
#include "win/handle.h"
#include "win/section.h"

namespace shmbroker::tests {

// A connection to the service; empty where there is none within a second.
inline win::Handle connect_raw() {
  constexpr DWORD kPatience = 1000;
  for (;;) {
    win::Handle pipe(CreateFileW(pipe::kPipeName, FILE_GENERIC_READ | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES,
                                 0, nullptr, OPEN_EXISTING, SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
                                 nullptr));
    DWORD mode = PIPE_READMODE_MESSAGE;
    if (pipe && SetNamedPipeHandleState(pipe.get(), &mode, nullptr, nullptr)) return pipe;
    if (!pipe && GetLastError() == ERROR_PIPE_BUSY && WaitNamedPipeW(pipe::kPipeName, kPatience)) continue;
    return {};
  }
}

template <class Request>
void fill_header(Request& request) {
  request.header = {sizeof(Request), static_cast<uint32_t>(Request::kType), pipe::kProtocolVersion,
                    core::kLayoutVersion};
}

template <class Request, class Reply>
bool ask(const win::Handle& pipe, Request& request, Reply& reply) {
  fill_header(request);
  DWORD got = 0;
  return TransactNamedPipe(pipe.get(), &request, sizeof request, &reply, sizeof reply, &got, nullptr) &&
         got == sizeof reply && reply.header.status == 0;
}

// A channel as its names let anybody reach it.
class Target {
 public:
  // access: core::kRead, core::kWrite or both. is_harmless: asks the service for all the same, and then has
  // memory and an event of its own in the place of the channel's.
  Target(const std::wstring& channel, uint32_t access, bool is_harmless)
      : channel_(channel), access_(access) {
    if (!is_harmless) return;
    own_event_name_ = L"Local\\shmbroker.harmless." + std::to_wstring(GetCurrentProcessId());
    own_event_ = win::Handle(CreateEventW(nullptr, FALSE, FALSE, own_event_name_.c_str()));
    own_data_.resize(core::kPayloadOffset + 65536);
    own_readers_.resize(sizeof(core::ReadersSection));
  }

  // Takes another slot each time, and gives the last one back. Returns whether the service has let it in.
  bool open() {
    close();
    request_ = {};
    request_.access = access_;
    std::ranges::copy(channel_, request_.name);
    const win::Handle pipe = connect_raw();
    pipe::AcknowledgeRequest acknowledge{};
    pipe::AcknowledgeReply acknowledged{};
    is_open_ = pipe && ask(pipe, request_, *reply_) && ask(pipe, acknowledge, acknowledged);
    if (!is_open_) return false;
    if (own_event_) {
      for (auto* name : {&reply_->data, &reply_->readers, &reply_->mutex, &reply_->lock_event,
                         &reply_->space_event, &reply_->reader_event}) {
        std::ranges::fill(*name, u'\0');
        std::ranges::copy(own_event_name_, *name);
      }
      return true;
    }
    map(reply_->data, data_section_, data_);
    map(reply_->readers, readers_section_, readers_);
    return true;
  }

  void close() {
    if (!is_open_) return;
    is_open_ = false;
    pipe::CloseRequest request = pipe::close_request_of(request_, *reply_);
    pipe::CloseReply ignored{};
    if (const win::Handle pipe = connect_raw()) ask(pipe, request, ignored);
  }

  const pipe::OpenReply& reply() const { return *reply_; }
  // Empty unless it may be written.
  std::span<std::byte> data() { return own_event_ ? std::span(own_data_) : span_of(data_); }
  std::span<std::byte> readers() { return own_event_ ? std::span(own_readers_) : span_of(readers_); }

 private:
  static std::span<std::byte> span_of(const win::View& view) {
    return {view.memory(), static_cast<size_t>(view.size())};
  }

  static void map(const char16_t* name, win::Handle& section, win::View& view) {
    view.reset();
    section = win::Handle(OpenFileMappingW(FILE_MAP_WRITE, FALSE, reinterpret_cast<const wchar_t*>(name)));
    if (section) view = win::View::map(section.get(), FILE_MAP_WRITE);
  }

  std::wstring channel_;
  uint32_t access_;
  bool is_open_ = false;
  pipe::OpenRequest request_{};
  std::unique_ptr<pipe::OpenReply> reply_ = std::make_unique<pipe::OpenReply>();
  win::Handle data_section_;
  win::Handle readers_section_;
  win::View data_;
  win::View readers_;
  std::wstring own_event_name_;
  win::Handle own_event_;
  std::vector<std::byte> own_data_;
  std::vector<std::byte> own_readers_;
};

}  // namespace shmbroker::tests
