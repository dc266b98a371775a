// The channels that there are, and how each gets its memory: what an earlier run has left, or new memory.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "service/broker/channel.h"
#include "service/broker/client_log.h"
#include "service/broker/client_watch.h"
#include "service/broker/ended_memory.h"
#include "service/broker/keeper.h"
#include "service/broker/object_namespace.h"
#include "service/broker/saved_state.h"

namespace shmbroker::service {

class ChannelTable {
 public:
  using Channels = std::map<std::wstring, std::shared_ptr<Channel>>;

  // The references must outlive the table.
  ChannelTable(ObjectNamespace objects, SavedState& state, ClientWatch& watch, ClientLog& log);

  const ObjectNamespace& objects() const { return objects_; }
  const Channels& all() const { return channels_; }
  bool contains(const std::wstring& name) const { return channels_.contains(name); }
  // Null: there is none of that name.
  std::shared_ptr<Channel> find(const std::wstring& name) const;

  // Says which memory a channel is to have that has none yet. It comes into the state file before there is
  // such memory: so what the keeper holds is known again, also if this broker dies between the two. Returns
  // whether it is news.
  bool note_instance(const ChannelConfig& config);

  // Whether there may be memory of a channel that is known. Asking takes as long as there are objects, so
  // that of a first start none is asked for.
  bool may_live(const State::Known& known) const;

  // Adds a channel, which there must not be yet. access: what config.access says, with the accounts looked
  // up. Throws Error.
  std::shared_ptr<Channel> add(const ChannelConfig& config, const Access& access);

  void remove(const std::wstring& name);

  // Removes a channel that a client has created and that nobody has open. Returns whether it was one. The
  // state is to be saved then.
  bool remove_if_unused(Channel& channel);

  // What channels of a creator, SID text, take of memory: those that there are, and those that are gone, but
  // of which a client still has a handle to the memory.
  EndedMemory::Use created_by(const std::string& creator) const;
  EndedMemory::Use ended_of(const std::string& creator) { return ended_memory_.of(creator); }

  // Who holds the memory of channels that are made from now on; null for nobody.
  void set_keeper(std::shared_ptr<Keeper> keeper) { keeper_ = std::move(keeper); }

 private:
  std::unique_ptr<Channel> take_over(const ChannelConfig& config, const Access& access);
  std::unique_ptr<Channel> make_anew(const ChannelConfig& config, const Access& access);

  ObjectNamespace objects_;
  SavedState& state_;
  ClientWatch& watch_;
  ClientLog& log_;
  std::shared_ptr<Keeper> keeper_;
  Channels channels_;
  std::map<std::string, EndedMemory::Use> created_;  // by creator
  EndedMemory ended_memory_{ChannelObjects::exist};
};

}  // namespace shmbroker::service
