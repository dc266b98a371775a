#include "service/broker/request_handler.h"

#include <algorithm>
#include <optional>
#include <string>

#include "service/broker/process_words.h"
#include "service/support/error.h"
#include "service/support/event_log.h"

namespace shmbroker::service {

RequestHandler::RequestHandler(const Handlers& handlers, EventLoop& loop, const Identity& identity,
                               AwaitedNames& names, ClientLog& log, ServiceCounts& counts)
    : handlers_(handlers),
      names_(names),
      log_(log),
      counts_(counts),
      pipe_(
          loop, identity,
          [this](PipeServer::ConnectionId connection, PipeClient& client, std::span<const std::byte> request,
                 std::span<std::byte> reply) { return answer(connection, client, request, reply); }) {
  names_.set_answer([this](PipeServer::ConnectionId connection) { return pipe_.answer_again(connection); });
}

DWORD RequestHandler::answer_late() { return std::min(names_.answer_late(), pipe_.close_expired()); }

PipeServer::Answer RequestHandler::answer(PipeServer::ConnectionId connection, PipeClient& client,
                                          std::span<const std::byte> request, std::span<std::byte> reply) {
  std::optional<PipeServer::Answer> answer;
  const auto answered = [&]<class Handler, class Request, class Reply>(
                            Handler& handler, void (Handler::*handle)(const Request&, Caller&, Reply&)) {
    const std::optional<Request> asked = pipe::as<Request>(request.data(), request.size());
    if (!asked) return false;
    static_assert(sizeof(Reply) <= pipe::kMaxReply);
    Reply& made = *new (reply.data()) Reply{};
    made.header.size = sizeof(Reply);
    made.header.protocol = pipe::kProtocolVersion;
    answer = carry_out(connection, client, asked->header, made.header,
                       [&](Caller& caller) { (handler.*handle)(*asked, caller, made); });
    return true;
  };
  if (answered(handlers_.open, &OpenHandler::open) || answered(handlers_.close, &CloseHandler::close) ||
      answered(handlers_.inspect, &InspectHandler::list) || answered(handlers_.flush, &FlushHandler::flush) ||
      answered(handlers_.inspect, &InspectHandler::inspect) ||
      answered(handlers_.inspect, &InspectHandler::inspect_service)) {
    return std::move(answer).value();
  }
  rate_.admit(client.pid(), GetTickCount64());  // it counts all the same
  log_about(client, ClientLog::Level::warning,
            "hung up on " + words_of(client) + ", which sent " + std::to_string(request.size()) +
                " bytes that are no request");
  return {};
}

// Does what a request asks for, and says in the reply why it could not.
PipeServer::Answer RequestHandler::carry_out(PipeServer::ConnectionId connection, PipeClient& client,
                                             const pipe::RequestHeader& request, pipe::ReplyHeader& reply,
                                             const std::function<void(Caller&)>& work) {
  try {
    Caller caller(connection, client, pipe_, names_);
    check(request, caller, names_.has_waited(connection));
    work(caller);
    names_.end_wait(connection);
    return caller.answer(caller.is_answered_later() ? PipeServer::kLater : reply.size);
  } catch (const NamesAwaited&) {
    names_.wait(connection);
    return {PipeServer::kLater, {}, {}};
  } catch (const Refusal& refusal) {
    refuse(reply, refusal.status(), refusal.what(), refusal.win32());
    const std::string text = words_of(client) + ": " + refusal.what();
    count(refusal, text);
    log_about(client, ClientLog::Level::warning, text);
  } catch (const Error& error) {
    refuse(reply, core::Status::system, error.what(), error.win32());
    log_about(client, ClientLog::Level::error, words_of(client) + ": " + error.what());
    if (error.win32() == ERROR_ALREADY_EXISTS) report_event(Event::squatted, error.what());
  } catch (const std::exception& error) {  // such as no memory: this request fails, and the service goes on
    refuse(reply, core::Status::system, error.what(), 0);
    log_about(client, ClientLog::Level::error, words_of(client) + ": " + error.what());
  }
  names_.end_wait(connection);
  return {reply.size, {}, {}};
}

// Throws Refusal where a request is not even looked at.
void RequestHandler::check(const pipe::RequestHeader& request, const Caller& caller, bool is_repeated) {
  const bool is_close = request.type == static_cast<uint32_t>(pipe::RequestType::close);
  if (!is_repeated && !rate_.admit(caller.pid(), GetTickCount64(), is_close)) {
    throw Refusal(core::Status::busy, "process " + std::to_string(caller.pid()) +
                                          " asks more often than the service answers; keep channels open");
  }
  if (request.protocol < pipe::kOldestProtocolVersion || request.protocol > pipe::kProtocolVersion)
    throw other_version("protocol", request.protocol, pipe::kProtocolVersion);
}

std::string RequestHandler::words_of(PipeClient& client) {
  return process_words(client.pid(), client.program(), names_.known_name(client.account()));
}

// text: for the event log, with who was refused.
void RequestHandler::count(const Refusal& refusal, const std::string& text) {
  if (refusal.status() == core::Status::access) {
    ++counts_.denials;
    report_event(Event::denied, text);
  } else if (refusal.status() == core::Status::quota) {
    ++counts_.quota;
    report_event(Event::quota, text);
  }
}

void RequestHandler::log_about(const PipeClient& client, ClientLog::Level level, const std::string& text) {
  log_.note(client.account(), client.pid(), level, text, GetTickCount64());
}

}  // namespace shmbroker::service
