#include "service/broker/caller.h"

#include "service/broker/access.h"
#include "service/broker/refusal.h"

namespace shmbroker::service {

bool Caller::is_administrator() const { return is_among(token(), {L"S-1-5-18", L"S-1-5-32-544"}); }

std::wstring Caller::name_of(const std::wstring& sid) {
  const auto known = names_.find(sid);
  if (known) return *known;
  if (!names_.may_wait(connection_)) return sid;
  lacks_names_ = true;
  return {};
}

std::string Caller::name() {
  const std::wstring known = name_of(account());
  await_names();
  return win::display_utf8(known);
}

std::function<void(std::span<const std::byte>)> Caller::answer_later() {
  is_answered_later_ = true;
  return [&pipe = pipe_, connection = connection_](std::span<const std::byte> reply) {
    pipe.reply(connection, reply);
  };
}

std::function<void(const std::exception_ptr&)> Caller::hold_reply() {
  is_held_ = true;
  return [&pipe = pipe_, connection = connection_](const std::exception_ptr& failure) {
    if (!failure) return pipe.send_held(connection);
    const auto reply = reply_of<pipe::OpenReply>(failure);
    pipe.reply(connection, std::as_bytes(std::span(&reply, 1)));
  };
}

}  // namespace shmbroker::service
