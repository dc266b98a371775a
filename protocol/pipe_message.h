// What goes over the broker's pipe: one request and one reply a connection, each a struct that starts with
// its size. The reply of an open is confirmed: the client acknowledges it and gets one more reply. No Win32
// types, so that the parser of both sides also runs natively. x86 and x64 share the bytes.
//
// A service and a DLL of different versions understand each other. A message grows at its end alone: who gets
// a shorter one than it knows has zeros in the rest, and who gets a longer one does not look at the rest.
// What an older service must not overlook is a new protocol version: a request names the oldest one that
// understands it. An entry of an array can't grow; a request of another type brings the new one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <type_traits>

namespace shmbroker::pipe {

inline constexpr wchar_t kPipeName[] = L"\\\\.\\pipe\\ShmBroker";
inline constexpr uint32_t kProtocolVersion = 2;        // the newest that this program understands
inline constexpr uint32_t kOldestProtocolVersion = 2;  // and the oldest
inline constexpr uint32_t kNameUnits = 64;             // a channel's name with its zero
inline constexpr uint32_t kObjectUnits = 128;          // a kernel object's name with its zero
inline constexpr uint32_t kSidUnits = 192;
inline constexpr uint32_t kTextUnits = 256;
inline constexpr uint32_t kReloadUnits = 1024;
inline constexpr uint32_t kListEntries = 64;
inline constexpr uint32_t kInspectClients = 8;
inline constexpr uint32_t kAccountUnits = 96;
inline constexpr uint32_t kRightsUnits = 400;
inline constexpr uint32_t kPathUnits = 260;
inline constexpr uint32_t kNoSession = UINT32_MAX;
inline constexpr uint32_t kNoSlot = UINT32_MAX;

inline constexpr uint32_t kOpenExclusive = 2;  // SHM_OPEN_EXCLUSIVE …
inline constexpr uint32_t kOpenCreate = 8;
inline constexpr uint32_t kOpenKeep = 16;

enum class RequestType : uint32_t {
  open = 1,
  close = 2,
  list = 3,
  flush = 4,
  inspect = 5,
  service = 6,
  acknowledge = 7
};

struct RequestHeader {
  uint32_t size;      // bytes of the whole request
  uint32_t type;      // RequestType
  uint32_t protocol;  // the oldest version that understands it
  uint32_t layout;    // core::kLayoutVersion
};

struct OpenRequest {
  static constexpr RequestType kType = RequestType::open;
  static constexpr uint32_t kFirstSize = 176;
  RequestHeader header;
  uint32_t access;  // SHM_READ, SHM_WRITE or both; 0: whatever the caller has
  uint32_t kind;    // 0: any
  uint32_t flags;   // kOpenExclusive | kOpenCreate | kOpenKeep
  uint32_t when_full;
  uint64_t capacity;  // at least; 0: any
  uint64_t max_message;
  char16_t name[kNameUnits];
  uint32_t calls;  // at least, of a service; 0: any
  uint32_t clients;
};

// Says on the connection of an open that its reply was read. The service undoes an admission that is not
// acknowledged, and a client may use one only when it has the reply to this.
struct AcknowledgeRequest {
  static constexpr RequestType kType = RequestType::acknowledge;
  static constexpr uint32_t kFirstSize = 16;
  RequestHeader header;
};

// Gives back the slots of a handle. It may be repeated: the generations tell that the slots are another's by
// now.
struct CloseRequest {
  static constexpr RequestType kType = RequestType::close;
  static constexpr uint32_t kFirstSize = 176;
  RequestHeader header;
  uint64_t instance[2];
  uint32_t reader;  // kNoSlot: none
  uint32_t writer;
  uint32_t reader_generation;  // as in the OpenReply
  uint32_t writer_generation;
  char16_t name[kNameUnits];
};

struct ListRequest {
  static constexpr RequestType kType = RequestType::list;
  static constexpr uint32_t kFirstSize = 144;
  RequestHeader header;
  char16_t after[kNameUnits];  // those behind this name, in the order of their names; "": all
};

// Has a block's value brought to its file.
struct FlushRequest {
  static constexpr RequestType kType = RequestType::flush;
  static constexpr uint32_t kFirstSize = 160;
  RequestHeader header;
  uint64_t instance[2];
  char16_t name[kNameUnits];
};

// What a channel is doing, and some of its clients.
struct InspectRequest {
  static constexpr RequestType kType = RequestType::inspect;
  static constexpr uint32_t kFirstSize = 152;
  RequestHeader header;
  uint32_t first;  // index of the first client wanted
  uint32_t reserved;
  char16_t name[kNameUnits];
};

// How the service as a whole is.
struct ServiceRequest {
  static constexpr RequestType kType = RequestType::service;
  static constexpr uint32_t kFirstSize = 16;
  RequestHeader header;
};

struct ReplyHeader {
  uint32_t size;              // bytes of the whole reply
  int32_t status;             // SHM_…
  uint32_t win32;             // the Win32 error behind it, or 0
  uint32_t protocol;          // the service's kProtocolVersion
  char16_t text[kTextUnits];  // what happened, to what, and what to do; with SHM_OK "", or a note
};

struct OpenReply {
  static constexpr uint32_t kFirstSize = 2128;
  ReplyHeader header;
  uint32_t access;  // granted
  uint32_t kind;
  uint32_t reader;  // slots, or kNoSlot
  uint32_t writer;
  uint32_t reader_generation;  // another one for each client that a slot has
  uint32_t writer_generation;
  uint32_t when_full;
  uint32_t reserved;
  uint64_t capacity;
  uint64_t max_message;
  uint64_t instance[2];
  char16_t data[kObjectUnits];  // names of the objects
  char16_t readers[kObjectUnits];
  char16_t mutex[kObjectUnits];
  char16_t lock_event[kObjectUnits];
  char16_t space_event[kObjectUnits];
  char16_t reader_event[kObjectUnits];  // prefix: ".<slot>.<generation>" follows
  char16_t creator[kSidUnits];  // SID of the account that created the channel; "": the configuration did
  // Of a service, whose clients have the slots of writers and its servers those of readers:
  uint32_t calls;  // as in core::Geometry
  uint32_t clients;
  char16_t clients_section[kObjectUnits];
  char16_t desk[kObjectUnits];  // prefixes, as reader_event's
  char16_t answer_event[kObjectUnits];
};

// What gives back the slots that a reply has given. Its header is left to the sender.
inline CloseRequest close_request_of(const OpenRequest& request, const OpenReply& reply) {
  CloseRequest close{};
  std::copy(std::begin(reply.instance), std::end(reply.instance), close.instance);
  close.reader = reply.reader;
  close.writer = reply.writer;
  close.reader_generation = reply.reader_generation;
  close.writer_generation = reply.writer_generation;
  std::copy(std::begin(request.name), std::end(request.name), close.name);
  return close;
}

struct AcknowledgeReply {
  static constexpr uint32_t kFirstSize = 528;
  ReplyHeader header;
};

struct CloseReply {
  static constexpr uint32_t kFirstSize = 528;
  ReplyHeader header;
};

struct FlushReply {
  static constexpr uint32_t kFirstSize = 528;
  ReplyHeader header;
};

// As ShmChannelSummary.
struct ListEntry {
  uint32_t kind;
  uint32_t when_full;
  uint32_t access;
  uint32_t flags;
  uint32_t readers;
  uint32_t writers;
  uint32_t blocker;  // pid; 0: none that the caller may see
  uint32_t loans;
  uint64_t capacity;
  uint64_t max_message;
  uint64_t messages;
  uint64_t backlog;
  uint64_t lag;
  uint64_t lost;
  uint64_t waits;
  uint64_t recoveries;
  uint64_t denials;
  char16_t name[kNameUnits];
};

// Of a service. The times are in 100 ns.
struct CallFigures {
  uint64_t under_way;
  uint64_t serve_p50;  // 0: no time is known
  uint64_t serve_p99;
};

// A page of the list. The service looks at a bounded number of channels for each, however few of them the
// caller may use.
struct ListReply {
  static constexpr uint32_t kFirstSize = 15512;
  ReplyHeader header;
  uint32_t count;             // of entries in this reply
  uint32_t more;              // not 0: ask again, with last in the place of after
  char16_t last[kNameUnits];  // the channel that was looked at last
  ListEntry entries[kListEntries];
  uint64_t bytes_written[kListEntries];  // of each entry, as in ChannelTotals
  uint32_t access_sums[kListEntries];    // of each entry, as in ShmChannelSummary
  CallFigures calls[kListEntries];       // of each entry
};

// As ShmChannelState and ShmClientState.
struct ChannelEntry {
  uint32_t kind;
  uint32_t when_full;
  uint32_t access;
  uint32_t flags;
  uint32_t readers;
  uint32_t writers;
  uint64_t capacity;
  uint64_t max_message;
  uint64_t messages;
  uint64_t backlog;
  uint64_t recoveries;
  uint64_t denials;
  char16_t owner[kAccountUnits];
  char16_t rights[kRightsUnits];
};

struct ClientEntry {
  uint32_t access;
  uint32_t pid;
  uint32_t session;  // kNoSession: not known
  uint32_t flags;
  uint32_t loan;
  uint32_t reserved;
  uint64_t messages;
  uint64_t bytes;
  uint64_t cursor;
  uint64_t lag;
  uint64_t lost;
  uint64_t waits;
  char16_t account[kAccountUnits];
};

// What a channel's clients have done since the service's start, those included that have gone. Each number
// only grows.
struct ChannelTotals {
  uint64_t read;
  uint64_t bytes_written;
  uint64_t bytes_read;
  uint64_t lost;
  uint64_t waits;
  uint64_t opened;
  uint64_t closed;
};

// Where a block's value is kept, and what came of the last save.
struct ChannelFile {
  uint64_t saved;  // a FILETIME; 0: not since the service's start
  char16_t path[kPathUnits];
  char16_t error[kTextUnits];  // ""; or why the last one failed
};

// header.text: why the channel is unavailable.
struct InspectReply {
  static constexpr uint32_t kFirstSize = 3712;
  ReplyHeader header;
  ChannelEntry channel;
  uint32_t total;  // clients that the caller may see
  uint32_t count;  // of them in this reply
  ClientEntry clients[kInspectClients];
  ChannelTotals totals;
  ChannelFile file;
  CallFigures calls;
};

// As ShmServiceState.
struct ServiceReply {
  static constexpr uint32_t kFirstSize = 3168;
  ReplyHeader header;
  uint32_t version;
  uint32_t pid;
  uint32_t channels;
  uint32_t clients;
  uint32_t reloads;
  int32_t reload_status;
  uint32_t unavailable;  // of the channels
  uint32_t reloads_asked;
  uint64_t started;
  uint64_t configured;
  uint64_t denials;
  uint64_t quota;
  uint64_t recoveries;
  char16_t config[kPathUnits];
  char16_t reload_text[kReloadUnits];
};

static_assert(sizeof(RequestHeader) == 16 && sizeof(ReplyHeader) == 528);
static_assert(sizeof(ListEntry) == 232 && sizeof(ChannelEntry) == 1064 && sizeof(ClientEntry) == 264);

// The largest of either, for buffers.
inline constexpr uint32_t kMaxRequest = 512;
inline constexpr uint32_t kMaxReply = 20 * 1024;

// Text that came over the pipe ends within its field, or is refused.
template <size_t N>
bool is_terminated(const char16_t (&text)[N]) {
  for (const char16_t unit : text) {
    if (unit == 0) return true;
  }
  return false;
}

// A message as it was received, if its bytes may be one: what it does not have is 0.
template <class Message>
std::optional<Message> as(const void* bytes, size_t size) {
  static_assert(std::is_trivially_copyable_v<Message> && sizeof(Message) % 8 == 0);
  static_assert(sizeof(Message) >= Message::kFirstSize);
  if (size < Message::kFirstSize) return std::nullopt;
  Message message{};
  std::memcpy(&message, bytes, std::min(size, sizeof message));
  if (message.header.size != size) return std::nullopt;
  if constexpr (requires { Message::kType; }) {
    if (message.header.type != static_cast<uint32_t>(Message::kType)) return std::nullopt;
  }
  return message;
}

}  // namespace shmbroker::pipe
