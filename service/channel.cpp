#include "service/channel.h"

#include <bcrypt.h>

#include <algorithm>
#include <cwchar>
#include <iterator>

#include "core/ring_recovery.h"
#include "core/robust_lock.h"
#include "core/space_waking.h"
#include "core/status.h"
#include "core/waking.h"
#include "service/error.h"

namespace shmbroker::service {
namespace {

Instance random_instance() {
  Instance instance;
  const NTSTATUS status = BCryptGenRandom(nullptr, reinterpret_cast<PUCHAR>(instance.words),
                                          sizeof instance.words, BCRYPT_USE_SYSTEM_PREFERRED_RNG);
  if (status != 0) throw Error("Windows has no random numbers", static_cast<DWORD>(status));
  return instance;
}

Error taken(const std::wstring& name, const std::string& why) {
  return Error("the name " + win::display_utf8(name) + " is taken: " + why +
                   ". End the program that made it, or give the channel another name",
               ERROR_ALREADY_EXISTS);
}

template <size_t N>
void put(char16_t (&to)[N], const std::wstring& from) {
  if (from.size() >= N) throw Error("the object name " + win::display_utf8(from) + " is too long");
  std::copy(from.begin(), from.end(), to);
}

core::Geometry geometry_from(const ChannelConfig& config, const Instance& instance) {
  core::Geometry geometry;
  geometry.kind = config.kind;
  geometry.policy = config.when_full;
  geometry.capacity = config.capacity;
  geometry.max_message = config.max_message;
  geometry.instance[0] = instance.words[0];
  geometry.instance[1] = instance.words[1];
  return geometry;
}

}  // namespace

Channel::Channel(const ChannelConfig& config, const Realm& realm, const std::optional<Instance>& known,
                 ClientWatch& watch)
    : config_(config),
      realm_(realm),
      watch_(watch),
      name_(win::to_utf16(config.name).value_or(L"")),
      grants_(resolve_access(config.access)),
      data_descriptor_(describe(Object::data, grants_, realm.owner)) {
  mutex_ = named(Object::writer_mutex, object_name(L"mutex"));
  lock_event_ = named(Object::lock_event, object_name(L"lock"));
  space_event_ = named(Object::space_event, object_name(L"space"));
  open_sections(known);
}

Channel::~Channel() {
  for (const Places* places : {&readers_, &writers_}) {
    for (const Place& place : *places) {
      if (place.taken) watch_.remove(place.client);
    }
  }
}

// Creates a mutex or an event. One that is there already is taken over if it belongs to this broker's
// account: it has no content that could deceive.
win::Handle Channel::named(Object object, const std::wstring& name) {
  const auto descriptor = describe(object, grants_, realm_.owner);
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  win::Handle handle(object == Object::writer_mutex ? CreateMutexW(&security, FALSE, name.c_str())
                                                    : CreateEventW(&security, FALSE, FALSE, name.c_str()));
  const DWORD error = GetLastError();
  if (!handle) throw taken(name, win::display_utf8(win::error_text(error)));
  if (error == ERROR_ALREADY_EXISTS) {
    const std::wstring owner = win::object_owner(handle.get());
    if (owner != realm_.owner) {
      throw taken(name,
                  "it belongs to " + win::display_utf8(win::account_name(owner)) + ", not to the service");
    }
  }
  return handle;
}

void Channel::open_sections(const std::optional<Instance>& known) {
  geometry_ = geometry_from(config_, random_instance());
  const uint64_t data_size = core::data_section_size(geometry_);
  const uint64_t readers_size = core::readers_section_size(geometry_);
  SECURITY_ATTRIBUTES security = data_descriptor_.attributes();
  data_section_ = win::create_section(object_name(L"data").c_str(), data_size, security);
  const DWORD data_error = GetLastError();
  if (!data_section_ && data_error == ERROR_ACCESS_DENIED) {
    throw taken(object_name(L"data"), win::display_utf8(win::error_text(data_error)));
  }
  if (!data_section_)
    throw win32_error("cannot create " + std::to_string(data_size) + " bytes of memory", data_error);
  const auto readers_descriptor = describe(Object::readers, grants_, realm_.owner);
  security = readers_descriptor.attributes();
  readers_section_ = win::create_section(object_name(L"readers").c_str(), readers_size, security);
  const DWORD readers_error = GetLastError();
  if (!readers_section_)
    throw taken(object_name(L"readers"), win::display_utf8(win::error_text(readers_error)));
  if (data_error != readers_error) {
    throw taken(object_name(data_error == ERROR_ALREADY_EXISTS ? L"data" : L"readers"), "it was there alone");
  }
  data_ = win::View::map(data_section_.get(), FILE_MAP_WRITE);
  readers_view_ = win::View::map(readers_section_.get(), FILE_MAP_WRITE);
  if (!data_ || !readers_view_) throw win32_error("cannot map the memory");
  if (data_error == ERROR_ALREADY_EXISTS) {
    adopt(known);
  } else {
    core::format(geometry_, data(), shared_readers());
    if (geometry_.kind != core::Kind::block) ring_.emplace(data(), shared_readers(), geometry_);
  }
}

// Takes over sections that the last run of this broker made and that clients have kept alive. Nothing in them
// is trusted before their owner and their instance have been found to be right.
void Channel::adopt(const std::optional<Instance>& known) {
  const std::wstring name = object_name(L"data");
  for (HANDLE section : {data_section_.get(), readers_section_.get()}) {
    if (win::object_owner(section) != realm_.owner) throw taken(name, "it does not belong to the service");
  }
  core::Geometry found;
  if (!known || !core::read_geometry(data(), data_.size(), shared_readers(), readers_view_.size(), found) ||
      Instance{{found.instance[0], found.instance[1]}} != *known) {
    throw taken(name, "it is not memory that this service made");
  }
  if (found.kind != config_.kind || found.policy != config_.when_full || found.capacity != config_.capacity ||
      found.max_message != config_.max_message) {
    throw Error("channel '" + config_.name + "' is in use with a capacity of " +
                std::to_string(found.capacity) + " and messages of up to " +
                std::to_string(found.max_message) +
                " bytes. Close its clients, or restore its kind, when_full, capacity and max_message");
  }
  geometry_ = found;
  if (geometry_.kind != core::Kind::block) ring_.emplace(data(), shared_readers(), geometry_);
  adopt_places(readers_, shared_readers().readers, true);
  adopt_places(writers_, data().writers, false);
  wake_everybody();  // a writer may have died between taking the waiting marks and waking their readers
}

void Channel::adopt_places(Places& places, core::ClientSlot* slots, bool readers) {
  for (uint32_t i = 0; i < places.size(); ++i) {
    core::ClientSlot& slot = slots[i];
    // acquire: pairs with the release in take() of the broker's last run, and with the client's when it left.
    const auto state = static_cast<core::SlotState>(slot.state.load(std::memory_order_acquire));
    Place& place = places[i];
    place.generation = slot.generation.load(std::memory_order_relaxed);
    if (state == core::SlotState::free) continue;
    place.client = {slot.pid.load(std::memory_order_relaxed), slot.created.load(std::memory_order_relaxed)};
    place.taken = true;
    if (readers) place.event = reader_event(i, place.generation, {});
    const bool alive = state == core::SlotState::taken && watch_.add_known(place.client);
    if (alive) continue;
    // Vacating removes a watch; the dead have none, and remove() of an unknown client does nothing.
    if (readers) {
      vacate_reader(i);
    } else {
      vacate_writer(i);
    }
  }
}

void Channel::set_access(const AccessConfig& access) {
  const auto grants = resolve_access(access);
  const struct {
    Object object;
    HANDLE handle;
  } objects[] = {{Object::data, data_section_.get()},
                 {Object::readers, readers_section_.get()},
                 {Object::writer_mutex, mutex_.get()},
                 {Object::lock_event, lock_event_.get()},
                 {Object::space_event, space_event_.get()}};
  for (const auto& each : objects) {
    const auto descriptor = describe(each.object, grants, realm_.owner);
    if (!SetKernelObjectSecurity(each.handle, DACL_SECURITY_INFORMATION, descriptor.get())) {
      throw win32_error("cannot change the access of channel '" + config_.name + "'");
    }
  }
  grants_ = grants;
  data_descriptor_ = describe(Object::data, grants_, realm_.owner);
  config_.access = access;
}

uint32_t Channel::count(const Places& places) {
  return static_cast<uint32_t>(std::ranges::count_if(places, [](const Place& place) { return place.taken; }));
}

uint32_t Channel::find_free(const Places& places) {
  const auto found = std::ranges::find_if(places, [](const Place& place) { return !place.taken; });
  return found == places.end() ? pipe::kNoSlot : static_cast<uint32_t>(found - places.begin());
}

win::Handle Channel::reader_event(uint32_t slot, uint32_t generation, const std::wstring& account) {
  const std::wstring name =
      object_name(L"reader") + L"." + std::to_wstring(slot) + L"." + std::to_wstring(generation);
  if (account.empty()) return win::Handle(OpenEventW(EVENT_MODIFY_STATE | SYNCHRONIZE, FALSE, name.c_str()));
  const auto descriptor = describe(Object::reader_event, grants_, realm_.owner, account);
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  win::Handle event(CreateEventW(&security, FALSE, FALSE, name.c_str()));
  const DWORD error = GetLastError();
  if (!event || error == ERROR_ALREADY_EXISTS) throw taken(name, win::display_utf8(win::error_text(error)));
  return event;
}

void Channel::take(Place& place, core::ClientSlot& slot, const Client& client) {
  place.taken = true;
  place.client = client;
  slot.generation.store(place.generation, std::memory_order_relaxed);
  slot.pid.store(client.pid, std::memory_order_relaxed);
  slot.created.store(client.created, std::memory_order_relaxed);
  for (auto* counter : {&slot.cursor, &slot.messages, &slot.bytes, &slot.lost, &slot.waits}) {
    counter->store(0, std::memory_order_relaxed);
  }
  // release: pairs with the acquire in adopt_places(), should this be the last thing that we do.
  slot.state.store(static_cast<uint32_t>(core::SlotState::taken), std::memory_order_release);
}

bool Channel::admit(const Client& client, uint32_t rights, bool exclusive, const std::wstring& account,
                    pipe::OpenReply& reply) {
  const uint32_t reader = (rights & core::kRead) != 0 ? find_free(readers_) : pipe::kNoSlot;
  const uint32_t writer = (rights & core::kWrite) != 0 ? find_free(writers_) : pipe::kNoSlot;
  if ((rights & core::kRead) != 0 && reader == pipe::kNoSlot) return false;
  if ((rights & core::kWrite) != 0 && writer == pipe::kNoSlot) return false;
  if (writer != pipe::kNoSlot && (exclusive_ != pipe::kNoSlot || (exclusive && writers() > 0))) return false;
  if (reader != pipe::kNoSlot) {
    Place& place = readers_[reader];
    ++place.generation;
    place.event = reader_event(reader, place.generation, account);
    take(place, shared_readers().readers[reader], client);
    reply.reader_generation = place.generation;
  }
  if (writer != pipe::kNoSlot) {
    ++writers_[writer].generation;
    take(writers_[writer], data().writers[writer], client);
    if (exclusive) exclusive_ = writer;
  }
  reply.access = rights;
  reply.kind = static_cast<uint32_t>(geometry_.kind);
  reply.reader = reader;
  reply.writer = writer;
  reply.capacity = geometry_.capacity;
  reply.max_message = geometry_.max_message;
  std::ranges::copy(geometry_.instance, reply.instance);
  put(reply.data, object_name(L"data"));
  put(reply.readers, object_name(L"readers"));
  put(reply.mutex, object_name(L"mutex"));
  put(reply.lock_event, object_name(L"lock"));
  put(reply.space_event, object_name(L"space"));
  put(reply.reader_event, object_name(L"reader"));
  return true;
}

bool Channel::leave(const Client& client, uint32_t reader, uint32_t writer) {
  const auto holds = [&](const Places& places, uint32_t slot) {
    return slot == pipe::kNoSlot ||
           (slot < places.size() && places[slot].taken && places[slot].client == client);
  };
  if (!holds(readers_, reader) || !holds(writers_, writer)) return false;
  if (reader != pipe::kNoSlot) vacate_reader(reader);
  if (writer != pipe::kNoSlot) vacate_writer(writer);
  // What a queue's reader gave back is for the others, whom it had no right to wake.
  if (reader != pipe::kNoSlot && geometry_.kind == core::Kind::queue) wake_everybody();
  return true;
}

bool Channel::bury(const Client& client) {
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
  // It may have died between taking waiting marks and waking their owners; and what it held is now for
  // others.
  if (found) wake_everybody();
  return found;
}

void Channel::vacate_reader(uint32_t slot) {
  core::ReadersSection& shared = shared_readers();
  if (ring_) recover_reader(*ring_, slot);
  core::unmark_waiting(shared, slot);
  // release: pairs with the writer's fence in Block::begin(); the reader's last look came before.
  shared.pins[slot].store(0, std::memory_order_release);
  shared.readers[slot].state.store(static_cast<uint32_t>(core::SlotState::free), std::memory_order_release);
  Place& place = readers_[slot];
  place.taken = false;
  place.event.reset();
  watch_.remove(place.client);
}

// A client that closed has dropped its lock before; one that died may not have.
void Channel::vacate_writer(uint32_t slot) {
  bool awaited = false;
  if (ring_ && recover_writer(*ring_, slot)) data().lock.recoveries.fetch_add(1, std::memory_order_relaxed);
  if (core::RobustLock(data().lock).release_dead(slot, awaited)) {
    data().lock.recoveries.fetch_add(1, std::memory_order_relaxed);
  }
  if (awaited) SetEvent(lock_event_.get());
  data().writers[slot].state.store(static_cast<uint32_t>(core::SlotState::free), std::memory_order_release);
  core::unmark_waiting_for_room(shared_readers(), slot);
  if (exclusive_ == slot) exclusive_ = pipe::kNoSlot;
  Place& place = writers_[slot];
  place.taken = false;
  watch_.remove(place.client);
}

void Channel::wake_everybody() {
  for (const Place& place : readers_) {
    if (place.event) SetEvent(place.event.get());
  }
  SetEvent(space_event_.get());  // one writer, which wakes the next
}

void Channel::end() {
  // release: pairs with the acquire in the DLL before each wait; the wake-ups below make waiting clients
  // look.
  data().ended.store(1, std::memory_order_release);
  wake_everybody();
  SetEvent(lock_event_.get());
}

}  // namespace shmbroker::service
