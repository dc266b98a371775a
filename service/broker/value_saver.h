// Brings the values of blocks to their files, on the worker's thread. One save of a channel is under way at a
// time, and all who ask meanwhile share the next. One that failed is tried again.
#pragma once

#include <windows.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "service/broker/channel.h"
#include "service/broker/worker.h"

namespace shmbroker::service {

class ValueSaver {
 public:
  // What came of a save: null, or why it failed. Called on the loop's thread; must not throw.
  using Done = std::function<void(const std::exception_ptr& failure)>;

  explicit ValueSaver(Worker& worker) : worker_(worker) {}

  // Whether the file has the value that the channel has now.
  bool is_saved(const std::shared_ptr<Channel>& channel) const {
    return channel->is_saved() && !under_way_.contains(channel.get());
  }

  // Saves the value that the channel has now, or one after it, if it has a file. done may be empty: a failure
  // is logged, and told to the event log, in any case.
  void save(const std::shared_ptr<Channel>& channel, Done done = {});

  // The same for a channel that has ended, whose file is then closed.
  void save_and_close(const std::shared_ptr<Channel>& channel);

  // Saves again what could not be saved, when its time has come, or all of it. Returns the milliseconds until
  // the next one's has, or INFINITE.
  DWORD save_if_due(ULONGLONG now);
  void save_what_failed();

 private:
  struct Wanted {
    bool again = false;  // a save behind the one under way
    bool last = false;
    std::vector<Done> waiting;  // for that one
  };
  struct Failed {
    std::shared_ptr<Channel> channel;
    bool last = false;
    ULONGLONG due = 0;  // in GetTickCount64's time
  };

  void want(const std::shared_ptr<Channel>& channel, bool last, Done done);
  void start(const std::shared_ptr<Channel>& channel, bool last, std::vector<Done> waiting);
  void finish(const std::shared_ptr<Channel>& channel, bool last, std::future<uint64_t> outcome,
              const std::vector<Done>& waiting);

  Worker& worker_;
  std::map<const Channel*, Wanted> under_way_;  // what is wanted of the channels that are being saved
  std::map<const Channel*, Failed> failed_;
};

}  // namespace shmbroker::service
