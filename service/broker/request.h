// What the answers to requests have in common: who asks, how a request is refused, and text in a reply.
#pragma once

#include <windows.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "protocol/status.h"
#include "service/broker/broker.h"
#include "service/broker/pipe_client.h"
#include "service/support/error.h"
#include "win/security.h"

namespace shmbroker::service {

// Why a request was refused: goes back to the client, and into the log.
class Refusal : public Error {
 public:
  Refusal(core::Status status, const std::string& text, DWORD win32 = 0)
      : Error(text, win32), status_(status) {}
  core::Status status() const { return status_; }

 private:
  core::Status status_;
};

// A request lacks what accounts are called, and is answered again when that is known, or is not within a
// second.
struct NamesAwaited {};

// Who asks.
struct Broker::Caller {
  // Throws Error where the client does not let its account be known.
  Caller(PipeServer::ConnectionId id, PipeClient& asks, Broker& asked)
      : broker(asked),
        connection(id),
        client(asks),
        token(asks.token()),
        account(asks.account()),
        pid(asks.pid()) {}

  // What an account is called. "" where that is not known yet: await_names() then has the request answered
  // again.
  std::wstring name_of(const std::wstring& sid) const {
    const auto known = broker.names_.find(sid, GetTickCount64());
    if (!known) lacks_names = true;
    return known.value_or(L"");
  }
  // Throws NamesAwaited where names were lacking. Nothing that the request asks for may have been done
  // before.
  void await_names() const {
    if (lacks_names) throw NamesAwaited();
  }
  // The caller's own name. Throws NamesAwaited.
  std::string name() const {
    const std::wstring known = name_of(account);
    await_names();
    return win::display_utf8(known);
  }
  // SYSTEM or an administrator, with the rights of one.
  bool is_administrator() const;

  Broker& broker;
  const PipeServer::ConnectionId connection;
  mutable bool answers_later = false;  // through pipe_->reply()
  mutable bool lacks_names = false;
  PipeClient& client;
  const win::Handle& token;
  const std::wstring& account;
  const DWORD pid;
};

// A channel's name out of a request. Throws Refusal if it can't be one, and then shows it with escapes: a
// name must not write lines of its own into the log.
std::wstring name_in(const char16_t (&field)[pipe::kNameUnits]);

std::string rights_text(uint32_t rights);

// "process 412 (receiver.exe, CONTOSO\\bob)". program, account: "" where they are not known.
std::string process_words(uint32_t pid, const std::wstring& program, const std::wstring& account);

// Why a channel refuses a caller, by name. missing, granted: core::kRead | core::kWrite.
Refusal refusal_of(const Channel& channel, const std::string& caller, uint32_t missing, uint32_t granted);

template <size_t N>
void put_text(char16_t (&to)[N], const std::wstring& text) {
  std::copy_n(text.begin(), std::min(text.size(), N - 1), to);
}

template <size_t N>
void put_text(char16_t (&to)[N], const std::string& text) {
  put_text(to, win::to_utf16(text).value_or(L""));
}

// For a text that is in the log too: where it does not fit, it ends with a whole word and says so.
template <size_t N>
void put_logged_text(char16_t (&to)[N], const std::string& text) {
  constexpr std::wstring_view kRest = L" \x2026; the log has the rest";
  std::wstring wide = win::to_utf16(text).value_or(L"");
  if (wide.size() >= N) {
    wide.resize(N - 1 - kRest.size());
    wide.resize(std::min(wide.size(), wide.rfind(L' ')));
    wide += kRest;
  }
  put_text(to, wide);
}

}  // namespace shmbroker::service
