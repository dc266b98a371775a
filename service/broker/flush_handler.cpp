#include "service/broker/flush_handler.h"

#include <exception>
#include <memory>
#include <span>
#include <string>

#include "core/crash_point.h"
#include "service/broker/refusal.h"

namespace shmbroker::service {
void FlushHandler::flush(const pipe::FlushRequest& request, Caller& caller, pipe::FlushReply&) {
  const std::wstring name = name_in(request.name);
  const std::shared_ptr<Channel> channel = channels_.find(name);
  if (!channel) throw no_such_channel(name);
  const uint32_t granted = channel->rights_of(caller.token());
  if ((granted & core::kWrite) == 0) throw refusal_of(*channel, caller.name(), core::kWrite, granted);
  if (!channel->has_file()) {
    throw Refusal(core::Status::kind, "channel '" + channel->config().name +
                                          "' has no file; see channels.file in shmbroker.json");
  }
  SHM_CRASH_POINT("request.flush");
  if (const Unavailable* why = unavailable_.find(name); why != nullptr && channel->lacks_file())
    throw refusal_of(*why, caller.token());
  if (saver_.is_saved(channel)) return;
  saver_.save(channel, [answer = caller.answer_later()](const std::exception_ptr& failure) {
    const auto reply = reply_of<pipe::FlushReply>(failure);
    answer(std::as_bytes(std::span(&reply, 1)));
  });
}

}  // namespace shmbroker::service
