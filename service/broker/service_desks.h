// The clients of a service as the broker knows them: which client has which slot, its desk, and what becomes
// of the calls that a server had taken when that server is gone.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/call_watch.h"
#include "core/desk.h"
#include "service/broker/channel_objects.h"
#include "service/broker/client_slot.h"
#include "service/broker/client_watch.h"

namespace shmbroker::service {

class ServiceDesks {
 public:
  struct Slot : ClientSlot {
    DeskObjects objects;
    core::CallWatch calls;
  };

  // The references must outlive it. channel: for whose sake clients are watched.
  ServiceDesks(const core::CallGeometry& geometry, const ChannelObjects& objects, ClientWatch& watch,
               std::wstring channel);
  ~ServiceDesks();
  ServiceDesks(const ServiceDesks&) = delete;
  ServiceDesks& operator=(const ServiceDesks&) = delete;

  uint32_t count() const;
  uint32_t count_of(const Client& client) const { return static_cast<uint32_t>(slots_of(client).size()); }
  std::vector<uint32_t> slots_of(const Client& client) const;
  std::set<std::wstring> accounts() const;
  bool holds(const Client& client, uint32_t slot, uint32_t generation) const;
  const Slot& slot(uint32_t index) const { return slots_[index]; }
  core::DeskSection& section(uint32_t index) const;
  uint64_t calls_under_way() const;

  // visit(index, slot) for each that is taken.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (uint32_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].taken) visit(i, slots_[i]);
    }
  }

  // Gives a client a slot and a desk. servers: the accounts of those that serve. Returns the slot, or
  // pipe::kNoSlot where none is free. Throws Error.
  uint32_t admit(const Client& client, const std::wstring& account, const std::set<std::wstring>& servers,
                 uint32_t& generation);
  // Lets servers see the client.
  void confirm(uint32_t index);
  // Takes the slot back; the answers of calls that are under way come to nobody.
  void vacate(uint32_t index);

  // Ends the calls of servers that are gone, wakes their clients, and has what nobody has taken looked at
  // again. servers: a bit for each slot that a server still has.
  void end_calls_of_the_dead(uint64_t servers);
  void wake_everybody() const;
  // Whether a server should be woken for requests that have been there since the last time this was asked.
  bool has_calls_left();

  void set_access(const std::set<std::wstring>& servers) const;

  // Takes over what the last run of the broker has left. Clients that are gone have no slot any more.
  void adopt();

 private:
  void publish(uint32_t index);
  uint32_t find_free() const;
  core::Desk desk(const Slot& slot) const;
  bool is_still_there(uint32_t index, uint32_t generation);

  const core::CallGeometry geometry_;
  const ChannelObjects& objects_;
  ClientWatch& watch_;
  const std::wstring channel_;
  std::vector<Slot> slots_;
};

}  // namespace shmbroker::service
