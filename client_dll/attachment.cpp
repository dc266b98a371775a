#include "client_dll/attachment.h"

#include <algorithm>
#include <bit>
#include <cwchar>
#include <iterator>
#include <memory>

#include "client_dll/address_space.h"
#include "client_dll/errors.h"
#include "client_dll/owned_object.h"
#include "core/crash_point.h"
#include "protocol/object_rights.h"
#include "win/security.h"

namespace shmbroker::client {

using protocol::Object;
using protocol::rights_on;

namespace {

constexpr DWORD kOpenTimeout = 5000;        // milliseconds, where the caller names none
constexpr ULONGLONG kTryEventAgain = 1000;  // from one try to open a reader's event to the next

core::Geometry geometry_of(const pipe::OpenReply& reply) {
  core::Geometry geometry;
  geometry.kind = static_cast<core::Kind>(reply.kind);
  geometry.when_full = reply.when_full;
  geometry.capacity = reply.capacity;
  geometry.max_message = reply.max_message;
  std::copy(std::begin(reply.instance), std::end(reply.instance), geometry.instance);
  geometry.calls = reply.calls;
  geometry.clients = reply.clients;
  return geometry;
}

const wchar_t* wide(const char16_t* text) { return reinterpret_cast<const wchar_t*>(text); }

}  // namespace

int32_t Attachment::open(const std::wstring& name, const ShmOptions& options) {
  name_ = name;
  pipe::OpenRequest request{};
  request.access = options.access;
  request.kind = options.kind;
  request.flags = options.flags & (SHM_OPEN_EXCLUSIVE | SHM_OPEN_CREATE | SHM_OPEN_KEEP);
  request.when_full = options.when_full;
  request.capacity = options.capacity;
  request.max_message = options.max_message;
  // A program that asks for another kind may have been written before there were these two members.
  if (options.kind == 0 || options.kind == SHM_SERVICE) {
    request.calls = options.max_calls;
    request.clients = options.max_clients;
  }
  std::copy(name.begin(), name.end(), request.name);
  const auto reply = std::make_unique<pipe::OpenReply>();
  fill_header(request);
  const Deadline deadline(options.open_timeout_ms != 0 ? options.open_timeout_ms : kOpenTimeout);
  repeat_closes(deadline);
  BrokerIdentity identity;
  auto close = std::make_unique<Close>();
  const int32_t status = exchange_open(request, *reply, deadline, identity, [&] {
    close->request = pipe::close_request_of(request, *reply);
    give_back_later(std::move(close));
    repeat_closes(deadline);
    close = std::make_unique<Close>();
  });
  if (status != SHM_OK) return status;
  if (reply->header.status != SHM_OK) return refused(reply->header);
  close->request = pipe::close_request_of(request, *reply);
  close_ = std::move(close);
  return attach(*reply, identity);
}

int32_t Attachment::attach(const pipe::OpenReply& reply, const BrokerIdentity& identity) {
  const auto is_slot = [](uint32_t slot, uint32_t count) { return slot < count || slot == pipe::kNoSlot; };
  const bool is_service = static_cast<core::Kind>(reply.kind) == core::Kind::service;
  if (!is_slot(reply.reader, core::kMaxReaders) ||
      !is_slot(reply.writer, is_service ? reply.clients : core::kMaxWriters))
    return fail(SHM_E_VERSION);
  for (const auto* name : {&reply.data, &reply.readers, &reply.mutex, &reply.lock_event, &reply.space_event,
                           &reply.reader_event, &reply.clients_section, &reply.desk, &reply.answer_event}) {
    if (!pipe::is_terminated(*name)) return fail(SHM_E_VERSION);
  }
  if (!pipe::is_terminated(reply.creator)) return fail(SHM_E_VERSION);
  reader_ = reply.reader;
  writer_ = reply.writer;
  geometry_ = geometry_of(reply);
  reader_event_prefix_ = wide(reply.reader_event);
  creator_ = wide(reply.creator);
  owner_ = identity.owner;
  int32_t status = map(reply, identity);
  if (status == SHM_OK && can_read()) status = open_reader_objects(reply, identity);
  if (status == SHM_OK && is_service) {
    service_ = {wide(reply.clients_section), wide(reply.desk), wide(reply.answer_event), owner_,
                reply.writer_generation};
  } else if (status == SHM_OK && can_write()) {
    status = open_writer_objects(reply, identity);
  }
  return status == SHM_E_ACCESS ? refused_by_windows() : status;
}

int32_t Attachment::refused_by_windows() const {
  const std::wstring right =
      is_service() ? (can_write() ? L"call" : L"serve") : (can_write() ? L"write" : L"read");
  return fail(SHM_E_ACCESS,
              L"channel '" + name_ + L"' refuses " + right + L" access to this process of " +
                  win::account_name(win::process_user()) + L"; see access." + right + L" in shmbroker.json",
              ERROR_ACCESS_DENIED);
}

// In a 32-bit process a channel may be larger than any gap that is left between what it has.
int32_t Attachment::cannot_map(DWORD error) const {
  const auto mebibytes = [](uint64_t bytes) { return std::to_wstring(bytes >> 20) + L" MiB"; };
  const uint64_t needed = core::data_section_size(geometry_);
  const uint64_t room = largest_free_range();
  if (needed <= room) return fail(SHM_E_SYSTEM, L"cannot map channel '" + name_ + L"'", error);
  // In MiB, as their product would be too large in bytes. A ring's capacity is a power of two.
  const uint64_t fitting = std::bit_floor((geometry_.capacity >> 20) * (room >> 20) / (needed >> 20)) << 20;
  return fail(
      SHM_E_MEMORY,
      L"channel '" + name_ + L"' takes " + mebibytes(needed) + L" and this process, of " +
          std::to_wstring(8 * sizeof(void*)) + L" bits, has " + mebibytes(room) +
          L" of addresses left in one piece: open it from a 64-bit program, or give it a capacity of at "
          L"most " +
          mebibytes(fitting) + L" in shmbroker.json",
      error);
}

int32_t Attachment::map(const pipe::OpenReply& reply, const BrokerIdentity& identity) {
  // A reader gets a view that it can't write to: the kernel would refuse any other. So does everybody of a
  // service.
  const bool may_write = can_write() && !is_service();
  const DWORD data_access = may_write ? FILE_MAP_WRITE : FILE_MAP_READ;
  int32_t status =
      open_owned(wide(reply.data), identity.owner, data_section_,
                 opens_section(may_write ? rights_on(Object::data).write : rights_on(Object::data).read));
  if (status == SHM_OK) {
    status = open_owned(wide(reply.readers), identity.owner, readers_section_,
                        opens_section(rights_on(Object::readers).read));
  }
  if (status != SHM_OK) return status;
  data_ = win::View::map(data_section_.get(), data_access);
  readers_ = win::View::map(readers_section_.get(), FILE_MAP_WRITE);
  if (!data_ || !readers_) return cannot_map(GetLastError());

  // What is in the memory is not asked: a client may have written it.
  if (!core::fits(geometry_, data_.size(), readers_.size())) {
    return fail(SHM_E_VERSION, L"the service's answer about channel '" + name_ +
                                   L"' does not fit its memory; install the same version of the service and "
                                   L"shmclient.dll");
  }
  SHM_CRASH_POINT("open.mapped");
  return SHM_OK;
}

int32_t Attachment::open_reader_objects(const pipe::OpenReply& reply, const BrokerIdentity& identity) {
  const std::wstring name = reader_event_prefix_ + L"." + std::to_wstring(reader_) + L"." +
                            std::to_wstring(reply.reader_generation);
  const int32_t status = open_owned(name.c_str(), identity.owner, reader_event_,
                                    opens_event(rights_on(Object::reader_event).own));
  if (status != SHM_OK || can_write()) return status;
  return open_owned(wide(reply.space_event), identity.owner, space_event_,
                    opens_event(rights_on(Object::space_event).read));
}

int32_t Attachment::open_writer_objects(const pipe::OpenReply& reply, const BrokerIdentity& identity) {
  int32_t status = open_owned(wide(reply.mutex), identity.owner, mutex_, [](const wchar_t* name) {
    return OpenMutexW(rights_on(Object::writer_mutex).write, FALSE, name);
  });
  if (status == SHM_OK) {
    status = open_owned(wide(reply.lock_event), identity.owner, lock_event_,
                        opens_event(rights_on(Object::lock_event).write));
  }
  if (status == SHM_OK) {
    status = open_owned(wide(reply.space_event), identity.owner, space_event_,
                        opens_event(rights_on(Object::space_event).write));
  }
  return status;
}

Attachment::~Attachment() {
  if (!close_) return;
  SHM_CRASH_POINT("close.unsaid");
  give_back(std::move(close_), close_timeout_);
}

pipe::FlushRequest Attachment::flush_request() const {
  pipe::FlushRequest request{};
  std::copy(std::begin(geometry_.instance), std::end(geometry_.instance), request.instance);
  std::copy(name_.begin(), name_.end(), request.name);
  return request;
}

void Attachment::set_reader_event(uint32_t slot) {
  const HANDLE event = slot == reader_ ? reader_event_.get() : event_of(slot);
  if (event != nullptr) SetEvent(event);
}

HANDLE Attachment::event_of(uint32_t reader) {
  Target& target = targets_[reader];
  // relaxed: see core::wake_readers(), which has acquired what says that this reader is there.
  const uint32_t generation = data().reader_records[reader].generation.load(std::memory_order_relaxed);
  // One that can't be opened (no memory, no such event, not the broker's) is not asked for at each message.
  if (target.generation != generation || (!target.event && GetTickCount64() >= target.try_again))
    open_target(target, reader, generation);
  return target.event.get();
}

void Attachment::open_target(Target& target, uint32_t reader, uint32_t generation) const {
  wchar_t suffix[32];
  std::swprintf(suffix, std::size(suffix), L".%u.%u", reader, generation);
  const std::wstring name = reader_event_prefix_ + suffix;
  target.generation = generation;
  target.event = win::Handle(OpenEventW(rights_on(Object::reader_event).write, FALSE, name.c_str()));
  // Another writer may have made up the generation, and the event.
  if (target.event && win::object_owner(target.event.get()) != owner_) target.event.reset();
  if (!target.event) target.try_again = GetTickCount64() + kTryEventAgain;
}

}  // namespace shmbroker::client
