#include "service/broker/pipe_server.h"

#include <algorithm>
#include <climits>
#include <map>
#include <new>
#include <utility>
#include <vector>

#include "protocol/pipe_message.h"
#include "service/support/error.h"
#include "win/security.h"

namespace shmbroker::service {
namespace {

constexpr size_t kListening = 4;           // ready for clients that come at the same moment
constexpr size_t kMostConnections = 1024;  // further ones wait in WaitNamedPipe
constexpr size_t kMostOfAnAccount = 768;   // of them, so that others find some free
// Where others wait for a connection: milliseconds for which a client may be silent that has asked nothing
// yet, and one that has. That one may not come to run sooner, and would ask again.
constexpr ULONGLONG kSilence = 100;
constexpr ULONGLONG kSlowness = 1000;

constexpr DWORD kBuffer = 4096;  // bytes that Windows sets aside; a longer reply waits for its reader

// FILE_GENERIC_READ | FILE_GENERIC_WRITE without FILE_CREATE_PIPE_INSTANCE: a client may talk on the pipe,
// and not serve it. NU, everybody who comes over the network, is denied first. ML: a program of low integrity
// may ask, too; what it gets depends on the channel.
std::wstring pipe_sddl(const Identity& identity) {
  return L"O:" + identity.owner + L"D:P(D;;GA;;;NU)" + own_entries(identity) +
         L"(A;;0x12019b;;;WD)S:(ML;;NW;;;LW)";
}

}  // namespace

// One instance of the pipe: waits for a client, reads, answers, has an admission acknowledged, and waits
// until the client hangs up.
class PipeServer::Connection final : public Operation {
 public:
  Connection(PipeServer& server, win::Handle pipe)
      : server_(server), id_(++server.ids_), pipe_(std::move(pipe)) {}

  // The kernel writes into this object until its operation has ended.
  ~Connection() {
    if (!pending_) return;
    hang_up();
    DWORD bytes = 0;
    GetOverlappedResult(pipe_.get(), this, &bytes, TRUE);
  }

  // Begins to wait for a client. Returns false if that fails; the connection is of no use then.
  bool listen() {
    state_ = State::listening;
    if (started(ConnectNamedPipe(pipe_.get(), begin()))) return true;
    const DWORD error = GetLastError();
    if (error != ERROR_PIPE_CONNECTED && error != ERROR_NO_DATA) return false;
    // A client was quicker, and may even be gone again. No completion follows: let one.
    server_.loop_.post([this] { finished(ERROR_SUCCESS, 0); });
    return true;
  }

  ConnectionId id() const { return id_; }
  bool is_listening() const { return state_ == State::listening; }
  // Waits for the client, which may have nothing to say, or for an answer, which may take its time, and has
  // not been hung up on.
  bool is_idle() const { return !is_listening() && state_ != State::writing && !hung_up_; }
  // When it is hung up on, in GetTickCount64's time.
  ULONGLONG ends_at() const {
    const Settings& settings = server_.settings_;
    return silent_since_ + (state_ == State::answering ? settings.patience_of_answers : settings.patience);
  }
  // When it may be hung up on for the sake of others.
  ULONGLONG is_slow_at() const {
    if (state_ == State::answering) return ends_at();
    return silent_since_ + (state_ == State::reading ? kSilence : kSlowness);
  }
  // Whether it waits for the client, and since when, in GetTickCount64's time.
  bool is_silent() const { return is_idle() && state_ != State::answering; }
  ULONGLONG silent_since() const { return silent_since_; }
  const std::wstring& account() const { return client_.account(); }

  // Breaks the connection off; the operation under way then fails, and that ends it.
  void hang_up() {
    hung_up_ = true;
    if (state_ != State::answering) {
      CancelIoEx(pipe_.get(), this);
      return;
    }
    state_ = State::ending;  // no operation is under way, and no reply finds it any more
    server_.loop_.post([this] { finished(ERROR_CANCELLED, 0); });
  }

  void reply(std::span<const std::byte> reply) {
    if (state_ != State::answering) return;
    undo_ = nullptr;
    confirm_ = nullptr;
    std::ranges::copy(reply, reply_);
    if (!write(reply.size())) server_.finish(*this);
  }

  void send_held() {
    if (state_ == State::answering && !write(held_)) end();
  }

  bool answer_again() {
    if (state_ != State::answering) return false;
    if (!answer(asked_)) end();
    return true;
  }

  void finished(DWORD error, DWORD bytes) override {
    pending_ = false;
    if (state_ == State::listening) accept();
    if (error != ERROR_SUCCESS || !go_on(bytes)) end();
  }

 private:
  enum class State { listening, accepted, reading, answering, writing, confirming, ending };

  // It is gone when this returns.
  void end() {
    if (undo_) std::exchange(undo_, nullptr)();
    server_.finish(*this);
  }

  void accept() {
    client_ = PipeClient(pipe_.get());
    --server_.listening_;
    state_ = State::accepted;
    silent_since_ = GetTickCount64();
    server_.keep_share(*this);
    server_.keep_listening();
  }

  // What comes after what has just ended. Returns false where nothing does.
  bool go_on(DWORD bytes) {
    switch (state_) {
      case State::accepted:
        return !hung_up_ && read(State::reading);
      case State::reading:
        return answer(bytes);
      case State::writing:
        // Closing our end at once would take the reply away from a client that has not read it yet. So we
        // wait for the client: it acknowledges, or closes its end.
        return read(undo_ ? State::confirming : State::ending);
      case State::confirming:
        return confirm(bytes);
      default:
        return false;
    }
  }

  bool read(State state) {
    state_ = state;
    silent_since_ = GetTickCount64();
    return started(ReadFile(pipe_.get(), request_, sizeof request_, nullptr, begin()));
  }

  bool write(size_t size) {
    state_ = State::writing;
    return started(WriteFile(pipe_.get(), reply_, static_cast<DWORD>(size), nullptr, begin()));
  }

  bool answer(DWORD bytes) {
    asked_ = bytes;
    Answer made = server_.answer_(id_, client_, std::span(request_, bytes), reply_);
    undo_ = std::move(made.undo);
    confirm_ = std::move(made.confirm);
    if (made.size != kLater && !made.is_held) return made.size != 0 && write(made.size);
    held_ = made.size;
    state_ = State::answering;
    silent_since_ = GetTickCount64();
    return true;
  }

  // A client whose acknowledgement came here, and that does not learn of it, closes what it was given.
  bool confirm(DWORD bytes) {
    if (!pipe::as<pipe::AcknowledgeRequest>(request_, bytes)) return false;
    undo_ = nullptr;
    confirm_();
    auto& reply = *new (reply_) pipe::AcknowledgeReply{};
    reply.header.size = sizeof reply;
    reply.header.protocol = pipe::kProtocolVersion;
    return write(sizeof reply);
  }

  OVERLAPPED* begin() {
    static_cast<OVERLAPPED&>(*this) = OVERLAPPED{};
    return this;
  }

  // A completion follows, and finished() with it; also where a message is too long, which Windows counts as a
  // warning and not as a failure.
  bool started(BOOL result) {
    const DWORD error = result ? ERROR_SUCCESS : GetLastError();
    pending_ = error == ERROR_SUCCESS || error == ERROR_IO_PENDING || error == ERROR_MORE_DATA;
    return pending_;
  }

  PipeServer& server_;
  const ConnectionId id_;
  win::Handle pipe_;
  State state_ = State::listening;
  bool pending_ = false;
  bool hung_up_ = false;
  DWORD asked_ = 0;  // bytes of the request
  size_t held_ = 0;  // bytes of a reply that is held
  ULONGLONG silent_since_ = 0;
  PipeClient client_;
  std::function<void()> undo_;
  std::function<void()> confirm_;
  alignas(8) std::byte request_[pipe::kMaxRequest];
  alignas(8) std::byte reply_[pipe::kMaxReply];
};

PipeServer::PipeServer(EventLoop& loop, const Identity& identity, Answerer answer, Settings settings)
    : loop_(loop), identity_(identity), answer_(std::move(answer)), settings_(std::move(settings)) {
  listen(/*first=*/true);
  keep_listening();
}

PipeServer::~PipeServer() = default;

void PipeServer::listen(bool first) {
  const auto descriptor = win::SecurityDescriptor::from_sddl(pipe_sddl(identity_));
  if (!descriptor) throw win32_error("cannot make the pipe's security descriptor");
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  const DWORD mode = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0);
  win::Handle pipe(CreateNamedPipeW(settings_.name.c_str(), mode,
                                    PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_REJECT_REMOTE_CLIENTS,
                                    PIPE_UNLIMITED_INSTANCES, kBuffer, kBuffer, 0, &security));
  if (!pipe) {
    throw win32_error("cannot serve the pipe " + win::display_utf8(settings_.name) +
                      (first ? ", which another process may have made" : ""));
  }
  loop_.attach(pipe.get());
  auto connection = std::make_unique<Connection>(*this, std::move(pipe));
  if (!connection->listen()) throw win32_error("cannot listen on the pipe");
  connections_.push_back(std::move(connection));
  ++listening_;
}

// All connections are taken: the account that has most of them loses those that have been silent for too
// long, the longest silent first. Returns when one will have been, or ULLONG_MAX.
ULONGLONG PipeServer::evict_connections(ULONGLONG now) {
  std::map<std::wstring, std::vector<Connection*>> by_account;
  for (const auto& connection : connections_) by_account[connection->account()].push_back(connection.get());
  auto& most =
      std::ranges::max_element(by_account, {}, [](const auto& entry) { return entry.second.size(); })->second;
  std::erase_if(most, [](const Connection* connection) { return !connection->is_idle(); });
  std::ranges::sort(most, {}, &Connection::is_slow_at);
  size_t wanted = kListening;
  for (Connection* connection : most) {
    if (connection->is_slow_at() > now) return connection->is_slow_at();
    connection->hang_up();
    if (--wanted == 0) break;
  }
  return ULLONG_MAX;  // what was hung up on makes room, and whoever speaks is served
}

// An account that has its share loses the connection that has been silent longest, however short that is: a
// client that speaks as soon as it has connected is served, whatever silent ones there are.
void PipeServer::keep_share(Connection& newest) {
  if (connections_.size() <= kMostOfAnAccount) return;
  size_t count = 0;
  Connection* longest = nullptr;
  for (const auto& each : connections_) {
    if (each->is_listening() || each->account() != newest.account()) continue;
    ++count;
    if (each.get() == &newest || !each->is_silent()) continue;
    if (longest == nullptr || each->silent_since() < longest->silent_since()) longest = each.get();
  }
  if (count > kMostOfAnAccount) (longest != nullptr ? *longest : newest).hang_up();
}

void PipeServer::keep_listening() {
  while (listening_ < kListening && connections_.size() < kMostConnections) {
    try {
      listen(/*first=*/false);
    } catch (const std::exception&) {
      // Out of some resource, for now: go on with the connections that there are; the next one that ends
      // tries again.
      if (connections_.empty()) throw;
      return;
    }
  }
}

void PipeServer::finish(Connection& connection) {
  connections_.remove_if([&](const auto& each) { return each.get() == &connection; });
  keep_listening();
}

void PipeServer::reply(ConnectionId connection, std::span<const std::byte> reply) {
  if (Connection* found = find(connection)) found->reply(reply);
}

void PipeServer::send_held(ConnectionId connection) {
  if (Connection* found = find(connection)) found->send_held();
}

bool PipeServer::answer_again(ConnectionId connection) {
  Connection* found = find(connection);
  return found != nullptr && found->answer_again();
}

PipeServer::Connection* PipeServer::find(ConnectionId connection) {
  const auto found =
      std::ranges::find_if(connections_, [&](const auto& each) { return each->id() == connection; });
  return found == connections_.end() ? nullptr : found->get();
}

DWORD PipeServer::close_expired() {
  const ULONGLONG now = GetTickCount64();
  ULONGLONG next = ULLONG_MAX;
  for (const auto& connection : connections_) {
    if (!connection->is_idle()) continue;
    const ULONGLONG end = connection->ends_at();
    if (end <= now) {
      connection->hang_up();
    } else {
      next = std::min(next, end);
    }
  }
  if (listening_ == 0 && connections_.size() >= kMostConnections)
    next = std::min(next, evict_connections(now));
  return next == ULLONG_MAX ? INFINITE : static_cast<DWORD>(next - now);
}

}  // namespace shmbroker::service
