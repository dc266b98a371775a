#include "service/broker/channel.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <map>
#include <vector>

#include "core/block.h"
#include "core/copy.h"
#include "core/crash_point.h"
#include "core/slots.h"
#include "protocol/status.h"
#include "service/broker/wide_name.h"
#include "service/support/error.h"
#include "win/random.h"

namespace shmbroker::service {
namespace {

template <size_t N>
void put(char16_t (&to)[N], const std::wstring& from) {
  if (from.size() >= N) throw Error("the object name " + win::display_utf8(from) + " is too long");
  std::copy(from.begin(), from.end(), to);
}

}  // namespace

uint32_t another_generation(uint32_t last) {
  uint32_t next = 0;
  while (next == 0 || next == last) next = static_cast<uint32_t>(new_instance().words[0]);
  return next;
}

Instance new_instance() {
  Instance instance;
  if (!win::fill_random(instance.words, sizeof instance.words)) throw Error("Windows has no random numbers");
  return instance;
}

core::Geometry Channel::geometry_from(const ChannelConfig& config, const Instance& instance) {
  core::Geometry geometry = geometry_of(config);
  geometry.instance[0] = instance.words[0];
  geometry.instance[1] = instance.words[1];
  return geometry;
}

SectionSizes Channel::sizes_of(const core::Geometry& geometry) {
  return {core::data_section_size(geometry), core::readers_section_size(geometry),
          core::clients_section_size(core::call_geometry(geometry))};
}

Channel::Channel(const ChannelConfig& config, const Instance& instance, ChannelObjects&& objects,
                 ClientWatch& watch)
    : config_(config),
      access_sum_(service::access_sum(config.access)),
      watch_(watch),
      name_(wide_name(config)),
      geometry_(geometry_from(config, instance)),
      objects_(std::move(objects)) {
  if (geometry_.kind == core::Kind::service) {
    desks_.emplace(core::call_geometry(geometry_), objects_, watch_, name_);
  } else if (geometry_.kind != core::Kind::block) {
    ring_.emplace(data(), shared_readers(), geometry_);
  }
}

std::unique_ptr<Channel> Channel::make(const ChannelConfig& config, const Access& access,
                                       const ObjectNamespace& names, const Instance& instance,
                                       ClientWatch& watch) {
  const core::Geometry geometry = geometry_from(config, instance);
  auto objects =
      ChannelObjects::make(prefix_of(config, names, instance), names.identity, access, sizes_of(geometry));
  std::unique_ptr<Channel> channel(new Channel(config, instance, std::move(objects), watch));
  SHM_CRASH_POINT("channel.unformatted");
  core::format(geometry, channel->data());
  channel->is_new_ = true;
  return channel;
}

Channel::~Channel() {
  for (const Slots* slots : {&readers_, &writers_}) {
    for (const Slot& slot : *slots) {
      if (slot.watched) watch_.remove(slot.client, name_);
    }
  }
  for (HANDLE held : kept_) {
    if (held != nullptr) keeper_->release(held);
  }
}

// An empty file is a value that nobody has written yet. Before the first client comes, nobody else writes.
void Channel::attach(std::unique_ptr<BackingFile> file, std::span<const std::byte> value) {
  if (value.size() > geometry_.capacity)
    throw Error("the value in the file of channel '" + config_.name + "' is larger than its capacity");
  file_ = std::move(file);
  if (!is_new_ || value.empty()) return;
  core::Block block(data(), shared_readers(), geometry_.capacity);
  const core::Block::Draft draft = block.begin();
  core::copy_to_shared(draft.memory, value.data(), value.size());
  block.publish(draft, value.size());
  saved_ = draft.sequence;
}

bool Channel::is_saved() const {
  return !file_ || core::Block(data(), shared_readers(), geometry_.capacity).sequence() == saved_;
}

uint64_t Channel::save_value() {
  std::vector<std::byte> bytes;
  const core::Block::Value value = read_value(bytes);
  if (value.sequence != 0) file_->save(std::span(bytes).first(static_cast<size_t>(value.size)));
  return value.sequence;
}

// Writers may be at work, and are not held up. With three other buffers to write first they seldom come round
// to the one that is being copied; where they keep doing so, the time is bounded.
core::Block::Value Channel::read_value(std::vector<std::byte>& bytes) const {
  constexpr ULONGLONG kPatience = 3000;  // milliseconds
  const core::Block block(data(), shared_readers(), geometry_.capacity);
  const ULONGLONG end = GetTickCount64() + kPatience;
  for (;;) {
    core::Block::Value value;
    const auto result = block.read_once(bytes.data(), bytes.size(), value);
    if (result == core::Block::Result::ok || result == core::Block::Result::never_written) return value;
    if (result == core::Block::Result::corrupt)
      throw Error("the memory of channel '" + config_.name + "' is damaged: its file is left as it was");
    if (result == core::Block::Result::too_small) bytes.resize(static_cast<size_t>(value.size));
    if (GetTickCount64() >= end) {
      throw Error("the value of channel '" + config_.name +
                  "' changes faster than it can be copied: its file is left as it was");
    }
  }
}

// It may have some of them already: a channel that was made while others were entrusted, or where the last
// try failed halfway.
void Channel::entrust_to(const std::shared_ptr<Keeper>& keeper) {
  if (keeper_ != keeper) kept_ = {};
  keeper_ = keeper;
  const auto objects = objects_.named();
  for (size_t i = 0; i < objects.size(); ++i) {
    if (objects[i] != nullptr && kept_[i] == nullptr) kept_[i] = keeper->hold(objects[i]);
    if (i == 0) SHM_CRASH_POINT("keeper.holds-half");
  }
}

void Channel::set_access(const AccessConfig& access, const Access& resolved) {
  if (resolved != objects_.access()) put_access(resolved);
  config_.access = access;
  access_sum_ = service::access_sum(access);
}

// What a reader waits for is opened by a writer when it first wakes it: so one that was admitted later must
// be let in, and one whose right has been taken away, and that goes on writing, must not be kept out.
void Channel::put_access(const Access& resolved) {
  objects_.set_access(resolved);
  for (const Slot& slot : readers_) {
    if (slot.event) objects_.set_access(slot.event.get(), attached_with(slot.account));
  }
  if (desks_) desks_->set_access(accounts_of(readers_));
}

std::set<std::wstring> Channel::accounts_of(const Slots& slots) const {
  std::set<std::wstring> accounts;
  for (const Slot& slot : slots) {
    if (slot.taken && !slot.account.empty()) accounts.insert(slot.account);
  }
  return accounts;
}

// A slot from an earlier run may have no known account; its reader has its event open already.
AttachedClients Channel::attached_with(const std::wstring& reader) const {
  return {reader, desks_ ? desks_->accounts() : accounts_of(writers_)};
}

// A bit for each.
uint64_t Channel::taken(const Slots& slots) {
  uint64_t bits = 0;
  for (size_t i = 0; i < slots.size(); ++i) bits |= uint64_t{slots[i].taken} << i;
  return bits;
}

uint64_t Channel::confirmed(const Slots& slots) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < slots.size(); ++i) {
    if (slots[i].taken && slots[i].confirmed) bits |= uint64_t{1} << i;
  }
  return bits;
}

uint32_t Channel::count(const Slots& slots) { return static_cast<uint32_t>(std::popcount(taken(slots))); }

uint32_t Channel::slots_of(const Client& client) const {
  const auto is_its = [&](const Slot& slot) { return slot.taken && slot.client == client; };
  return static_cast<uint32_t>(std::ranges::count_if(readers_, is_its) +
                               std::ranges::count_if(writers_, is_its)) +
         (desks_ ? desks_->count_of(client) : 0);
}

Channel::SlotUse Channel::slot_use(uint32_t right, const std::wstring& account) const {
  SlotUse use;
  use.slots = desks_ && right == core::kWrite ? geometry_.clients : core::kMaxReaders;
  std::map<Client, uint32_t> by_process;
  const auto add = [&](bool taken, const std::wstring& its_account, const Client& client) {
    if (!taken) return;
    ++use.all;
    if (its_account == account) ++by_process[client];
  };
  if (desks_ && right == core::kWrite) {
    desks_->for_each([&](uint32_t, const ServiceDesks::Slot& slot) { add(true, slot.account, slot.client); });
  } else {
    for (const Slot& slot : right == core::kRead ? readers_ : writers_)
      add(slot.taken, slot.account, slot.client);
  }
  for (const auto& [client, count] : by_process) {
    use.own += count;
    if (count <= use.most) continue;
    use.most = count;
    use.most_by = client;
  }
  return use;
}

uint32_t Channel::find_free(const Slots& slots) {
  const auto found = std::ranges::find_if(slots, [](const Slot& slot) { return !slot.taken; });
  return found == slots.end() ? pipe::kNoSlot : static_cast<uint32_t>(found - slots.begin());
}

// The caller then calls publish_presence().
template <class SharedSlot>
void Channel::confirm(Slot& slot, core::SlotRecord& record, SharedSlot& shared) {
  slot.confirmed = true;
  // relaxed: publish_presence() releases it.
  record.generation.store(slot.generation, std::memory_order_relaxed);
  record.pid.store(slot.client.pid, std::memory_order_relaxed);
  record.created.store(slot.client.created, std::memory_order_relaxed);
  core::reset(shared);
}

// The slots whose clients have acknowledged them. All of it each time: what a writer may have put there does
// not stay.
void Channel::publish_presence() {
  core::Presence& shared = data().presence;
  const bool is_exclusive = exclusive_ != pipe::kNoSlot && writers_[exclusive_].confirmed;
  shared.exclusive.store(is_exclusive ? exclusive_ + 1 : 0, std::memory_order_relaxed);
  // release: pairs with the acquires in core::wake_readers(), in slowest_reader(), and in adopt() of the
  // broker's next run.
  shared.readers.store(confirmed(readers_), std::memory_order_release);
  shared.writers.store(confirmed(writers_), std::memory_order_release);
}

bool Channel::admit(const Client& client, uint32_t rights, bool exclusive, const std::wstring& account,
                    pipe::OpenReply& reply) {
  const uint32_t reader = (rights & core::kRead) != 0 ? find_free(readers_) : pipe::kNoSlot;
  if (desks_ && (rights & core::kWrite) != 0) return give_desk(client, account, reply);
  const uint32_t writer = (rights & core::kWrite) != 0 ? find_free(writers_) : pipe::kNoSlot;
  if ((rights & core::kRead) != 0 && reader == pipe::kNoSlot) return false;
  if ((rights & core::kWrite) != 0 && writer == pipe::kNoSlot) return false;
  if (writer != pipe::kNoSlot && (exclusive_ != pipe::kNoSlot || (exclusive && writers() > 0))) return false;
  if (reader != pipe::kNoSlot) {
    Slot& slot = readers_[reader];
    slot.event = make_reader_event(reader, attached_with(account));
    ++gone_.opened;
    slot.take(client, account);
    SHM_CRASH_POINT("admit.reader-taken");
    reply.reader_generation = slot.generation;
  }
  if (writer != pipe::kNoSlot) {
    Slot& slot = writers_[writer];
    slot.generation = another_generation(slot.generation);
    ++gone_.opened;
    slot.take(client, account);
    if (exclusive) exclusive_ = writer;
    reply.writer_generation = slot.generation;
  }
  reply.access = rights;
  reply.reader = reader;
  reply.writer = writer;
  describe_to(reply);
  return true;
}

// A handle to a service is a client's or a server's.
bool Channel::give_desk(const Client& client, const std::wstring& account, pipe::OpenReply& reply) {
  const uint32_t slot = desks_->admit(client, account, accounts_of(readers_), reply.writer_generation);
  if (slot == pipe::kNoSlot) return false;
  ++gone_.opened;
  reply.access = core::kWrite;
  reply.reader = pipe::kNoSlot;
  reply.writer = slot;
  describe_to(reply);
  return true;
}

void Channel::describe_to(pipe::OpenReply& reply) const {
  reply.kind = static_cast<uint32_t>(geometry_.kind);
  reply.when_full = geometry_.when_full;
  reply.capacity = geometry_.capacity;
  reply.max_message = geometry_.max_message;
  std::ranges::copy(geometry_.instance, reply.instance);
  put(reply.data, objects_.name(L"data"));
  put(reply.readers, objects_.name(L"readers"));
  put(reply.mutex, objects_.name(L"mutex"));
  put(reply.lock_event, objects_.name(L"lock"));
  put(reply.space_event, objects_.name(L"space"));
  put(reply.reader_event, objects_.name(L"reader"));
  put(reply.creator, win::to_utf16(config_.creator).value_or(L""));
  if (!desks_) return;
  reply.calls = geometry_.calls;
  reply.clients = geometry_.clients;
  put(reply.clients_section, objects_.name(L"clients"));
  put(reply.desk, objects_.name(L"desk"));
  put(reply.answer_event, objects_.name(L"answer"));
}

// Somebody may keep the event of an earlier client of this slot open: another name then.
win::Handle Channel::make_reader_event(uint32_t reader, const AttachedClients& attached) {
  constexpr int kMostTries = 3;
  for (int tries = 1;; ++tries) {
    uint32_t& generation = readers_[reader].generation;
    generation = another_generation(generation);
    try {
      return objects_.make_reader_event(reader, generation, attached);
    } catch (const Error& error) {
      if (error.win32() != ERROR_ALREADY_EXISTS || tries == kMostTries) throw;
    }
  }
}

// A slot that was given to another handle since, of the same process perhaps, has another generation.
bool Channel::holds(const Client& client, const Slots& slots, uint32_t index, uint32_t generation) {
  return index < slots.size() && slots[index].taken && slots[index].client == client &&
         slots[index].generation == generation;
}

// Which of the slots of a reply the client still has: a service that died in the midst of confirm() has left
// one.
Channel::HeldSlots Channel::held_slots(const Client& client, const pipe::CloseRequest& request) const {
  if (Instance{{request.instance[0], request.instance[1]}} != instance()) return {};
  return {holds(client, readers_, request.reader, request.reader_generation),
          desks_ ? desks_->holds(client, request.writer, request.writer_generation)
                 : holds(client, writers_, request.writer, request.writer_generation)};
}

void Channel::confirm(const Client& client, const pipe::CloseRequest& request) {
  const HeldSlots held = held_slots(client, request);
  if (held.reader) {
    const uint32_t index = request.reader;
    confirm(readers_[index], data().reader_records[index], shared_readers().readers[index]);
    publish_presence();
    SHM_CRASH_POINT("confirm.reader-taken");
  }
  if (held.writer && desks_) {
    desks_->confirm(request.writer);
  } else if (held.writer) {
    const uint32_t index = request.writer;
    confirm(writers_[index], data().writer_records[index], data().writers[index]);
    publish_presence();
  }
}

bool Channel::leave(const Client& client, const pipe::CloseRequest& request) {
  const HeldSlots held = held_slots(client, request);
  if (held.reader) vacate_reader(request.reader);
  if (held.writer) vacate_writer(request.writer);
  // What a queue's reader gave back is for the others, whom it had no right to wake. A writer whose thread
  // was ended may have taken waiting readers' marks, or the space event's wake-up, and woken nobody.
  if (held.writer || (held.reader && (desks_ || geometry_.kind == core::Kind::queue))) wake_everybody();
  return held.reader || held.writer;
}

bool Channel::reclaim_client(const Client& client) {
  bool found = false;
  for (uint32_t i = 0; i < readers_.size(); ++i) {
    if (!readers_[i].taken || readers_[i].client != client) continue;
    vacate_reader(i);
    found = true;
  }
  for (uint32_t i = 0; i < writers_.size(); ++i) {
    if (!writers_[i].taken || writers_[i].client != client) continue;
    vacate_writer(i);
    found = true;
  }
  if (desks_) {
    const std::vector<uint32_t> its = desks_->slots_of(client);
    for (const uint32_t slot : its) vacate_writer(slot);
    found |= !its.empty();
  }
  // It may have died between taking waiting marks and waking their owners; and what it held is now for
  // others.
  SHM_CRASH_POINT("reclaim.unwoken");
  if (found) wake_everybody();
  return found;
}

void Channel::vacate_reader(uint32_t index) {
  count_gone(readers_[index], reader_totals(index));
  core::reclaim_readers(memory(), taken(readers_) & core::all_but(index));
  Slot& slot = readers_[index];
  slot.taken = false;
  slot.event.reset();
  publish_presence();
  if (desks_) desks_->end_calls_of_the_dead(taken(readers_));
  unwatch(slot);
}

void Channel::vacate_writer(uint32_t index) {
  if (desks_) {
    count_gone_client(index);
    return desks_->vacate(index);
  }
  count_gone(writers_[index], writer_totals(index));
  core::reclaim_writer(memory(), index, taken(writers_) & core::all_but(index), *this);
  Slot& slot = writers_[index];
  slot.taken = false;
  if (exclusive_ == index) exclusive_ = pipe::kNoSlot;
  publish_presence();
  SHM_CRASH_POINT("reclaim.writer-free");
  unwatch(slot);
}

void Channel::unwatch(Slot& slot) {
  if (std::exchange(slot.watched, false)) watch_.remove(slot.client, name_);
}

void Channel::set_reader_event(uint32_t slot) {
  if (readers_[slot].event) SetEvent(readers_[slot].event.get());
}

void Channel::wake_everybody() {
  core::wake_everybody(*this, UINT64_MAX);
  if (desks_) desks_->wake_everybody();
}

void Channel::begin() {
  // release: pairs with the acquire in the DLL, as in end().
  data().ended.store(0, std::memory_order_release);
}

void Channel::end() {
  // release: pairs with the acquire in the DLL before each wait; the wake-ups below make waiting clients
  // look.
  data().ended.store(1, std::memory_order_release);
  SHM_CRASH_POINT("channel.ended");
  wake_everybody();
}

}  // namespace shmbroker::service
