#include "client_dll/service_channel.h"

#include <algorithm>

#include "client_dll/errors.h"
#include "core/call_waking.h"
#include "core/crash_point.h"

namespace shmbroker::client {

ServiceChannel::ServiceChannel(std::unique_ptr<Attachment> attachment, const ShmOptions& options,
                               Calls& calls)
    : Channel(std::move(attachment), options, calls), wants_server_((options.flags & SHM_OPEN_SERVED) != 0) {
  if (at().can_write()) client_.emplace(core::call_geometry(at().geometry()));
  if (at().can_read()) server_.emplace(at());
}

ServiceChannel::~ServiceChannel() {
  end_second_looks();
  if (client_) client_->give_up_all();
}

int32_t ServiceChannel::join() {
  const int32_t status = client_ ? client_->open(at().service(), at().writer()) : server_->open();
  if (status == SHM_E_ACCESS) return at().refused_by_windows();
  if (status == SHM_OK && client_) be_sleeper({&client_->mark(), core::kClientMark, client_->event()});
  return status;
}

// ---- what is for messages

int32_t ServiceChannel::refuse_messages() const {
  return refuse(SHM_E_KIND, L"it is a service; use ShmCall, or ShmServe and ShmAnswer");
}
int32_t ServiceChannel::write(const void*, size_t, DWORD) { return refuse_messages(); }
int32_t ServiceChannel::write_batch(CallerArray<const ShmMessage>, uint32_t&, DWORD) {
  return refuse_messages();
}
int32_t ServiceChannel::loan(size_t, void*&, DWORD) { return refuse_messages(); }
int32_t ServiceChannel::commit(size_t) { return refuse_messages(); }
int32_t ServiceChannel::abort() { return refuse_messages(); }
int32_t ServiceChannel::read(void*, size_t, size_t&, DWORD) { return refuse_messages(); }
int32_t ServiceChannel::read_batch(CallerArray<ShmMessage>, std::span<std::byte>, uint32_t&, DWORD) {
  return refuse_messages();
}
int32_t ServiceChannel::peek(const void*&, size_t&, DWORD) { return refuse_messages(); }
int32_t ServiceChannel::release() { return refuse_messages(); }

// ---- calling

int32_t ServiceChannel::check_calling() const {
  if (client_) return has_ended() ? refuse_ended() : SHM_OK;
  return refuse(SHM_E_ACCESS, L"this handle was opened to serve; open one with SHM_CLIENT to call");
}

// acquire: pairs with the broker's release; nothing else is read on the strength of it.
bool ServiceChannel::has_no_server() const {
  return at().data().presence.readers.load(std::memory_order_acquire) == 0;
}

int32_t ServiceChannel::refuse_no_server() const {
  return refuse(SHM_E_NO_SERVER,
                L"no server has it open; start one, or open it without SHM_OPEN_SERVED to wait for one");
}

// Whether a request of that size can be sent now.
int32_t ServiceChannel::check_request(size_t size) const {
  const int32_t status = check_calling();
  if (status != SHM_OK) return status;
  if (size > at().geometry().max_message) {
    return refuse(SHM_E_SIZE, std::to_wstring(size) + L" bytes are more than the " +
                                  std::to_wstring(at().geometry().max_message) +
                                  L" of its largest request; send less, or raise max_request in "
                                  L"shmbroker.json");
  }
  return wants_server_ && has_no_server() ? refuse_no_server() : SHM_OK;
}

// The caller has the handle's writing call lock. SHM_E_FULL comes without fail().
int32_t ServiceChannel::begin_call(std::span<const std::byte> request, uint64_t& token) {
  const int32_t status = check_request(request.size());
  if (status != SHM_OK) return status;
  token = client_->begin(request);
  if (token == 0) return SHM_E_FULL;
  publish_call();
  return SHM_OK;
}

// As begin_call().
int32_t ServiceChannel::loan_call(size_t size, void*& memory, uint64_t& token) {
  const int32_t status = check_request(size);
  if (status != SHM_OK) return status;
  std::byte* room = nullptr;
  token = client_->loan(room);
  if (token == 0) return SHM_E_FULL;
  memory = room;
  return SHM_OK;
}

// SHM_E_ARGUMENT: the token is not that of a loan. Without fail().
int32_t ServiceChannel::commit_call(uint64_t token, size_t size) {
  const int32_t status = check_request(size);
  if (status != SHM_OK) return status;
  if (!client_->commit(token, size)) return SHM_E_ARGUMENT;
  publish_call();
  return SHM_OK;
}

void ServiceChannel::publish_call() {
  core::ring_bell(core::service_hints(at().readers()).bells, at().writer());
  SHM_CRASH_POINT("call.rung");
  core::wake_servers(at().data(), at().readers(), at());
  renew_notification();
}

// SHM_E_EMPTY: it has not ended; SHM_E_ARGUMENT: it is not under way. Both without fail().
int32_t ServiceChannel::look_at_call(uint64_t token, const Destination& answer, size_t& size, bool spins) {
  if (!client_) return check_calling();
  if (!client_->knows(token)) return SHM_E_ARGUMENT;
  if (client_->is_loan(token))
    return refuse(SHM_E_STATE, L"the request was not sent yet; use ShmCallCommit before");
  uint32_t left = spins ? spin() : 0;
  bool ended = client_->has_ended(token);
  while (!ended && left > 0) {
    const uint32_t most = std::min(left, core::kTurnsBetweenChecks);
    ended = client_->poll(token, most) < most;
    left -= most;
    if (is_closing()) break;
  }
  if (ended) return end_call(token, answer, size);
  if (has_ended()) return refuse_ended();
  if (!wants_server_ || !has_no_server() || client_->is_taken(token)) {
    if (!spins) renew_notification();
    return SHM_E_EMPTY;
  }
  if (client_->give_up(token) == ClientDesk::GivenUp::withdrawn) return refuse_no_server();
  return refuse(SHM_E_PEER_DIED, L"the server that had taken the call has gone");
}

int32_t ServiceChannel::release_call(uint64_t token) {
  if (!client_) return check_calling();
  if (!client_->knows(token)) return SHM_E_ARGUMENT;
  if (!client_->is_loan(token) && client_->release(token)) {
    announce_room();
    return SHM_OK;
  }
  return refuse(SHM_E_STATE, L"the call has not ended; use ShmCallCancel to give it up");
}

int32_t ServiceChannel::end_call(uint64_t token, const Destination& answer, size_t& size) {
  ClientDesk::Ended ended;
  const int32_t status = client_->take(token, answer, ended);
  announce_room();
  switch (status) {
    case SHM_OK:
      size = ended.size;
      return SHM_OK;
    case SHM_E_BUFFER:
      size = ended.size;
      return refuse(status, L"the answer has " + std::to_wstring(ended.size) + L" bytes, the buffer " +
                                std::to_wstring(answer.buffer.size()) +
                                L"; give room for the largest answer");
    case SHM_E_REFUSED:
      return refuse_with_code(ended.code, ended.refusal);
    case SHM_E_PEER_DIED:
      return refuse(status,
                    L"the server that had taken the call has died, or closed it; what it did before is not "
                    L"known: call again only what may be done twice");
    case SHM_E_CORRUPT:
      return refuse_corrupt();
    default:
      return status;
  }
}

int32_t ServiceChannel::refuse_with_code(int32_t code, const std::wstring& text) const {
  const int32_t status =
      refuse(SHM_E_REFUSED, L"the server refused the call with code " + std::to_wstring(code) +
                                (text.empty() ? std::wstring() : L": " + text));
  note_refusal(code);
  return status;
}

// One thread's sleep on the event that all calls of a handle share.
class AnswerWait final : public core::EventWait {
 public:
  AnswerWait(const WaitContext& context, HANDLE event, HANDLE interrupt)
      : context_(context), event_(event), interrupt_(interrupt) {}

  WaitEnd check() override { return context_.end(); }
  WaitEnd sleep(uint32_t limit_ms) override {
    const WaitEnd end = context_.wait(event_, interrupt_, limit_ms);
    was_woken_ = was_woken_ || end == WaitEnd::none;
    return end;
  }
  void yield() override { SwitchToThread(); }

  bool was_woken() const { return was_woken_; }

 private:
  const WaitContext& context_;
  HANDLE event_;
  HANDLE interrupt_;
  bool was_woken_ = false;
};

// The caller has the handle's reading call lock: one thread at a time sleeps, and has the others look after
// it has marked itself, and when it is woken. SHM_OK: look again.
int32_t ServiceChannel::sleep_for_answer(uint64_t token, const WaitContext& context) {
  mark_blocking();
  AnswerWait wait(context, client_->event(), read_interrupt());
  const auto look = [&] {
    SHM_CRASH_POINT("client.marked");
    have_others_look();
    return wait.was_woken() || client_->has_ended(token);
  };
  const core::SleepResult slept =
      core::sleep_marked(client_->mark(), core::kClientMark, wait, wait.check(), look);
  client_->count_waits(slept.sleeps);
  renew_notification();
  if (slept.end == WaitEnd::none) return SHM_OK;
  return slept.end == WaitEnd::timeout ? SHM_E_EMPTY : refuse_wait(slept.end);
}

int32_t ServiceChannel::give_up_call(uint64_t token) {
  const int32_t status = check_calling();
  if (!client_) return status;
  if (!client_->knows(token)) return SHM_E_ARGUMENT;
  const ClientDesk::GivenUp given_up = client_->give_up(token);
  announce_room();
  switch (given_up) {
    case ClientDesk::GivenUp::withdrawn:
      return SHM_OK;
    case ClientDesk::GivenUp::abandoned:
      return SHM_E_UNANSWERED;
    default:
      return SHM_S_DROPPED;
  }
}

// ---- serving

int32_t ServiceChannel::check_serving() const {
  if (server_) return SHM_OK;
  return refuse(SHM_E_ACCESS, L"this handle was opened to call; open one with SHM_SERVER to serve");
}

int32_t ServiceChannel::serve(const Destination& request, size_t& size, uint64_t& token, DWORD timeout_ms) {
  int32_t status = check_serving();
  if (status != SHM_OK) return status;
  CallWait wait = read_wait(timeout_ms);
  status = take_request(request, size, token, wait);
  if (wait.was_woken() && (status != SHM_OK || server_->poll(1) == 0))
    core::wake_one_taker(at().data(), at().readers(), at());
  if (status != SHM_OK) return status;
  add(at().reader_slot().messages, 1);
  add(at().reader_slot().bytes, size);
  return SHM_OK;
}

int32_t ServiceChannel::take_request(const Destination& request, size_t& size, uint64_t& token,
                                     CallWait& wait) {
  for (;;) {
    int32_t status = server_->take(request, size, token, wait.was_woken());
    if (status == SHM_OK) return SHM_OK;
    if (status == SHM_E_BUFFER) return refuse_buffer(size, request.buffer.size());
    status = wait_readable(wait, at().readers().waiting_takers);
    if (status == SHM_E_EMPTY && !wait.is_allowed()) return fail(SHM_E_EMPTY);
    if (status == SHM_E_EMPTY)
      return refuse(SHM_E_EMPTY, L"nobody called until the time was up; wait longer, or start a client");
    if (status != SHM_OK) return status;
  }
}

int32_t ServiceChannel::given(int32_t status) const {
  if (status != SHM_E_STATE) return status;
  return refuse(status,
                L"this handle has no such call to answer: it has answered it already, or never taken it");
}

int32_t ServiceChannel::loan_answer(uint64_t token, void*& memory, size_t& capacity) {
  const int32_t status = check_serving();
  if (status != SHM_OK) return status;
  std::byte* const room = server_->loan_answer(token);
  if (room == nullptr) return given(SHM_E_STATE);
  memory = room;
  capacity = static_cast<size_t>(at().geometry().capacity);
  return SHM_OK;
}

int32_t ServiceChannel::answer(uint64_t token, std::span<const std::byte> bytes) {
  const int32_t status = check_serving();
  if (status != SHM_OK) return status;
  if (bytes.size() > at().geometry().capacity) {
    return refuse(SHM_E_SIZE,
                  std::to_wstring(bytes.size()) + L" bytes are more than the " +
                      std::to_wstring(at().geometry().capacity) +
                      L" of its largest answer; send less, or raise max_answer in shmbroker.json");
  }
  return given(server_->answer(token, bytes));
}

int32_t ServiceChannel::refuse_call(uint64_t token, int32_t code, std::wstring_view text) {
  const int32_t status = check_serving();
  if (status != SHM_OK) return status;
  const std::wstring_view shown = text.substr(0, core::kMinAnswerRoom / sizeof(wchar_t));
  return given(server_->refuse(token, code, std::as_bytes(std::span(shown))));
}

int32_t ServiceChannel::caller(uint64_t token, ShmCaller& to) {
  const int32_t status = check_serving();
  if (status != SHM_OK) return status;
  CallingClient client;
  bool waited_for = false;
  if (!server_->caller(token, client, waited_for)) return given(SHM_E_STATE);
  to = {};
  to.pid = client.pid;
  to.session = client.session;
  to.flags = waited_for ? SHM_CALLER_WAITS : 0;
  std::copy_n(client.account.begin(), std::min<size_t>(client.account.size(), SHM_SID_MAX), to.account);
  return SHM_OK;
}

}  // namespace shmbroker::client
