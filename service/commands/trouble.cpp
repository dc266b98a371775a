#include "service/commands/trouble.h"

namespace shmbroker::service {

bool is_in_trouble(const ShmChannelSummary& channel) {
  return (channel.flags & (SHM_CHANNEL_HELD_UP | SHM_CHANNEL_UNTAKEN | SHM_CHANNEL_UNAVAILABLE)) != 0;
}

std::string trouble_words(const ShmChannelSummary& channel, Programs& programs) {
  if ((channel.flags & SHM_CHANNEL_UNAVAILABLE) != 0) return "UNAVAILABLE";
  if ((channel.flags & SHM_CHANNEL_UNTAKEN) != 0) return "no reader takes a message";
  if ((channel.flags & SHM_CHANNEL_HELD_UP) == 0) return "";
  return channel.blocker != 0 ? programs.words_of(channel.blocker) : "a process that you may not see";
}

}  // namespace shmbroker::service
