// Channels of the configuration that the service could not set up: why not, and when it tries again.
#pragma once

#include <windows.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "service/config/config.h"
#include "win/security.h"

namespace shmbroker::service {

struct Unavailable {
  ChannelConfig config;
  win::SecurityDescriptor rights;  // who may be told the reason: of Object::channel
  std::string reason;
  DWORD win32 = 0;
  ULONGLONG due = 0;     // when to try again, in GetTickCount64's time
  ULONGLONG pause = 0;   // that went before, in milliseconds
  uint64_t attempt = 0;  // of the try that is under way on the worker's thread; 0: none
};

class UnavailableChannels {
 public:
  using Map = std::map<std::wstring, Unavailable>;

  // Notes a channel, or that it is still unavailable: the pause until the next try doubles, up to a minute.
  // Returns whether the reason is news.
  bool note(const ChannelConfig& config, win::SecurityDescriptor rights, const std::string& reason,
            DWORD win32, ULONGLONG now);

  // Returns whether there was one.
  bool forget(const std::wstring& name);

  // Forgets all but these.
  void keep(const std::set<std::wstring>& names);

  const Unavailable* find(const std::wstring& name) const;
  const Map& all() const { return channels_; }

  // Those whose time has come: each has an attempt under way then, until it is noted again or forgotten.
  std::vector<const Unavailable*> begin_due(ULONGLONG now);

  // Milliseconds until the next one's time comes, or INFINITE.
  DWORD until_due(ULONGLONG now) const;

 private:
  Map channels_;
  std::set<std::pair<ULONGLONG, std::wstring>> by_due_;  // those that have no attempt under way
  uint64_t attempts_ = 0;
};

}  // namespace shmbroker::service
