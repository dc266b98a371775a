// tail and send: a channel's messages by hand, with the user's own rights.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "service/commands/client_api.h"
#include "service/commands/commands.h"
#include "service/commands/message_form.h"
#include "service/commands/output.h"
#include "service/commands/words.h"
#include "service/support/error.h"
#include "win/text.h"
#include "win/time.h"

namespace shmbroker::service {
namespace {

struct Options {
  std::string channel;
  MessageForm form = MessageForm::utf16;  // tail
  // tail
  uint32_t count = 0;
  uint32_t timeout_ms = SHM_INFINITE;  // tail
  uint32_t room_ms = 5000;             // send
  bool next = false;
  bool take = false;
  bool raw = false;
  bool json = false;
  GivenMessage message;  // send
};

struct Message {
  std::vector<char> bytes;
  int32_t status = SHM_OK;  // SHM_S_LOST and the like
  uint64_t sequence = 0;    // 0: of a queue, whose messages are looked at before they are taken
  uint64_t timestamp = 0;   // 0: its writer gives none
  uint32_t writer = 0;      // process; 0: not known, as of a block, and of a queue for that reason
};

// A channel's messages, one after the other. A queue's message is taken away only when whoever got it is done
// with it: where the output is lost, it goes to another reader.
class Messages {
 public:
  Messages(const ClientApi& api, const OpenChannel& channel)
      : api_(api),
        channel_(channel),
        info_(channel.info()),
        buffer_(static_cast<size_t>(info_.max_message) + 1) {
    check(api_, api_.get_wait_handle(channel_.get(), &readable_));
  }

  bool is_queue() const { return info_.kind == SHM_QUEUE; }

  // Calls use(message) with the next one. Returns false if none came in time.
  template <class Use>
  bool next(uint32_t timeout_ms, Use&& use) {
    const ULONGLONG start = GetTickCount64();
    for (;;) {
      check_output();
      Message message = is_queue() ? peek() : read();
      if (message.status != SHM_E_EMPTY && message.status != SHM_S_UNCHANGED) {
        check(api_, message.status);
        use(message);
        if (is_queue()) check(api_, api_.release(channel_.get()));
        return true;
      }
      const ULONGLONG waited = GetTickCount64() - start;
      if (timeout_ms != SHM_INFINITE && waited >= timeout_ms) return false;
      const ULONGLONG left = timeout_ms == SHM_INFINITE ? kLook : timeout_ms - waited;
      WaitForSingleObject(readable_, static_cast<DWORD>(std::min<ULONGLONG>(left, kLook)));
    }
  }

 private:
  static constexpr DWORD kLook =
      200;  // milliseconds between two looks whether somebody still reads the output

  Message peek() {
    const void* data = nullptr;
    size_t size = 0;
    Message message;
    message.status = api_.peek(channel_.get(), &data, &size, 0);
    const char* first = static_cast<const char*>(data);
    if (message.status >= 0) message.bytes.assign(first, first + size);
    return message;
  }

  Message read() {
    ShmMessage read{};
    read.size = sizeof read;
    uint32_t count = 0;
    Message message;
    message.status = api_.read_batch(channel_.get(), &read, 1, buffer_.data(), buffer_.size(), &count, 0);
    if (message.status < 0 || count == 0) return message;
    const char* first = static_cast<const char*>(read.data);
    message.bytes.assign(first, first + read.length);
    message.sequence = read.sequence;
    message.timestamp = read.timestamp;
    message.writer = read.writer;
    return message;
  }

  const ClientApi& api_;
  const OpenChannel& channel_;
  ShmInfo info_;
  std::vector<char> buffer_;
  void* readable_ = nullptr;
};

void print_json(const Message& message, const Options& options) {
  using Json = nlohmann::ordered_json;
  const Json json = {
      {"time", message.timestamp != 0 ? Json(utc_word(message.timestamp)) : Json()},
      {"received", utc_word(win::now())},
      {"sequence", message.sequence != 0 ? Json(message.sequence) : Json()},
      {"writer", message.writer != 0 ? Json(message.writer) : Json()},
      {"bytes", message.bytes.size()},
      {"lost_before", message.status == SHM_S_LOST},
      {"redelivered", message.status == SHM_S_REDELIVERED},
      {options.form == MessageForm::hex ? "hex" : "text", text_of(message.bytes, options.form, options.raw)}};
  print(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void print_message(const Message& message, const Options& options) {
  if (options.json) return print_json(message, options);
  if (message.status == SHM_S_LOST) std::fputs("(messages before this one were lost)\n", stderr);
  if (message.status == SHM_S_REDELIVERED)
    std::fputs("(this one was taken before, by a reader that did not finish it)\n", stderr);
  print(text_of(message.bytes, options.form, options.raw) + "\n");
}

int tail(const Options& options) {
  const ClientApi api;
  const OpenChannel channel(api, win::to_utf16(options.channel).value_or(L""), SHM_READ,
                            options.next ? SHM_OPEN_NEXT : 0);
  Messages messages(api, channel);
  if (messages.is_queue() && !options.take) {
    throw Error("'" + options.channel +
                "' is a queue: who reads a message takes it away; add --take if you mean it");
  }
  const auto use = [&](const Message& message) { print_message(message, options); };
  for (uint32_t shown = 0; options.count == 0 || shown < options.count; ++shown) {
    if (!messages.next(options.timeout_ms, use)) break;
  }
  return 0;
}

int send(const Options& options) {
  const std::vector<char> message = bytes_of(options.message);
  const ClientApi api;
  const OpenChannel channel(api, win::to_utf16(options.channel).value_or(L""), SHM_WRITE);
  check(api, api.write(channel.get(), message.data(), message.size(), options.room_ms));
  std::printf("sent %zu bytes\n", message.size());
  return 0;
}

}  // namespace

void add_transfer(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  auto* tail_command = app.add_subcommand("tail", "Print a channel's messages as they come");
  tail_command->add_option("channel", options->channel, "Its name")->required();
  add_message_form(*tail_command, options->form);
  tail_command->add_option("--count", options->count, "End after so many; otherwise go on until Ctrl-C");
  tail_command->add_option("--timeout", options->timeout_ms,
                           "End when nothing has come for so many milliseconds");
  tail_command->add_flag("--next", options->next,
                         "Begin with the next message, not with what is there already");
  tail_command->add_flag("--take", options->take, "Of a queue: take its messages away from its readers");
  add_raw(*tail_command, options->raw);
  tail_command->add_flag("--json", options->json,
                         "For scripts: a line of JSON for each message, with its number and writer, and its\n"
                         "time where its writer gives one");
  tail_command->footer(
      "It is a reader like others: a topic that waits for its slowest reader waits for this one, too. It "
      "ends\n"
      "when nobody reads its output any more.");
  tail_command->callback([&action, options] { action = [options] { return tail(*options); }; });

  auto* send_command = app.add_subcommand("send", "Write one message to a channel");
  send_command->add_option("channel", options->channel, "Its name")->required();
  add_message(*send_command, options->message);
  send_command->add_option("--timeout", options->room_ms, "Milliseconds to wait for room")
      ->capture_default_str();
  send_command->callback([&action, options] { action = [options] { return send(*options); }; });
}

}  // namespace shmbroker::service
