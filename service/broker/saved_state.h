// The state file, and what it is to say next: which channels' memory is known, and which keepers hold it.
#pragma once

#include <windows.h>

#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "service/broker/client_watch.h"
#include "service/broker/state_file.h"
#include "service/config/config.h"

namespace shmbroker::service {

class SavedState {
 public:
  // Reads the file of an earlier run, if there is one. watch: learns whose processes that run had noted, and
  // says whose the file is to note. It must outlive this.
  SavedState(std::filesystem::path file, ClientWatch& watch);

  // The memory of a channel, as an earlier run or this one has left it. Null: none is known.
  const State::Known* find(const std::string& name) const;

  // From now on the file says this of the channel, if it is configured or a client has created it.
  void note(const std::string& name, State::Known known);
  void forget(const std::string& name);
  // It goes from the file, and stays known to this run: a channel of a client that could not be taken over.
  void give_up(const std::string& name) { given_up_.insert(name); }

  // The channels that clients had created, by name.
  std::vector<std::pair<std::string, State::Known>> created() const;

  // The channels of the configuration. What is known of others goes from the file, and stays known to this
  // run: a reload may bring them back.
  void set_configured(const Config& config);
  // Adds those of a configuration that is not in force yet.
  void add_configured(const Config& config);

  void add_keeper(const Client& keeper) { keepers_.push_back(keeper); }
  void remove_keeper(const Client& keeper) { std::erase(keepers_, keeper); }
  const std::vector<Client>& keepers() const { return keepers_; }

  // Writes the file. Throws Error, and then the old one is still there.
  void save();
  // The same where nothing depends on it: a failure goes to the log.
  void save_if_possible();

  // Writes the file once for all that has changed in a turn of the event loop, by save_if_due(). saved is
  // called then, with what has gone wrong, or null; it must not throw. Without one, a failure goes to the
  // log.
  using Saved = std::function<void(const std::exception_ptr& failure)>;
  void save_soon(Saved saved = {});
  // Returns the milliseconds until it wants to be called again, or INFINITE.
  DWORD save_if_due();

  // Whether the file names the memory that the channel has. A channel that is not known is not in it.
  bool has_saved(const std::string& name) const { return known_.contains(name) && !unsaved_.contains(name); }

 private:
  std::filesystem::path file_;
  ClientWatch& watch_;
  std::map<std::string, State::Known> known_;
  std::set<std::string> configured_;
  std::set<std::string> given_up_;
  std::vector<Client> keepers_;
  std::set<std::string> unsaved_;  // channels whose memory the file does not name
  bool is_due_ = false;
  std::vector<Saved> waiting_;
};

}  // namespace shmbroker::service
