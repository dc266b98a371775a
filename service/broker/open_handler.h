// Answers an open: whether the caller may, and which slots it gets.
#pragma once

#include <cstdint>
#include <string>

#include "protocol/pipe_message.h"
#include "service/broker/caller.h"
#include "service/broker/channel_creator.h"
#include "service/broker/channel_setup.h"
#include "service/broker/channel_table.h"
#include "service/broker/client_log.h"
#include "service/broker/client_watch.h"
#include "service/broker/close_handler.h"
#include "service/broker/config_reload.h"
#include "service/broker/saved_state.h"

namespace shmbroker::service {

class OpenHandler {
 public:
  // What an open works on. All of it must outlive the OpenHandler.
  struct Target {
    ChannelTable& channels;
    ChannelSetup& setup;
    ChannelCreator& creator;
    CloseHandler& closes;
    const ConfigReload& configuration;
    SavedState& state;
    ClientWatch& watch;
    ClientLog& log;
  };

  explicit OpenHandler(const Target& target) : target_(target) {}

  void open(const pipe::OpenRequest& request, Caller& caller, pipe::OpenReply& reply);

 private:
  void admit(Channel& channel, const pipe::OpenRequest& request, Caller& caller, pipe::OpenReply& reply);
  void check_slots(const Channel& channel, Caller& caller, uint32_t rights) const;
  void give_slots(Channel& channel, uint32_t rights, bool exclusive, Caller& caller, pipe::OpenReply& reply);
  void await_acknowledgement(const pipe::OpenRequest& request, const pipe::OpenReply& reply, Caller& caller);

  Target target_;
};

}  // namespace shmbroker::service
