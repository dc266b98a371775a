#include "service/broker/refusal.h"

#include "core/visible_text.h"
#include "protocol/channel_name.h"
#include "service/broker/reply_text.h"

namespace shmbroker::service {

std::wstring name_in(const char16_t (&field)[pipe::kNameUnits]) {
  if (!pipe::is_terminated(field)) throw Refusal(core::Status::name, "the channel's name has no end");
  std::wstring name = reinterpret_cast<const wchar_t*>(field);
  if (core::is_channel_name(field)) return name;
  const std::u16string shown = core::visible(field, core::Shown::name);
  throw Refusal(core::Status::name, "'" + win::display_utf8(reinterpret_cast<const wchar_t*>(shown.c_str())) +
                                        "' can't be a channel's name: " + core::kNameRule);
}

std::string rights_text(uint32_t rights, bool of_service) {
  const std::string read = of_service ? "serve" : "read";
  const std::string write = of_service ? "call" : "write";
  if (rights == 0) return "nothing";
  if (rights == core::kRead) return read;
  if (rights == core::kWrite) return write;
  return of_service ? write + ", " + read : read + ", " + write;
}

Refusal refusal_of(const Channel& channel, const std::string& caller, uint32_t missing, uint32_t granted) {
  const bool of_service = channel.is_service();
  const std::string right =
      rights_text((missing & core::kRead) != 0 ? core::kRead : core::kWrite, of_service);
  return Refusal(core::Status::access,
                 "channel '" + channel.config().name + "' refuses " + right + " access to " + caller +
                     " (granted: " + rights_text(granted, of_service) + "); see access." + right +
                     " in shmbroker.json",
                 ERROR_ACCESS_DENIED);
}

Refusal refusal_of(const Unavailable& channel, HANDLE token) {
  const std::string text = "channel '" + channel.config.name + "' is unavailable";
  const bool may_know = rights_of(token, channel.rights) != 0;
  return Refusal(
      core::Status::unavailable,
      may_know ? text + ": " + channel.reason + ". The service tries again by itself"
               : text + "; an administrator finds the reason with: shmbroker show " + channel.config.name,
      channel.win32);
}

void refuse(pipe::ReplyHeader& reply, core::Status status, const std::string& why, DWORD win32) {
  reply.status = static_cast<int32_t>(status);
  reply.win32 = win32;
  put_text(reply.text, why);
}

void refuse(pipe::ReplyHeader& reply, const std::exception_ptr& failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const Error& error) {
    refuse(reply, core::Status::system, error.what(), error.win32());
  } catch (const std::exception& error) {
    refuse(reply, core::Status::system, error.what(), 0);
  }
}

Refusal no_such_channel(const std::wstring& name) {
  return Refusal(core::Status::not_found, "there is no channel '" + win::display_utf8(name) +
                                              "'; add it to shmbroker.json and reload the service");
}

Refusal other_version(const std::string& what, uint32_t asked, uint32_t known) {
  return Refusal(core::Status::version, "the program's shmclient.dll (" + what + " " + std::to_string(asked) +
                                            ") and the service (" + what + " " + std::to_string(known) +
                                            ") are of versions too far apart; install the same one of both");
}

}  // namespace shmbroker::service
