// One channel as the broker owns it: its memory, and which client has which slot.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/block.h"
#include "core/blocker.h"
#include "core/geometry.h"
#include "core/queue_watch.h"
#include "core/reclaim.h"
#include "core/ring.h"
#include "protocol/pipe_message.h"
#include "service/broker/backing_file.h"
#include "service/broker/channel_objects.h"
#include "service/broker/client_slot.h"
#include "service/broker/client_watch.h"
#include "service/broker/keeper.h"
#include "service/broker/object_namespace.h"
#include "service/broker/service_desks.h"
#include "service/config/config.h"
#include "service/support/error.h"

namespace shmbroker::service {

// Random, part of the names of a channel's objects, and in the broker's state file.
struct Instance {
  uint64_t words[2] = {};
  bool operator==(const Instance&) const = default;
};

Instance new_instance();

// The object that is made for a client has it in its name. Nobody can guess it, make an object of that name
// first, and so keep clients out. Never 0, and another one than the last.
uint32_t another_generation(uint32_t last);

class Channel final : private core::ChannelEvents {
 public:
  // Makes a channel and its objects. access: what config.access says, with the accounts looked up. Throws
  // Error; win32() is ERROR_ALREADY_EXISTS where somebody else has a name.
  static std::unique_ptr<Channel> make(const ChannelConfig& config, const Access& access,
                                       const ObjectNamespace& names, const Instance& instance,
                                       ClientWatch& watch);

  // Takes over a channel that an earlier run of this broker has left, with clients that are still there. Null
  // where that can't be done: its memory is damaged, or not all of it is there. Then leave_behind() is to be
  // called. Throws Error.
  static std::unique_ptr<Channel> take_over(const ChannelConfig& config, const Access& access,
                                            const ObjectNamespace& names, const Instance& instance,
                                            ClientWatch& watch);

  // Tells the clients of a channel that an earlier run has left, and that is not taken over, that it has
  // ended. layout: the version of its memory.
  static void leave_behind(const ChannelConfig& config, const ObjectNamespace& names,
                           const Instance& instance, uint32_t layout);

  // Whether something of a channel is still there from an earlier run.
  static bool lives(const ChannelConfig& config, const ObjectNamespace& names, const Instance& instance,
                    uint32_t layout);

  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  const ChannelConfig& config() const { return config_; }
  const std::wstring& name() const { return name_; }
  const core::Geometry& geometry() const { return geometry_; }
  Instance instance() const { return {{geometry_.instance[0], geometry_.instance[1]}}; }
  uint32_t rights_of(HANDLE token) const { return objects_.rights_of(token); }
  const win::SecurityDescriptor& rights() const { return objects_.rights(); }
  std::wstring object_prefix() const { return objects_.name(L""); }
  // What its memory may come to be.
  uint64_t bytes() const { return core::whole_size(geometry_); }
  bool is_created() const { return !config_.creator.empty(); }
  // A client has created it, and now nobody uses it.
  bool is_unused() const { return is_created() && !config_.keep && readers() + writers() == 0; }
  uint32_t readers() const { return count(readers_); }
  uint32_t writers() const { return desks_ ? desks_->count() : count(writers_); }
  bool is_service() const { return desks_.has_value(); }
  // Readers and writers of one process.
  uint32_t slots_of(const Client& client) const;

  // How many slots of one right, core::kRead or core::kWrite, are taken, and how many of these by an account,
  // SID text. most: that account's process that has most of them, and how many.
  struct SlotUse {
    uint32_t slots = 0;  // that there are
    uint32_t all = 0;
    uint32_t own = 0;
    uint32_t most = 0;
    Client most_by;
  };
  SlotUse slot_use(uint32_t right, const std::wstring& account) const;

  // Applies a changed access to the objects: resolved, what it says with the accounts looked up. Handles that
  // are open keep what they have. Throws Error.
  void set_access(const AccessConfig& access, const Access& resolved);
  const Access& access() const { return objects_.access(); }
  uint32_t access_sum() const { return access_sum_; }  // of config().access

  // Has its clients use it. One that was taken over may have been ended, by a stop or because it was not in
  // the configuration, while somebody had it open.
  void begin();

  // Gives a client the slots that it needs for these rights, and fills in the reply. Returns false if none is
  // free. account: SID of the client's user. The client must be watched, once for each slot. Throws Error.
  // Until confirm() only this process knows of it: nobody finds such a slot again after our death.
  bool admit(const Client& client, uint32_t rights, bool exclusive, const std::wstring& account,
             pipe::OpenReply& reply);

  // Writes into the memory who has the slots: the client knows that it has them. Does nothing where it has
  // them no more.
  void confirm(const Client& client, const pipe::CloseRequest& request);

  // Takes slots back from a client that closed. Returns false if they are not that client's, or not any more.
  bool leave(const Client& client, const pipe::CloseRequest& request);

  // Takes back all that a dead client had, and undoes what it left unfinished. Returns whether there was
  // anything.
  bool reclaim_client(const Client& client);

  // Has the keeper hold the memory, instead of the one that held it before and has died. Throws Error.
  void entrust_to(const std::shared_ptr<Keeper>& keeper);

  // What it is doing. Its strings are left to the caller, who knows what accounts are called.
  pipe::ChannelEntry state() const;

  // Whether it has no room, because of a process or for want of a reader, and whose process that is.
  bool is_held_up() const { return blocker().kind != core::Blocker::Kind::none; }
  std::optional<Client> blocking_client() const;

  // For who looks now and then: wakes a reader of a queue, or a server, for what another one was woken for,
  // and leaves.
  void watch_takers();

  // Whether the caller may see clients of an account, as SID text.
  using Sees = std::function<bool(const std::wstring& account)>;

  // The same in short, with sums over its clients; without its name and the caller's rights.
  pipe::ListEntry summary(const Sees& sees) const;

  // Some of those who have it open, each with its account as SID text, "" where it is not known.
  struct Page {
    uint32_t total = 0;  // of all pages
    std::vector<std::pair<pipe::ClientEntry, std::wstring>> clients;
  };
  // From the one with index first on, and no more than most. Those that the caller may not see don't count.
  Page clients(const Sees& sees, uint32_t first, uint32_t most) const;

  // What its clients have done, those included that have gone.
  pipe::ChannelTotals totals() const;
  pipe::CallFigures call_figures() const;

  // Where its value is kept, when it was saved, and what came of the last save; "" for all of it without one.
  pipe::ChannelFile file() const;

  uint64_t recoveries() const { return data().lock.recoveries.load(std::memory_order_relaxed); }

  void note_denial() { ++denials_; }

  // A block's file, which comes when it can be had: then what is in it is the value, unless the memory has
  // one.
  bool has_file() const { return config_.file.has_value(); }
  bool lacks_file() const { return has_file() && !file_; }
  void attach(std::unique_ptr<BackingFile> file, std::span<const std::byte> value);

  // save_value() brings the present value to the file, and returns which one that is, for note_saved(). It
  // touches nothing that changes but the memory and the file: one other thread than the broker's may be in
  // it, as long as that one neither attaches nor closes the file. Throws Error.
  bool is_saved() const;
  uint64_t save_value();
  void note_saved(uint64_t sequence);
  void note_save_failure(const std::string& why) { save_error_ = why; }
  void close_file() { file_.reset(); }

  // Tells every client that the channel is over.
  void end();

 private:
  struct Slot : ClientSlot {
    win::Handle event;  // a reader's
  };
  using Slots = std::array<Slot, 64>;
  static_assert(core::kMaxReaders == 64 && core::kMaxWriters == 64);

  Channel(const ChannelConfig& config, const Instance& instance, ChannelObjects&& objects,
          ClientWatch& watch);
  static std::wstring prefix_of(const ChannelConfig& config, const ObjectNamespace& names,
                                const Instance& instance, uint32_t layout = core::kLayoutVersion);
  static SectionSizes sizes_of(const core::Geometry& geometry);
  static core::Geometry geometry_from(const ChannelConfig& config, const Instance& instance);
  static uint64_t taken(const Slots& slots);
  static uint64_t confirmed(const Slots& slots);
  static uint32_t count(const Slots& slots);
  static uint32_t find_free(const Slots& slots);
  static bool holds(const Client& client, const Slots& slots, uint32_t index, uint32_t generation);
  struct HeldSlots {
    bool reader = false;
    bool writer = false;
  };
  HeldSlots held_slots(const Client& client, const pipe::CloseRequest& request) const;
  std::set<std::wstring> accounts_of(const Slots& slots) const;
  AttachedClients attached_with(const std::wstring& reader) const;
  void describe_to(pipe::OpenReply& reply) const;
  void count_gone_client(uint32_t slot);
  bool give_desk(const Client& client, const std::wstring& account, pipe::OpenReply& reply);
  void put_access(const Access& resolved);
  bool adopt();
  static void restore_slots(Slots& slots, uint64_t taken, const core::SlotRecord* records);
  bool is_still_there(Slot& slot);
  bool is_sound() const;
  win::Handle make_reader_event(uint32_t reader, const AttachedClients& attached);
  core::Blocker blocker() const;
  void count_gone(const Slot& slot, const pipe::ChannelTotals& of_it);
  pipe::ChannelTotals reader_totals(uint32_t index) const;
  pipe::ChannelTotals writer_totals(uint32_t index) const;
  pipe::ClientEntry reader_entry(uint32_t slot, const core::Blocker& blocker) const;
  pipe::ClientEntry writer_entry(uint32_t slot, const core::Blocker& blocker) const;
  pipe::ClientEntry desk_entry(uint32_t slot) const;
  bool has_no_room() const;
  core::Block::Value read_value(std::vector<std::byte>& bytes) const;
  void set_reader_event(uint32_t slot) override;
  void set_space_event() override { SetEvent(objects_.space_event()); }
  void set_lock_event() override { SetEvent(objects_.lock_event()); }
  void wake_everybody();
  template <class SharedSlot>
  static void confirm(Slot& slot, core::SlotRecord& record, SharedSlot& shared);
  void publish_presence();
  void unwatch(Slot& slot);
  void vacate_reader(uint32_t index);
  void vacate_writer(uint32_t index);
  core::DataSection& data() const { return objects_.data(); }
  core::ReadersSection& shared_readers() const { return objects_.readers(); }
  core::ChannelMemory memory() const { return {data(), shared_readers(), ring_ ? &*ring_ : nullptr}; }

  ChannelConfig config_;
  uint32_t access_sum_;  // of config_.access
  ClientWatch& watch_;
  std::wstring name_;
  core::Geometry geometry_;
  ChannelObjects objects_;
  std::unique_ptr<BackingFile> file_;
  bool is_new_ = false;  // made by this run: before it has its file, nobody has its memory
  uint64_t denials_ = 0;
  uint64_t saved_ = 0;          // sequence of the value that is in the file
  uint64_t saved_at_ = 0;       // as a FILETIME; 0: not by this run
  std::string save_error_;      // "": the last save did not fail
  pipe::ChannelTotals gone_{};  // of clients that are gone
  uint64_t gone_calls_ = 0;     // of a service's clients that are gone
  mutable pipe::ChannelTotals told_{};
  Slots readers_;
  Slots writers_;
  uint32_t exclusive_ = pipe::kNoSlot;  // the slot of the one writer that tolerates no other
  std::optional<core::Ring> ring_;      // of a topic and a queue
  core::QueueWatch queue_watch_;
  std::optional<ServiceDesks> desks_;  // of a service, whose clients have these in the place of writers_
  std::shared_ptr<Keeper> keeper_;
  std::array<HANDLE, 6> kept_{};  // the objects' handles in the keeper
};

}  // namespace shmbroker::service
