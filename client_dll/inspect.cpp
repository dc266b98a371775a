// What the service tells of a channel and its clients.
#include <shmbroker/watch.h>

#include <algorithm>
#include <cwchar>
#include <iterator>
#include <memory>

#include "client_dll/broker_link.h"
#include "client_dll/caller_struct.h"
#include "client_dll/channel_table.h"
#include "client_dll/listing.h"

using namespace shmbroker;
using namespace shmbroker::client;

namespace {

constexpr DWORD kPatience = 5000;  // milliseconds that the service may take for each page

template <size_t N, size_t M>
void copy_text(const char16_t (&from)[M], wchar_t (&to)[N]) {
  static_assert(N == M);
  std::copy(std::begin(from), std::end(from), to);
}

bool is_sound(const pipe::InspectReply& reply) {
  return reply.count <= pipe::kInspectClients && pipe::is_terminated(reply.channel.owner) &&
         pipe::is_terminated(reply.channel.rights) && pipe::is_terminated(reply.header.text) &&
         pipe::is_terminated(reply.file.path) && pipe::is_terminated(reply.file.error) &&
         std::all_of(reply.clients, reply.clients + reply.count,
                     [](const pipe::ClientEntry& client) { return pipe::is_terminated(client.account); });
}

ShmChannelState state_of(const pipe::InspectReply& reply, const char16_t* name) {
  const pipe::ChannelEntry& from = reply.channel;
  ShmChannelState to{};
  to.kind = from.kind;
  to.when_full = from.when_full;
  to.access = from.access;
  to.flags = from.flags;
  to.readers = from.readers;
  to.writers = from.writers;
  to.capacity = from.capacity;
  to.max_message = from.max_message;
  to.messages = from.messages;
  to.backlog = from.backlog;
  to.recoveries = from.recoveries;
  to.denials = from.denials;
  std::copy_n(name, pipe::kNameUnits, to.name);
  copy_text(from.owner, to.owner);
  copy_text(from.rights, to.rights);
  copy_text(reply.header.text, to.reason);
  to.read = reply.totals.read;
  to.bytes_written = reply.totals.bytes_written;
  to.bytes_read = reply.totals.bytes_read;
  to.lost = reply.totals.lost;
  to.waits = reply.totals.waits;
  to.opened = reply.totals.opened;
  to.closed = reply.totals.closed;
  to.saved = reply.file.saved;
  copy_text(reply.file.path, to.file);
  copy_text(reply.file.error, to.save_error);
  to.calls_under_way = reply.calls.under_way;
  to.serve_p50 = reply.calls.serve_p50;
  to.serve_p99 = reply.calls.serve_p99;
  return to;
}

ShmClientState client_of(const pipe::ClientEntry& from) {
  ShmClientState to{};
  to.access = from.access;
  to.pid = from.pid;
  to.session = from.session;
  to.flags = from.flags;
  to.loan = from.loan;
  to.messages = from.messages;
  to.bytes = from.bytes;
  to.cursor = from.cursor;
  to.lag = from.lag;
  to.lost = from.lost;
  to.waits = from.waits;
  copy_text(from.account, to.account);
  return to;
}

ShmServiceState service_of(const pipe::ServiceReply& from) {
  ShmServiceState to{};
  to.version = from.version;
  to.pid = from.pid;
  to.channels = from.channels;
  to.clients = from.clients;
  to.reloads = from.reloads;
  to.reload_status = from.reload_status;
  to.unavailable = from.unavailable;
  to.started = from.started;
  to.configured = from.configured;
  to.denials = from.denials;
  to.quota = from.quota;
  to.recoveries = from.recoveries;
  copy_text(from.config, to.config);
  copy_text(from.reload_text, to.reload_text);
  to.reloads_asked = from.reloads_asked;
  return to;
}

ShmChannelSummary summary_of(const pipe::ListReply& page, uint32_t entry) {
  const pipe::ListEntry& from = page.entries[entry];
  ShmChannelSummary to{};
  to.kind = from.kind;
  to.when_full = from.when_full;
  to.access = from.access;
  to.flags = from.flags;
  to.readers = from.readers;
  to.writers = from.writers;
  to.blocker = from.blocker;
  to.loans = from.loans;
  to.capacity = from.capacity;
  to.max_message = from.max_message;
  to.messages = from.messages;
  to.backlog = from.backlog;
  to.lag = from.lag;
  to.lost = from.lost;
  to.waits = from.waits;
  to.recoveries = from.recoveries;
  to.denials = from.denials;
  copy_text(from.name, to.name);
  to.bytes_written = page.bytes_written[entry];
  to.access_sum = page.access_sums[entry];
  to.calls_under_way = page.calls[entry].under_way;
  to.serve_p50 = page.calls[entry].serve_p50;
  to.serve_p99 = page.calls[entry].serve_p99;
  return to;
}

int32_t inspect_all(const CallerArray<ShmChannelSummary>& list, uint32_t& count) {
  const int32_t status = list_all(count, [&](uint32_t index, const pipe::ListReply& page, uint32_t entry) {
    if (index < list.size()) list.set(index, summary_of(page, entry));
  });
  return status == SHM_OK ? check_space(count, list.size()) : status;
}

int32_t inspect_service(ShmServiceState& state) {
  pipe::ServiceRequest request{};
  const auto reply = std::make_unique<pipe::ServiceReply>();
  BrokerIdentity identity;
  const int32_t status = ask(request, *reply, kPatience, identity);
  if (status != SHM_OK) return status;
  if (!pipe::is_terminated(reply->config) || !pipe::is_terminated(reply->reload_text))
    return fail(SHM_E_VERSION);
  store(service_of(*reply), &state, state.size);
  return SHM_OK;
}

int32_t inspect(const wchar_t* name, ShmChannelState& state, const CallerArray<ShmClientState>& clients,
                uint32_t& count) {
  const uint32_t capacity = clients.size();
  const size_t length = wcsnlen(name, pipe::kNameUnits);
  if (length == 0 || length == pipe::kNameUnits) return fail(SHM_E_NAME);
  const auto reply = std::make_unique<pipe::InspectReply>();
  uint32_t next = 0;
  do {
    pipe::InspectRequest request{};
    std::copy_n(name, length, request.name);
    request.first = next;
    *reply = {};
    BrokerIdentity identity;
    const int32_t status = ask(request, *reply, kPatience, identity);
    if (status != SHM_OK) return status;
    if (!is_sound(*reply)) return fail(SHM_E_VERSION);
    if (next == 0) {
      store(state_of(*reply, request.name), &state, state.size);
    }
    for (uint32_t i = 0; i < reply->count; ++i, ++next) {
      if (next < capacity) clients.set(next, client_of(reply->clients[i]));
    }
  } while (next < reply->total && reply->count > 0 && next < capacity);
  count = reply->total;
  // Some may have gone between two pages: what the caller gets told is what was stored.
  if (count > next && next < capacity) count = next;
  if (count <= capacity || capacity == 0) return SHM_OK;
  return fail(SHM_E_BUFFER, std::wstring(L"channel '") + name + L"' is open " + std::to_wstring(count) +
                                L" times, and there is room for " + std::to_wstring(capacity) +
                                L"; call again with more");
}

}  // namespace

int32_t SHM_CALL ShmInspect(const wchar_t* name, ShmChannelState* state, ShmClientState* clients,
                            uint32_t capacity, uint32_t* count) {
  if (name == nullptr || count == nullptr || !is_known(state) || (capacity != 0 && !is_known(clients))) {
    return fail(SHM_E_ARGUMENT, L"ShmInspect: a parameter is NULL, or the size of a struct is unknown");
  }
  return no_throw([&] { return inspect(name, *state, {clients, capacity}, *count); });
}

int32_t SHM_CALL ShmInspectAll(ShmChannelSummary* list, uint32_t capacity, uint32_t* count) {
  if (count == nullptr || (capacity != 0 && !is_known(list))) {
    return fail(SHM_E_ARGUMENT, L"ShmInspectAll: a parameter is NULL, or the size of a struct is unknown");
  }
  return no_throw([&] { return inspect_all({list, capacity}, *count); });
}

int32_t SHM_CALL ShmInspectService(ShmServiceState* state) {
  if (!is_known(state))
    return fail(SHM_E_ARGUMENT, L"ShmInspectService: state is NULL, or its size is unknown");
  return no_throw([&] { return inspect_service(*state); });
}
