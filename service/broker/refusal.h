// Why a request was refused.
#pragma once

#include <windows.h>

#include <cstdint>
#include <exception>
#include <string>

#include "protocol/pipe_message.h"
#include "protocol/status.h"
#include "service/broker/channel.h"
#include "service/broker/unavailable.h"
#include "service/support/error.h"

namespace shmbroker::service {

// Goes back to the client, and into the log.
class Refusal : public Error {
 public:
  Refusal(core::Status status, const std::string& text, DWORD win32 = 0)
      : Error(text, win32), status_(status) {}
  core::Status status() const { return status_; }

 private:
  core::Status status_;
};

// A channel's name out of a request. Throws Refusal if it can't be one, and then shows it with escapes: a
// name must not write lines of its own into the log.
std::wstring name_in(const char16_t (&field)[pipe::kNameUnits]);

// "read, write"; of a service, "call, serve".
std::string rights_text(uint32_t rights, bool of_service);

// Why a channel refuses a caller, by name. missing, granted: core::kRead | core::kWrite.
Refusal refusal_of(const Channel& channel, const std::string& caller, uint32_t missing, uint32_t granted);

// Why the owner of a token can't have a channel that is unavailable. Who may use it is told the reason; and
// where it is not known who may, administrators are.
Refusal refusal_of(const Unavailable& channel, HANDLE token);

// Makes a reply say that a request was refused.
void refuse(pipe::ReplyHeader& reply, core::Status status, const std::string& why, DWORD win32);

// Makes it say why something failed, if it did.
void refuse(pipe::ReplyHeader& reply, const std::exception_ptr& failure);

// A reply that says whether something has failed, and no more. failure: null where it has not.
template <class Reply>
Reply reply_of(const std::exception_ptr& failure) {
  Reply reply{};
  reply.header.size = sizeof reply;
  reply.header.protocol = pipe::kProtocolVersion;
  refuse(reply.header, failure);
  return reply;
}

Refusal no_such_channel(const std::wstring& name);

Refusal other_version(const std::string& what, uint32_t asked, uint32_t known);

}  // namespace shmbroker::service
