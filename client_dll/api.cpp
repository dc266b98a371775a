// The exported functions: each checks what the caller gave, and hands it on.
#include <algorithm>
#include <cwchar>
#include <memory>

#include "client_dll/caller_struct.h"
#include "client_dll/channel_table.h"
#include "client_dll/listing.h"
#include "client_dll/ring_channel.h"
#include "client_dll/service_calls.h"
#include "client_dll/wait_any.h"
#include "core/call_layout.h"
#include "core/visible_text.h"
#include "protocol/channel_name.h"
#include "win/text.h"

using namespace shmbroker;
using namespace shmbroker::client;

namespace {

int32_t bad_argument(const wchar_t* what) { return fail(SHM_E_ARGUMENT, what); }

// parameter: "ShmGetInfo: info", which must point to a struct whose name is type.
int32_t bad_struct(const wchar_t* parameter, const wchar_t* type) {
  return fail(SHM_E_ARGUMENT, std::wstring(parameter) + L" is NULL, or its size is not that of a " + type +
                                  L"; set size to sizeof(" + type + L") before the call");
}

// what: whose members this DLL does not know all.
int32_t not_understood(const wchar_t* what) {
  return fail(SHM_E_ARGUMENT, std::wstring(what) +
                                  L" asks for something that this shmclient.dll does not know; install the "
                                  L"version that the program was built with, or a later one");
}

int32_t check_options(const ShmOptions* given, ShmOptions& options) {
  options = {};
  if (given == nullptr) return SHM_OK;
  const uint32_t size = given->size;
  if (!is_size_of<ShmOptions>(size)) return bad_struct(L"ShmOpen: options", L"ShmOptions");
  if (!is_understood(given, size)) return not_understood(L"ShmOptions");
  options = load(given, size);
  if ((options.access & ~(SHM_READ | SHM_WRITE)) != 0)
    return bad_argument(L"ShmOptions.access has unknown bits");
  constexpr uint32_t kFlags =
      SHM_OPEN_NEXT | SHM_OPEN_EXCLUSIVE | SHM_OPEN_TIMED | SHM_OPEN_CREATE | SHM_OPEN_KEEP | SHM_OPEN_SERVED;
  if ((options.flags & ~kFlags) != 0) return bad_argument(L"ShmOptions.flags has unknown bits");
  if (options.kind > SHM_SERVICE) return bad_argument(L"ShmOptions.kind is unknown");
  if (options.when_full > SHM_WAIT) return bad_argument(L"ShmOptions.when_full is unknown");
  if (options.reserved != 0) return bad_argument(L"ShmOptions.reserved is not 0");
  if (!is_timeout(options.open_timeout_ms)) return timeout_refused(options.open_timeout_ms);
  const bool has_sizes = options.capacity != 0 || options.kind == SHM_SERVICE;
  if ((options.flags & SHM_OPEN_CREATE) != 0 && (options.kind == 0 || !has_sizes))
    return bad_argument(L"SHM_OPEN_CREATE needs ShmOptions.kind and, but for a service, ShmOptions.capacity");
  return SHM_OK;
}

int32_t open_checked(const std::wstring& name, const ShmOptions* given, ShmChannel* channel) {
  ShmOptions options;
  const int32_t status = check_options(given, options);
  if (status != SHM_OK) return status;
  const auto* units = reinterpret_cast<const char16_t*>(name.data());
  if (!core::is_channel_name({units, name.size()})) {
    const std::u16string shown = core::visible({units, name.size()}, core::Shown::name);
    return fail(SHM_E_NAME,
                L"'" + std::wstring(reinterpret_cast<const wchar_t*>(shown.c_str()), shown.size()) +
                    L"' can't be a channel's name: " + win::to_utf16(core::kNameRule).value_or(L""));
  }
  return open_entry(name, options, *channel);
}

ShmInfoUtf8 to_utf8(const ShmInfo& from) {
  ShmInfoUtf8 to{};
  to.kind = from.kind;
  to.access = from.access;
  to.readers = from.readers;
  to.writers = from.writers;
  to.capacity = from.capacity;
  to.max_message = from.max_message;
  const std::string name = win::display_utf8(from.name);
  std::copy_n(name.begin(), std::min<size_t>(name.size(), SHM_NAME_MAX_UTF8), to.name);
  const std::string creator = win::display_utf8(from.creator);
  std::copy_n(creator.begin(), std::min<size_t>(creator.size(), SHM_SID_MAX), to.creator);
  to.instance = from.instance;
  return to;
}

ShmCallerUtf8 to_utf8(const ShmCaller& from) {
  ShmCallerUtf8 to{};
  to.pid = from.pid;
  to.session = from.session;
  to.flags = from.flags;
  const std::string account = win::display_utf8(from.account);
  std::copy_n(account.begin(), std::min<size_t>(account.size(), SHM_SID_MAX), to.account);
  return to;
}

bool is_buffer(const void* memory, size_t size) { return memory != nullptr || size == 0; }
std::span<const std::byte> bytes_of(const void* memory, size_t size) {
  return {static_cast<const std::byte*>(memory), size};
}
std::span<std::byte> bytes_of(void* memory, size_t size) { return {static_cast<std::byte*>(memory), size}; }

// take(index, info) takes those that fit.
template <class Take>
int32_t list_channels(uint32_t capacity, uint32_t& count, Take&& take) {
  const int32_t status = list_all(count, [&](uint32_t index, const pipe::ListReply& page, uint32_t i) {
    if (index >= capacity) return;
    const pipe::ListEntry& entry = page.entries[i];
    ShmInfo info{};
    info.kind = entry.kind;
    info.access = entry.access;
    info.readers = entry.readers;
    info.writers = entry.writers;
    info.capacity = entry.capacity;
    info.max_message = entry.max_message;
    std::copy(std::begin(entry.name), std::end(entry.name), info.name);
    take(index, info);
  });
  return status == SHM_OK ? check_space(count, capacity) : status;
}

int32_t check_batch(const CallerArray<const ShmMessage>& batch) {
  for (uint32_t i = 0; i < batch.size(); ++i) {
    const ShmMessage& message = batch.oldest_members(i);
    if (message.size != batch.oldest_members(0).size)
      return bad_argument(L"ShmWriteBatch: a message's size is not that of the first one");
    if (!batch.is_understood(i)) return not_understood(L"ShmWriteBatch: a message");
    if (message.data == nullptr && message.length != 0)
      return bad_argument(L"ShmWriteBatch: a message's data is NULL");
  }
  return SHM_OK;
}

// ShmWrite and ShmRead, for calls that are not done at once. Their parameters are the same: so the call of
// these is a jump, for which no register is saved.
SHM_NEVER_INLINE int32_t write(ShmChannel channel, const void* data, size_t size, uint32_t timeout_ms) {
  if (!is_buffer(data, size)) return bad_argument(L"ShmWrite: data is NULL");
  return with_call_lock<&Calls::writing>(
      channel, timeout_ms, [=](Channel& open, DWORD left) { return open.write(data, size, left); });
}

SHM_NEVER_INLINE int32_t read(ShmChannel channel, void* buffer, size_t capacity, size_t* size,
                              uint32_t timeout_ms) {
  if (size == nullptr || !is_buffer(buffer, capacity))
    return bad_argument(L"ShmRead: buffer or size is NULL");
  return with_call_lock<&Calls::reading>(channel, timeout_ms, [=](Channel& open, DWORD left) {
    return open.read(buffer, capacity, *size, left);
  });
}

}  // namespace

uint32_t SHM_CALL ShmVersion(void) { return SHM_VERSION; }

int32_t SHM_CALL ShmOpen(const wchar_t* name, const ShmOptions* options, ShmChannel* channel) {
  if (name == nullptr || channel == nullptr) return bad_argument(L"ShmOpen: name or channel is NULL");
  return no_throw([&] {
    // One more than may be, so that a longer one is refused without being read to its end.
    return open_checked(std::wstring(name, wcsnlen(name, SHM_NAME_MAX + 1)), options, channel);
  });
}

int32_t SHM_CALL ShmOpenUtf8(const char* name, const ShmOptions* options, ShmChannel* channel) {
  if (name == nullptr || channel == nullptr) return bad_argument(L"ShmOpenUtf8: name or channel is NULL");
  return no_throw([&] {
    const size_t length = strnlen(name, SHM_NAME_MAX_UTF8 + 1);
    if (length > SHM_NAME_MAX_UTF8) return fail(SHM_E_NAME);
    const auto wide = win::to_utf16({name, length});
    if (!wide) return bad_argument(L"ShmOpenUtf8: name is not valid UTF-8");
    return open_checked(*wide, options, channel);
  });
}

int32_t SHM_CALL ShmClose(ShmChannel channel) { return close_entry(channel); }

int32_t SHM_CALL ShmCancel(ShmChannel channel) { return cancel_entry(channel); }

int32_t SHM_CALL ShmSetCancelled(ShmChannel channel, int32_t cancelled) {
  return set_cancelled_entry(channel, cancelled != 0);
}

int32_t SHM_CALL ShmGetInfo(ShmChannel channel, ShmInfo* info) {
  if (!is_known(info)) return bad_struct(L"ShmGetInfo: info", L"ShmInfo");
  return with_guard(channel, [=](Channel& open) {
    store(open.info(), info, info->size);
    return SHM_OK;
  });
}

int32_t SHM_CALL ShmGetInfoUtf8(ShmChannel channel, ShmInfoUtf8* info) {
  if (!is_known(info)) return bad_struct(L"ShmGetInfoUtf8: info", L"ShmInfoUtf8");
  return with_guard(channel, [=](Channel& open) {
    store(to_utf8(open.info()), info, info->size);
    return SHM_OK;
  });
}

int32_t SHM_CALL ShmGetStats(ShmChannel channel, ShmStats* stats) {
  if (!is_known(stats)) return bad_struct(L"ShmGetStats: stats", L"ShmStats");
  return with_guard(channel, [=](Channel& open) {
    store(open.stats(), stats, stats->size);
    return SHM_OK;
  });
}

int32_t SHM_CALL ShmListChannels(ShmInfo* list, uint32_t capacity, uint32_t* count) {
  if (count == nullptr) return bad_argument(L"ShmListChannels: count is NULL");
  if (capacity != 0 && !is_known(list)) return bad_struct(L"ShmListChannels: list", L"ShmInfo");
  return no_throw([&] {
    const CallerArray<ShmInfo> infos(list, capacity);
    return list_channels(capacity, *count,
                         [&](uint32_t index, const ShmInfo& info) { infos.set(index, info); });
  });
}

int32_t SHM_CALL ShmListChannelsUtf8(ShmInfoUtf8* list, uint32_t capacity, uint32_t* count) {
  if (count == nullptr) return bad_argument(L"ShmListChannelsUtf8: count is NULL");
  if (capacity != 0 && !is_known(list)) return bad_struct(L"ShmListChannelsUtf8: list", L"ShmInfoUtf8");
  return no_throw([&] {
    const CallerArray<ShmInfoUtf8> infos(list, capacity);
    return list_channels(capacity, *count,
                         [&](uint32_t index, const ShmInfo& info) { infos.set(index, to_utf8(info)); });
  });
}

int32_t SHM_CALL ShmWrite(ShmChannel channel, const void* data, size_t size, uint32_t timeout_ms) {
  const auto at_once = [=](Channel& open) {
    RingChannel* const ring = open.ring_to_write();
    return ring != nullptr && ring->write_at_once(data, size) ? SHM_OK : kNotAtOnce;
  };
  if (data != nullptr && is_timeout(timeout_ms)) [[likely]] {
    const int32_t status = try_at_once<&Calls::writing>(channel, at_once);
    if (status != kNotAtOnce) return status;
  }
  return write(channel, data, size, timeout_ms);
}

int32_t SHM_CALL ShmRead(ShmChannel channel, void* buffer, size_t capacity, size_t* size,
                         uint32_t timeout_ms) {
  const auto at_once = [=](Channel& open) {
    RingChannel* const ring = open.ring_to_read();
    return ring != nullptr ? ring->read_at_once(buffer, capacity, *size) : kNotAtOnce;
  };
  if (size != nullptr && buffer != nullptr && is_timeout(timeout_ms)) [[likely]] {
    const int32_t status = try_at_once<&Calls::reading>(channel, at_once);
    if (status != kNotAtOnce) return status;
  }
  return read(channel, buffer, capacity, size, timeout_ms);
}

int32_t SHM_CALL ShmWriteBatch(ShmChannel channel, const ShmMessage* messages, uint32_t count,
                               uint32_t* written, uint32_t timeout_ms) {
  if (count != 0 && !is_known(messages)) return bad_struct(L"ShmWriteBatch: messages", L"ShmMessage");
  const CallerArray<const ShmMessage> batch(messages, count);
  const int32_t status = check_batch(batch);
  if (status != SHM_OK) return status;
  uint32_t ignored = 0;
  uint32_t& published = written != nullptr ? *written : ignored;
  published = 0;
  return with_call_lock<&Calls::writing>(channel, timeout_ms, [&](Channel& open, DWORD left) {
    return open.write_batch(batch, published, left);
  });
}

int32_t SHM_CALL ShmReadBatch(ShmChannel channel, ShmMessage* messages, uint32_t capacity, void* buffer,
                              size_t buffer_size, uint32_t* count, uint32_t timeout_ms) {
  if (capacity == 0 || count == nullptr || (buffer == nullptr && buffer_size != 0))
    return bad_argument(L"ShmReadBatch: buffer or count is NULL, or capacity is 0");
  if (!is_known(messages)) return bad_struct(L"ShmReadBatch: messages", L"ShmMessage");
  *count = 0;
  return with_call_lock<&Calls::reading>(channel, timeout_ms, [=](Channel& open, DWORD left) {
    return open.read_batch({messages, capacity}, {static_cast<std::byte*>(buffer), buffer_size}, *count,
                           left);
  });
}

int32_t SHM_CALL ShmLoan(ShmChannel channel, size_t size, void** memory, uint32_t timeout_ms) {
  if (memory == nullptr) return bad_argument(L"ShmLoan: memory is NULL");
  return with_call_lock<&Calls::writing>(
      channel, timeout_ms, [=](Channel& open, DWORD left) { return open.loan(size, *memory, left); });
}

int32_t SHM_CALL ShmCommit(ShmChannel channel, size_t size) {
  return with_call_lock_to_release<&Calls::writing>(channel,
                                                    [=](Channel& open) { return open.commit(size); });
}

int32_t SHM_CALL ShmAbort(ShmChannel channel) {
  return with_call_lock_to_release<&Calls::writing>(channel, [](Channel& open) { return open.abort(); });
}

int32_t SHM_CALL ShmLock(ShmChannel channel, void** memory, size_t* size, uint32_t timeout_ms) {
  if (memory == nullptr) return bad_argument(L"ShmLock: memory is NULL");
  size_t ignored = 0;
  size_t& present = size != nullptr ? *size : ignored;
  return with_call_lock<&Calls::writing>(
      channel, timeout_ms, [&](Channel& open, DWORD left) { return open.lock(*memory, present, left); });
}

int32_t SHM_CALL ShmUnlock(ShmChannel channel, size_t size) {
  return with_call_lock_to_release<&Calls::writing>(channel,
                                                    [=](Channel& open) { return open.unlock(size); });
}

int32_t SHM_CALL ShmFlush(ShmChannel channel) {
  constexpr DWORD kPatience = 60'000;  // a disk may be slow
  pipe::FlushRequest request{};
  const int32_t status = with_guard(channel, [&](Channel& open) {
    request = open.flush_request();
    return SHM_OK;
  });
  if (status != SHM_OK) return status;
  // Not under the guard: ShmClose does not wait for a disk.
  return no_throw([&] {
    pipe::FlushReply reply{};
    BrokerIdentity identity;
    return ask(request, reply, kPatience, identity);
  });
}

int32_t SHM_CALL ShmPeek(ShmChannel channel, const void** data, size_t* size, uint32_t timeout_ms) {
  if (data == nullptr || size == nullptr) return bad_argument(L"ShmPeek: data or size is NULL");
  return with_call_lock<&Calls::reading>(
      channel, timeout_ms, [=](Channel& open, DWORD left) { return open.peek(*data, *size, left); });
}

int32_t SHM_CALL ShmRelease(ShmChannel channel) {
  return with_call_lock_to_release<&Calls::reading>(channel, [](Channel& open) { return open.release(); });
}

int32_t SHM_CALL ShmCall(ShmChannel channel, const void* request, size_t size, void* answer, size_t capacity,
                         size_t* answer_size, uint32_t timeout_ms) {
  if (answer_size == nullptr || !is_buffer(request, size) || !is_buffer(answer, capacity))
    return bad_argument(L"ShmCall: request, answer or answer_size is NULL");
  return call(channel, bytes_of(request, size), bytes_of(answer, capacity), *answer_size, timeout_ms);
}

int32_t SHM_CALL ShmCallBegin(ShmChannel channel, const void* request, size_t size, ShmToken* token,
                              uint32_t timeout_ms) {
  if (token == nullptr || !is_buffer(request, size))
    return bad_argument(L"ShmCallBegin: request or token is NULL");
  return begin_call(channel, bytes_of(request, size), *token, timeout_ms);
}

int32_t SHM_CALL ShmCallEnd(ShmChannel channel, ShmToken token, void* answer, size_t capacity,
                            size_t* answer_size, uint32_t timeout_ms) {
  if (answer_size == nullptr || !is_buffer(answer, capacity))
    return bad_argument(L"ShmCallEnd: answer or answer_size is NULL");
  if (!is_timeout(timeout_ms)) return timeout_refused(timeout_ms);
  return end_call(channel, token, {.buffer = bytes_of(answer, capacity)}, *answer_size, timeout_ms);
}

int32_t SHM_CALL ShmCallLoan(ShmChannel channel, size_t size, void** memory, ShmToken* token,
                             uint32_t timeout_ms) {
  if (memory == nullptr || token == nullptr) return bad_argument(L"ShmCallLoan: memory or token is NULL");
  return loan_call(channel, size, *memory, *token, timeout_ms);
}

int32_t SHM_CALL ShmCallCommit(ShmChannel channel, ShmToken token, size_t size) {
  return commit_call(channel, token, size);
}

int32_t SHM_CALL ShmCallPeek(ShmChannel channel, ShmToken token, const void** answer, size_t* size,
                             uint32_t timeout_ms) {
  if (answer == nullptr || size == nullptr) return bad_argument(L"ShmCallPeek: answer or size is NULL");
  if (!is_timeout(timeout_ms)) return timeout_refused(timeout_ms);
  return end_call(channel, token, {.place = answer}, *size, timeout_ms);
}

int32_t SHM_CALL ShmCallRelease(ShmChannel channel, ShmToken token) { return release_call(channel, token); }

int32_t SHM_CALL ShmCallCancel(ShmChannel channel, ShmToken token) { return cancel_call(channel, token); }

int32_t SHM_CALL ShmServe(ShmChannel channel, void* request, size_t capacity, size_t* size, ShmToken* token,
                          uint32_t timeout_ms) {
  if (size == nullptr || token == nullptr || !is_buffer(request, capacity))
    return bad_argument(L"ShmServe: request, size or token is NULL");
  return with_call_lock<&Calls::reading>(channel, timeout_ms, [=](Channel& open, DWORD left) {
    return open.serve({.buffer = bytes_of(request, capacity)}, *size, *token, left);
  });
}

int32_t SHM_CALL ShmServePeek(ShmChannel channel, const void** request, size_t* size, ShmToken* token,
                              uint32_t timeout_ms) {
  if (request == nullptr || size == nullptr || token == nullptr)
    return bad_argument(L"ShmServePeek: request, size or token is NULL");
  return with_call_lock<&Calls::reading>(channel, timeout_ms, [=](Channel& open, DWORD left) {
    return open.serve({.place = request}, *size, *token, left);
  });
}

int32_t SHM_CALL ShmAnswerLoan(ShmChannel channel, ShmToken token, void** memory, size_t* capacity) {
  if (memory == nullptr || capacity == nullptr)
    return bad_argument(L"ShmAnswerLoan: memory or capacity is NULL");
  return with_guard(channel, [=](Channel& open) { return open.loan_answer(token, *memory, *capacity); });
}

int32_t SHM_CALL ShmAnswer(ShmChannel channel, ShmToken token, const void* answer, size_t size) {
  if (!is_buffer(answer, size)) return bad_argument(L"ShmAnswer: answer is NULL");
  return with_guard(channel, [=](Channel& open) { return open.answer(token, bytes_of(answer, size)); });
}

int32_t SHM_CALL ShmRefuse(ShmChannel channel, ShmToken token, int32_t code, const wchar_t* text) {
  const std::wstring_view shown =
      text != nullptr ? std::wstring_view(text, wcsnlen(text, core::kMinAnswerRoom)) : L"";
  return with_guard(channel, [=](Channel& open) { return open.refuse_call(token, code, shown); });
}

int32_t SHM_CALL ShmRefuseUtf8(ShmChannel channel, ShmToken token, int32_t code, const char* text) {
  return no_throw([=] {
    const auto wide = win::to_utf16(text != nullptr ? text : "");
    if (!wide) return bad_argument(L"ShmRefuseUtf8: text is not valid UTF-8");
    return ShmRefuse(channel, token, code, wide->c_str());
  });
}

int32_t SHM_CALL ShmGetCaller(ShmChannel channel, ShmToken token, ShmCaller* caller) {
  if (!is_known(caller)) return bad_struct(L"ShmGetCaller: caller", L"ShmCaller");
  return with_guard(channel, [=](Channel& open) {
    ShmCaller told{};
    const int32_t status = open.caller(token, told);
    if (status == SHM_OK) store(told, caller, caller->size);
    return status;
  });
}

int32_t SHM_CALL ShmGetCallerUtf8(ShmChannel channel, ShmToken token, ShmCallerUtf8* caller) {
  if (!is_known(caller)) return bad_struct(L"ShmGetCallerUtf8: caller", L"ShmCallerUtf8");
  return with_guard(channel, [=](Channel& open) {
    ShmCaller told{};
    const int32_t status = open.caller(token, told);
    if (status == SHM_OK) store(to_utf8(told), caller, caller->size);
    return status;
  });
}

int32_t SHM_CALL ShmGetWaitHandle(ShmChannel channel, void** handle) {
  if (handle == nullptr) return bad_argument(L"ShmGetWaitHandle: handle is NULL");
  return with_guard(channel, [=](Channel& open) { return open.wait_handle(*handle); });
}

int32_t SHM_CALL ShmNotifyWindow(ShmChannel channel, void* window, uint32_t message, uintptr_t cookie) {
  return with_guard(channel, [=](Channel& open) {
    return open.notify_window(static_cast<HWND>(window), message, cookie, channel);
  });
}

int32_t SHM_CALL ShmNotifyPipe(ShmChannel channel, void* pipe) {
  return with_guard(channel, [=](Channel& open) { return open.notify_pipe(pipe, channel); });
}

int32_t SHM_CALL ShmNotifyCall(ShmChannel channel, ShmNotice function, void* context) {
  return with_guard(channel, [=](Channel& open) { return open.notify_call(function, context, channel); });
}

int32_t SHM_CALL ShmWaitAny(const ShmChannel* channels, uint32_t count, uint32_t* index,
                            uint32_t timeout_ms) {
  if (channels == nullptr || index == nullptr || count == 0 || count > SHM_WAIT_MAX) {
    return bad_argument(L"ShmWaitAny: channels or index is NULL, or count is not from 1 to SHM_WAIT_MAX");
  }
  if (!is_timeout(timeout_ms)) return timeout_refused(timeout_ms);
  return wait_any({channels, count}, *index, timeout_ms);
}
