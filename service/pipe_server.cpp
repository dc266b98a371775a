#include "service/pipe_server.h"

#include <algorithm>
#include <map>

#include "core/win/pipe_message.h"
#include "core/win/security.h"
#include "service/error.h"

namespace shmbroker::service {
namespace {

constexpr size_t kListening = 4;                  // ready for clients that come at the same moment
constexpr size_t kMostConnections = 128;          // further ones wait in WaitNamedPipe
constexpr ULONGLONG kPatience = 5000;             // milliseconds for a client from connecting to hanging up
constexpr ULONGLONG kPatienceOfAnswers = 60'000;  // the same where it waits for an answer that comes later

constexpr DWORD kBuffer = 4096;  // bytes that Windows sets aside; a longer reply waits for its reader

// FILE_GENERIC_READ | FILE_GENERIC_WRITE without FILE_CREATE_PIPE_INSTANCE: a client may talk on the pipe,
// and not serve it. NU, whoever comes over the network, is denied first. ML: a program of low integrity may
// ask, too; what it gets depends on the channel.
std::wstring pipe_sddl(const Identity& identity) {
  return L"O:" + identity.owner + L"D:P(D;;GA;;;NU)" + own_entries(identity) +
         L"(A;;0x12019b;;;WD)S:(ML;;NW;;;LW)";
}

}  // namespace

// One instance of the pipe: waits for a client, reads, answers, and waits until the client hangs up.
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
  ULONGLONG deadline() const { return deadline_; }
  ULONG client() const { return client_; }
  // Waits for the client, which may have nothing to say, or for an answer, which may take its time.
  bool is_idle() const {
    return state_ == State::reading || state_ == State::answering || state_ == State::ending;
  }

  // Breaks the connection off; the operation under way then fails, and that ends it.
  void hang_up() {
    if (state_ != State::answering) {
      CancelIoEx(pipe_.get(), this);
      return;
    }
    state_ = State::ending;  // no operation is under way, and no reply finds it any more
    server_.loop_.post([this] { finished(ERROR_CANCELLED, 0); });
  }

  void reply(std::span<const std::byte> reply) {
    if (state_ != State::answering) return;
    std::ranges::copy(reply, reply_);
    if (!write(reply.size())) server_.finish(*this);
  }

  void finished(DWORD error, DWORD bytes) override {
    pending_ = false;
    const State state = state_;
    if (state == State::listening) {
      --server_.listening_;
      state_ = State::reading;
      deadline_ = GetTickCount64() + kPatience;
      GetNamedPipeClientProcessId(pipe_.get(), &client_);
      server_.keep_listening();
    }
    bool going_on = error == ERROR_SUCCESS;
    if (going_on && state == State::listening) going_on = read();
    if (going_on && state == State::reading) going_on = answer(bytes);
    if (going_on && state == State::writing) going_on = await_end();
    if (!going_on || state == State::ending) server_.finish(*this);
  }

 private:
  enum class State { listening, reading, answering, writing, ending };

  bool read() { return started(ReadFile(pipe_.get(), request_, sizeof request_, nullptr, begin())); }

  bool answer(DWORD bytes) {
    const size_t size = server_.answer_(id_, pipe_.get(), std::span(request_, bytes), reply_);
    if (size != kLater) return size != 0 && write(size);
    state_ = State::answering;
    deadline_ = GetTickCount64() + kPatienceOfAnswers;
    return true;
  }

  bool write(size_t size) {
    state_ = State::writing;
    return started(WriteFile(pipe_.get(), reply_, static_cast<DWORD>(size), nullptr, begin()));
  }

  // Closing our end at once would take the reply away from a client that has not read it yet. So we wait for
  // the client to close its end, which this read tells.
  bool await_end() {
    state_ = State::ending;
    return read();
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
  ULONGLONG deadline_ = 0;
  ULONG client_ = 0;
  std::byte request_[pipe::kMaxRequest];
  std::byte reply_[pipe::kMaxReply];
};

PipeServer::PipeServer(EventLoop& loop, const Identity& identity, Answer answer)
    : loop_(loop), identity_(identity), answer_(std::move(answer)) {
  listen(/*first=*/true);
  keep_listening();
}

PipeServer::~PipeServer() = default;

void PipeServer::listen(bool first) {
  const auto descriptor = win::SecurityDescriptor::from_sddl(pipe_sddl(identity_));
  if (!descriptor) throw win32_error("cannot make the pipe's security descriptor");
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  const DWORD mode = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0);
  win::Handle pipe(CreateNamedPipeW(pipe::kPipeName, mode,
                                    PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_REJECT_REMOTE_CLIENTS,
                                    PIPE_UNLIMITED_INSTANCES, kBuffer, kBuffer, 0, &security));
  if (!pipe) {
    throw win32_error("cannot serve the pipe " + win::display_utf8(pipe::kPipeName) +
                      (first ? ", which another process may have made" : ""));
  }
  loop_.attach(pipe.get());
  auto connection = std::make_unique<Connection>(*this, std::move(pipe));
  if (!connection->listen()) throw win32_error("cannot listen on the pipe");
  connections_.push_back(std::move(connection));
  ++listening_;
}

// All connections are taken: the process that has most of them loses one, its oldest.
void PipeServer::make_room() {
  std::map<ULONG, size_t> counts;
  for (const auto& connection : connections_) ++counts[connection->client()];
  const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  const auto found = std::ranges::find_if(connections_, [&](const auto& connection) {
    return connection->client() == most->first && connection->is_idle();
  });
  if (found != connections_.end()) (*found)->hang_up();
}

void PipeServer::keep_listening() {
  if (listening_ == 0 && connections_.size() >= kMostConnections) make_room();
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
  const auto found =
      std::ranges::find_if(connections_, [&](const auto& each) { return each->id() == connection; });
  if (found != connections_.end()) (*found)->reply(reply);
}

DWORD PipeServer::hang_up_late() {
  const ULONGLONG now = GetTickCount64();
  ULONGLONG next = INFINITE;
  for (const auto& connection : connections_) {
    if (connection->is_listening()) continue;
    if (connection->deadline() <= now) {
      connection->hang_up();
      next = std::min<ULONGLONG>(next, kPatience);  // its completion comes by itself
    } else {
      next = std::min(next, connection->deadline() - now);
    }
  }
  return static_cast<DWORD>(next);
}

}  // namespace shmbroker::service
