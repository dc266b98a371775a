// The service's list of channels, which comes page by page.
#pragma once

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>

#include "client_dll/broker_link.h"
#include "client_dll/errors.h"

namespace shmbroker::client {

inline bool is_sound(const pipe::ListReply& reply) {
  const auto is_named = [](const pipe::ListEntry& entry) { return pipe::is_terminated(entry.name); };
  return reply.count <= pipe::kListEntries && pipe::is_terminated(reply.last) &&
         (reply.more == 0 || reply.last[0] != 0) &&
         std::all_of(reply.entries, reply.entries + reply.count, is_named);
}

// Calls take(index, page, entry), with the entry's index on its page, for each channel that the caller may
// use, in the order of their names. count: how many.
template <class Take>
int32_t list_all(uint32_t& count, Take&& take) {
  constexpr DWORD kPatience = 5000;  // milliseconds for each page
  const auto reply = std::make_unique<pipe::ListReply>();
  pipe::ListRequest request{};
  uint32_t index = 0;
  do {
    *reply = {};
    BrokerIdentity identity;
    const int32_t status = ask(request, *reply, kPatience, identity);
    if (status != SHM_OK) return status;
    if (!is_sound(*reply)) return fail(SHM_E_VERSION);
    for (uint32_t i = 0; i < reply->count; ++i) take(index++, *reply, i);
    std::copy(std::begin(reply->last), std::end(reply->last), request.after);
  } while (reply->more != 0);
  count = index;
  return SHM_OK;
}

// For a function that lists into an array of so many structs; 0: it was asked for the number alone.
inline int32_t check_space(uint32_t count, uint32_t capacity) {
  if (count <= capacity || capacity == 0) return SHM_OK;
  return fail(SHM_E_BUFFER, L"there are " + std::to_wstring(count) + L" channels, and room for " +
                                std::to_wstring(capacity) + L"; call again with more");
}

}  // namespace shmbroker::client
