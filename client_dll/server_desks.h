// The clients' desks at a service, as a server of it sees them: which calls are there to be taken, and what
// goes back.
#pragma once

#include <windows.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "client_dll/attachment.h"
#include "client_dll/in_place.h"
#include "core/client_round.h"
#include "core/desk.h"

namespace shmbroker::client {

// A client, as the broker noted it when it opened the channel.
struct CallingClient {
  uint32_t pid = 0;
  uint32_t session = 0;
  std::wstring account;  // SID text
};

class ServerDesks {
 public:
  // at: of a server; it must outlive this.
  explicit ServerDesks(const Attachment& at) : at_(at), hints_(core::service_hints(at.readers())) {}

  // Opens what the broker alone writes: the list of clients. Returns SHM_OK, or a failed status after fail().
  int32_t open();

  // Looks for a call that nobody has taken, so many times, where clients ring. Returns how often it has
  // looked before there was one; most: there was none.
  uint32_t poll(uint32_t most);
  // Looks at all desks.
  bool find();

  // Takes a call, the clients' one after the other. SHM_E_EMPTY: there is none. SHM_E_BUFFER: its request is
  // larger than the room for it, and it stays. Without fail(). has_slept: the server had nothing to do
  // before. A request that is looked at in its place stays there until it is answered or refused.
  int32_t take(const Destination& to, size_t& size, uint64_t& token, bool has_slept);

  // SHM_OK, SHM_S_DROPPED, or SHM_E_STATE: no such call is this server's to answer. Without fail(). From any
  // thread.
  int32_t answer(uint64_t token, std::span<const std::byte> bytes);
  int32_t refuse(uint64_t token, int32_t code, std::span<const std::byte> text);

  // Where the answer can be written, for answer(). Null: no such call is this server's to answer.
  std::byte* loan_answer(uint64_t token);

  // Whose call it is, and whether the answer is waited for. Returns false where it is not this server's to
  // answer.
  bool caller(uint64_t token, CallingClient& client, bool& waited_for);

 private:
  // One client's desk, as long as that client has it.
  struct OpenDesk {
    OpenDesk(const core::CallGeometry& geometry, uint32_t slot, win::View mapped)
        : view(std::move(mapped)),
          server(core::Desk(view.memory(), geometry), slot),
          taken_at(std::make_unique<std::atomic<int64_t>[]>(geometry.calls)) {}

    win::View view;
    win::Handle section;
    win::Handle event;
    core::DeskServer server;
    // Of each call when it was taken, in ticks of the performance counter; 0: it is not timed. relaxed: the
    // thread that answers got the token from the one that took the call.
    std::unique_ptr<std::atomic<int64_t>[]> taken_at;
    uint32_t generation = 0;
    uint32_t next_call = 0;  // where the search goes on; under the scan lock
    CallingClient client;
  };
  struct Entry {
    std::shared_ptr<OpenDesk> desk;
    uint32_t refused_generation = 0;  // of one that can't be opened
    ULONGLONG try_again = 0;
  };
  struct Token {
    uint32_t client;
    uint32_t call;
    uint32_t generation;  // its lowest bits
    uint32_t number;
  };

  const core::ClientsSection& section() const {
    return *reinterpret_cast<const core::ClientsSection*>(view_.memory());
  }
  const core::ClientRecord& record(uint32_t client) const {
    return reinterpret_cast<const core::ClientRecord*>(&section() + 1)[client];
  }
  core::CallGeometry geometry() const { return core::call_geometry(at_.geometry()); }
  static uint64_t pack(const Token& token);
  static Token unpack(uint64_t token);
  bool has_request(uint32_t client);
  OpenDesk* desk_of(uint32_t client);
  std::shared_ptr<OpenDesk> open_desk(uint32_t client, uint32_t generation) const;
  bool read_client(uint32_t client, uint32_t generation, CallingClient& to) const;
  bool is_possible(const Token& token) const { return token.number != 0 && token.client < entries_.size(); }
  std::shared_ptr<OpenDesk> desk_of(const Token& token);
  bool look();
  bool look_at_all();
  void note_answered(int64_t taken_at);
  void keep(uint64_t token, std::shared_ptr<OpenDesk> desk);
  void let_go(uint64_t token);
  template <class Give>
  int32_t give(uint64_t token, Give&& give);
  template <class Give>
  int32_t give_once(uint64_t token, Give&& give);
  static void wake(const OpenDesk& desk);

  const Attachment& at_;
  core::ServiceHints& hints_;
  win::Handle clients_section_;
  win::View view_;
  std::unique_ptr<core::ClientRound> round_;
  SRWLOCK scan_ = SRWLOCK_INIT;  // one thread at a time looks for calls, and changes entries_
  SRWLOCK table_ =
      SRWLOCK_INIT;  // shared by those who look a desk up; exclusive, and under scan_, to change one
  std::vector<Entry> entries_;
  SRWLOCK kept_lock_ = SRWLOCK_INIT;
  // By token: desks in which this process looks at a request or writes an answer, though the client be gone.
  std::unordered_map<uint64_t, std::shared_ptr<OpenDesk>> kept_;
  std::atomic<bool> has_kept_{false};  // relaxed: whoever gives a token back got it from the one that took it
  uint32_t found_ = core::ClientRound::kNone;  // the client whose call was found last, and not taken
  uint32_t takes_ = 0;
  int64_t ticks_a_second_ = 1;
};

}  // namespace shmbroker::client
