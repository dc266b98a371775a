// The channels of the configuration come into being, each for itself: what stands in the way of one keeps
// none of the others, and is tried again.
#pragma once

#include <windows.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "service/broker/channel_parts.h"
#include "service/broker/channel_table.h"
#include "service/broker/file_regions.h"
#include "service/broker/saved_state.h"
#include "service/broker/unavailable.h"
#include "service/broker/worker.h"

namespace shmbroker::service {

class ChannelSetup {
 public:
  using Pending = std::map<std::wstring, ChannelParts>;  // by name

  // The references must outlive it.
  ChannelSetup(ChannelTable& channels, SavedState& state, Worker& lookups, Worker& disk, FileRegions& files)
      : channels_(channels), state_(state), lookups_(lookups), disk_(disk), files_(files) {}

  // Folders for channels that are tried again: file_folders of the configuration.
  void set_folders(const std::vector<std::string>& folders) { folders_ = folders; }

  // Makes a channel, or gives the one there is what it was waiting for. Where that can't be done, or not yet,
  // the channel is noted as unavailable. Throws nothing but std::bad_alloc.
  void set_up(ChannelParts parts);

  // Channels that are to be set up a few at a time, by the next three.
  void begin(Pending parts) { pending_ = std::move(parts); }
  // Until they are all set up, or this time has come, in GetTickCount64's time. Returns whether all are.
  bool set_up_pending(ULONGLONG end);
  // One that somebody wants before its turn comes; does nothing for another name.
  void set_up_pending(const std::wstring& name);

  // Forgets what is noted of all but these.
  void keep(const std::set<std::wstring>& names) { unavailable_.keep(names); }

  // Those that could not be set up. Some of them are in the table, and wait for an account or a file.
  const UnavailableChannels& unavailable() const { return unavailable_; }

  // Tries again what is due. Returns the milliseconds until something is, or INFINITE.
  DWORD retry_if_due();

 private:
  void open_file_again(std::shared_ptr<ChannelParts> parts, uint64_t attempt);
  void retry(ChannelParts parts, uint64_t attempt);
  void note_unavailable(const ChannelParts& parts, const std::string& reason, DWORD win32);
  bool lacks_file(const ChannelConfig& config) const;

  ChannelTable& channels_;
  SavedState& state_;
  Worker& lookups_;
  Worker& disk_;
  FileRegions& files_;
  std::vector<std::string> folders_;
  Pending pending_;
  UnavailableChannels unavailable_;
};

}  // namespace shmbroker::service
