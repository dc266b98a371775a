#include "client_dll/errors.h"

#include <algorithm>
#include <iterator>

#include "core/layout.h"
#include "protocol/pipe_message.h"
#include "protocol/status.h"
#include "win/text.h"

namespace shmbroker::client {
namespace {

#define SHM_TEXT(status, text) \
  { status, L##text, text }
constexpr StatusText kTexts[] = {
    SHM_TEXT(SHM_OK, "Done."),
    SHM_TEXT(SHM_S_UNCHANGED, "The value has not changed since this handle read it."),
    SHM_TEXT(SHM_S_LOST, "Messages before this one were lost to this slow reader."),
    SHM_TEXT(SHM_S_REDELIVERED, "A reader that took this message before has died."),
    SHM_TEXT(SHM_E_ARGUMENT, "A parameter is NULL, out of range, or a struct of an unknown size."),
    SHM_TEXT(SHM_E_HANDLE,
             "This is not an open channel: use the handle that ShmOpen gave, and not after ShmClose."),
    SHM_TEXT(SHM_E_NAME, "A channel's name has 1 to 63 characters, no backslash and no control character."),
    SHM_TEXT(SHM_E_NOT_FOUND, "No channel has this name; add it to shmbroker.json and reload the service."),
    SHM_TEXT(SHM_E_ACCESS, "This account or this handle lacks the right; see access in shmbroker.json."),
    SHM_TEXT(SHM_E_NO_SERVICE, "The ShmBroker service is not running; start it with: sc.exe start ShmBroker"),
    SHM_TEXT(SHM_E_UNTRUSTED,
             "What answered is not the ShmBroker service; find out which program serves "
             "\\\\.\\pipe\\ShmBroker, and end it."),
    SHM_TEXT(SHM_E_VERSION,
             "shmclient.dll and the service are of different versions; install the same one of both."),
    SHM_TEXT(SHM_E_BUFFER, "The buffer is too small; call again with a larger one."),
    SHM_TEXT(
        SHM_E_SIZE,
        "This is larger than the channel's largest message; send less, or raise capacity or max_message in "
        "shmbroker.json."),
    SHM_TEXT(SHM_E_EMPTY, "There was nothing to read; wait longer, or start a writer."),
    SHM_TEXT(SHM_E_FULL, "There was no room to write; wait longer, or start a reader."),
    SHM_TEXT(SHM_E_TIMEOUT, "The time was up; try again, or wait longer."),
    SHM_TEXT(SHM_E_CANCELLED, "ShmCancel or ShmSetCancelled ended the wait; call again to go on waiting."),
    SHM_TEXT(SHM_E_CLOSED, "The channel has ended, or its handle is being closed; open it again."),
    SHM_TEXT(SHM_E_CORRUPT,
             "The channel's memory is damaged; restart the service, which makes it anew, and open it again."),
    SHM_TEXT(
        SHM_E_STATE,
        "This call does not fit what the handle holds now; end the loan, lock or peek first, or begin one."),
    SHM_TEXT(SHM_E_KIND, "This call is not for this kind of channel."),
    SHM_TEXT(
        SHM_E_MISMATCH,
        "The channel is of another kind, or smaller, than asked for; see kind, capacity and max_message in "
        "shmbroker.json."),
    SHM_TEXT(SHM_E_BUSY, "Every place of the channel is taken; close a program that has it open."),
    SHM_TEXT(SHM_E_QUOTA,
             "The account has used up what policy allows it; close some channels, or see create in "
             "shmbroker.json."),
    SHM_TEXT(SHM_E_MEMORY,
             "There is not enough memory, or too many channels are open in this process; close some."),
    SHM_TEXT(SHM_E_SYSTEM, "Windows refused something; see ShmLastErrorText."),
    SHM_TEXT(SHM_E_OVERTAKEN, "What was peeked has been overwritten meanwhile; discard what was made of it."),
    SHM_TEXT(SHM_E_UNAVAILABLE,
             "The service could not set up this channel, and tries again; shmbroker doctor has the reason."),
    SHM_TEXT(SHM_S_DROPPED, "Nobody waits for this answer any more: it was dropped."),
    SHM_TEXT(SHM_E_PEER_DIED,
             "The server that had taken the call is gone; call again only what may be done twice."),
    SHM_TEXT(SHM_E_NO_SERVER, "No server has the channel open; start one."),
    SHM_TEXT(SHM_E_REFUSED, "The server refused the call; ShmLastRefusal has its code."),
    SHM_TEXT(
        SHM_E_UNANSWERED,
        "A server has taken the call, and its answer is dropped; call again only what may be done twice."),
    // The last entry is for every other status.
    SHM_TEXT(INT32_MIN, "This is not a status of ShmBroker."),
};
#undef SHM_TEXT

const StatusText& entry_for(int32_t status) {
  const auto* found = std::ranges::find(kTexts, status, &StatusText::status);
  return found != std::end(kTexts) ? *found : *std::prev(std::end(kTexts));
}

// The service sends statuses under its own names.
constexpr bool same(core::Status status, int32_t shm) { return static_cast<int32_t>(status) == shm; }
static_assert(same(core::Status::ok, SHM_OK) && same(core::Status::argument, SHM_E_ARGUMENT) &&
              same(core::Status::name, SHM_E_NAME) && same(core::Status::not_found, SHM_E_NOT_FOUND) &&
              same(core::Status::access, SHM_E_ACCESS) && same(core::Status::version, SHM_E_VERSION) &&
              same(core::Status::kind, SHM_E_KIND) && same(core::Status::quota, SHM_E_QUOTA) &&
              same(core::Status::mismatch, SHM_E_MISMATCH) && same(core::Status::busy, SHM_E_BUSY) &&
              same(core::Status::system, SHM_E_SYSTEM) && same(core::Status::unavailable, SHM_E_UNAVAILABLE));
static_assert(core::kRead == SHM_READ && core::kWrite == SHM_WRITE &&
              pipe::kOpenExclusive == SHM_OPEN_EXCLUSIVE && pipe::kOpenCreate == SHM_OPEN_CREATE &&
              pipe::kOpenKeep == SHM_OPEN_KEEP);
static_assert(static_cast<uint32_t>(core::Kind::block) == SHM_BLOCK &&
              static_cast<uint32_t>(core::Kind::topic) == SHM_TOPIC &&
              static_cast<uint32_t>(core::Kind::queue) == SHM_QUEUE &&
              static_cast<uint32_t>(core::Kind::service) == SHM_SERVICE);

// The texts fit.
void store(Reason& reason, std::wstring_view text, std::string_view utf8) {
  reason.standing = nullptr;
  *std::copy(text.begin(), text.end(), reason.text) = L'\0';
  *std::copy(utf8.begin(), utf8.end(), reason.utf8) = '\0';
}

}  // namespace

int32_t fail(int32_t status, const std::wstring& text, DWORD win32) noexcept {
  try {
    std::wstring whole = text + L'.';
    if (win32 != 0) whole += L" Windows says: " + win::error_text(win32);
    whole.resize(std::min(whole.size(), Reason::kUnits - 1));
    if (Reason* reason = reason_of_thread()) store(*reason, whole, win::display_utf8(whole));
    return status;
  } catch (...) {
    return fail(status);
  }
}

int32_t fail(int32_t status) noexcept {
  if (Reason* reason = reason_of_thread()) reason->standing = &entry_for(status);
  return status;
}

void note_refusal(int32_t code) noexcept {
  if (Reason* reason = reason_of_thread()) reason->refusal = code;
}

bool is_error(int32_t status) noexcept {
  return status < 0 && entry_for(status).status == status && status != INT32_MIN;
}

KeepReason::KeepReason() noexcept {
  if (const Reason* reason = known_reason()) reason_ = *reason;
}
KeepReason::~KeepReason() {
  if (Reason* reason = known_reason()) *reason = reason_.value_or(Reason{});
}

}  // namespace shmbroker::client

using shmbroker::client::entry_for;
using shmbroker::client::known_reason;
using shmbroker::client::Reason;

const wchar_t* SHM_CALL ShmErrorText(int32_t status) { return entry_for(status).text; }
const char* SHM_CALL ShmErrorTextUtf8(int32_t status) { return entry_for(status).utf8; }

int32_t SHM_CALL ShmLastRefusal(void) {
  const Reason* const reason = known_reason();
  return reason != nullptr ? reason->refusal : 0;
}

const wchar_t* SHM_CALL ShmLastErrorText(void) {
  const Reason* const reason = known_reason();
  if (reason == nullptr) return L"";
  return reason->standing != nullptr ? reason->standing->text : reason->text;
}

const char* SHM_CALL ShmLastErrorTextUtf8(void) {
  const Reason* const reason = known_reason();
  if (reason == nullptr) return "";
  return reason->standing != nullptr ? reason->standing->utf8 : reason->utf8;
}
