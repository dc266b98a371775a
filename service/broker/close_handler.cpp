#include "service/broker/close_handler.h"

#include <string>

#include "core/crash_point.h"
#include "service/broker/refusal.h"

namespace shmbroker::service {

void CloseHandler::close(const pipe::CloseRequest& request, Caller& caller, pipe::CloseReply&) {
  const std::wstring name = name_in(request.name);
  const auto channel = channels_.find(name);
  if (!channel) throw no_such_channel(name);
  caller.process();
  SHM_CRASH_POINT("request.close");
  if (vacate(caller.identity(), request)) return;
  // Also where it has closed before, and did not hear the answer.
  throw Refusal(core::Status::argument, "process " + std::to_string(caller.pid()) +
                                            " closed a slot of channel '" + channel->config().name +
                                            "' that it does not have");
}

bool CloseHandler::vacate(const Client& client, const pipe::CloseRequest& slots) {
  const auto channel = channels_.find(name_in(slots.name));
  if (!channel || !channel->leave(client, slots)) return false;
  SHM_CRASH_POINT("request.left");
  // The last of its writers has gone: a good moment to bring a block's value to its file.
  if (slots.writer != pipe::kNoSlot && channel->writers() == 0) saver_.save(channel);
  if (channels_.remove_if_unused(*channel)) state_.save_soon();
  return true;
}

}  // namespace shmbroker::service
