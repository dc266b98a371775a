// tail and send: a channel's messages by hand, with the user's own rights.
#include <fcntl.h>
#include <fmt/core.h>
#include <io.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/visible_text.h"
#include "service/commands/client_api.h"
#include "service/commands/commands.h"
#include "service/commands/output.h"
#include "service/commands/words.h"
#include "service/support/error.h"
#include "win/text.h"
#include "win/time.h"

namespace shmbroker::service {
namespace {

enum class Form { utf16, utf8, hex };

struct Options {
  std::string channel;
  Form form = Form::utf16;
  // tail
  uint32_t count = 0;
  uint32_t timeout_ms = SHM_INFINITE;  // tail
  uint32_t room_ms = 5000;             // send
  bool next = false;
  bool take = false;
  bool raw = false;
  bool json = false;
  // send
  std::string text;
  std::string file;
};

std::string hex_of(const std::vector<char>& bytes) {
  std::string text;
  for (const char byte : bytes) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : " ", static_cast<unsigned char>(byte));
  }
  return text;
}

// Zeros at the end are a C program's, and no part of the text.
template <class Text>
Text without_end(const Text& text) {
  return text.substr(0, text.find_last_not_of(typename Text::value_type{}) + 1);
}

std::string text_of(const std::vector<char>& bytes, const Options& options) {
  if (options.form == Form::hex) return hex_of(bytes);
  if (options.form == Form::utf8) {
    const std::string text = without_end(std::string(bytes.begin(), bytes.end()));
    return options.raw ? text : core::visible_utf8(text, core::Shown::text);
  }
  std::u16string units(bytes.size() / sizeof(char16_t), u'\0');  // an odd byte is no part of a text
  std::copy_n(bytes.begin(), units.size() * sizeof(char16_t), reinterpret_cast<char*>(units.data()));
  units = without_end(units);
  if (!options.raw) units = core::visible(units, core::Shown::text);
  return win::display_utf8({reinterpret_cast<const wchar_t*>(units.data()), units.size()});
}

std::vector<char> bytes_of(const std::string& text, Form form) {
  if (form == Form::utf8) return {text.begin(), text.end()};
  if (form == Form::utf16) {
    const std::wstring wide = win::to_utf16(text).value_or(L"");
    const char* first = reinterpret_cast<const char*>(wide.data());
    return {first, first + wide.size() * sizeof(wchar_t)};
  }
  std::vector<char> bytes;
  std::string digits;
  for (const char c : text) {
    if (c != ' ') digits += c;
  }
  if (digits.size() % 2 != 0) throw Error("'" + text + "' has an odd number of hex digits");
  for (size_t i = 0; i < digits.size(); i += 2) {
    const std::string pair = digits.substr(i, 2);
    if (pair.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
      throw Error("'" + pair + "' is no byte in hex");
    bytes.push_back(static_cast<char>(std::stoul(pair, nullptr, 16)));
  }
  return bytes;
}

std::vector<char> content_of(std::istream& stream, const std::string& name) {
  std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
  if (!stream && !stream.eof()) throw Error("cannot read " + name);
  return bytes;
}

// "-": standard input.
std::vector<char> content_of(const std::string& file) {
  if (file == "-") {
    _setmode(_fileno(stdin), _O_BINARY);
    return content_of(std::cin, "the standard input");
  }
  std::ifstream stream(std::filesystem::path(win::to_utf16(file).value_or(L"")), std::ios::binary);
  return content_of(stream, "the file " + file);
}

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
  const Json json = {{"time", message.timestamp != 0 ? Json(utc_word(message.timestamp)) : Json()},
                     {"received", utc_word(win::now())},
                     {"sequence", message.sequence != 0 ? Json(message.sequence) : Json()},
                     {"writer", message.writer != 0 ? Json(message.writer) : Json()},
                     {"bytes", message.bytes.size()},
                     {"lost_before", message.status == SHM_S_LOST},
                     {"redelivered", message.status == SHM_S_REDELIVERED},
                     {options.form == Form::hex ? "hex" : "text", text_of(message.bytes, options)}};
  print(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void print_message(const Message& message, const Options& options) {
  if (options.json) return print_json(message, options);
  if (message.status == SHM_S_LOST) std::fputs("(messages before this one were lost)\n", stderr);
  if (message.status == SHM_S_REDELIVERED)
    std::fputs("(this one was taken before, by a reader that did not finish it)\n", stderr);
  print(text_of(message.bytes, options) + "\n");
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
  const std::vector<char> message =
      options.file.empty() ? bytes_of(options.text, options.form) : content_of(options.file);
  const ClientApi api;
  const OpenChannel channel(api, win::to_utf16(options.channel).value_or(L""), SHM_WRITE);
  check(api, api.write(channel.get(), message.data(), message.size(), options.room_ms));
  std::printf("sent %zu bytes\n", message.size());
  return 0;
}

void add_forms(CLI::App& command, Options& options) {
  auto* utf8 = command.add_flag_callback(
      "--utf8", [&options] { options.form = Form::utf8; }, "The bytes are UTF-8; otherwise UTF-16");
  command
      .add_flag_callback(
          "--hex", [&options] { options.form = Form::hex; }, "The bytes as hex digits")
      ->excludes(utf8);
}

}  // namespace

void add_transfer(CLI::App& app, Action& action) {
  const auto options = std::make_shared<Options>();
  auto* tail_command = app.add_subcommand("tail", "Print a channel's messages as they come");
  tail_command->add_option("channel", options->channel, "Its name")->required();
  add_forms(*tail_command, *options);
  tail_command->add_option("--count", options->count, "End after so many; otherwise go on until Ctrl-C");
  tail_command->add_option("--timeout", options->timeout_ms,
                           "End when nothing has come for so many milliseconds");
  tail_command->add_flag("--next", options->next,
                         "Begin with the next message, not with what is there already");
  tail_command->add_flag("--take", options->take, "Of a queue: take its messages away from its readers");
  tail_command->add_flag(
      "--raw", options->raw,
      "Control characters as they are; otherwise they are shown as \\x1b, since a terminal obeys\n"
      "them");
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
  auto* message = send_command->add_option_group("Message");
  message->add_option("text", options->text, "The message; \"\" is an empty one");
  message->add_option("--file", options->file, "Send what is in this file, as it is; -: the standard input");
  message->require_option(1);
  add_forms(*send_command, *options);
  send_command->add_option("--timeout", options->room_ms, "Milliseconds to wait for room")
      ->capture_default_str();
  send_command->callback([&action, options] { action = [options] { return send(*options); }; });
}

}  // namespace shmbroker::service
