// tail and send: a channel's messages by hand, with the user's own rights.
#include <fmt/core.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "core/win/text.h"
#include "service/commands/client_api.h"
#include "service/commands/commands.h"
#include "service/error.h"

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

std::string text_of(const std::vector<char>& bytes, Form form) {
  switch (form) {
    case Form::utf16: {
      std::wstring wide(bytes.size() / sizeof(wchar_t), L'\0');
      std::copy_n(bytes.begin(), wide.size() * sizeof(wchar_t), reinterpret_cast<char*>(wide.data()));
      // A zero ends the text, and an odd byte is no part of one.
      return win::display_utf8(wide.substr(0, wide.find(L'\0')));
    }
    case Form::utf8:
      return {bytes.begin(), bytes.end()};
    case Form::hex:
      return hex_of(bytes);
  }
  return {};
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

std::vector<char> content_of(const std::string& file) {
  std::ifstream stream(std::filesystem::path(win::to_utf16(file).value_or(L"")), std::ios::binary);
  std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
  if (!stream && !stream.eof()) throw Error("cannot read the file " + file);
  return bytes;
}

void print(std::vector<char>& buffer, size_t size, int32_t status, Form form) {
  if (status == SHM_S_LOST) std::fputs("(messages before this one were lost)\n", stderr);
  if (status == SHM_S_REDELIVERED) std::fputs("(this one was taken before, by a reader that died)\n", stderr);
  const std::vector<char> message(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(size));
  std::printf("%s\n", text_of(message, form).c_str());
  std::fflush(stdout);
}

int tail(const Options& options) {
  const ClientApi api;
  const OpenChannel channel(api, win::to_utf16(options.channel).value_or(L""), SHM_READ,
                            options.next ? SHM_OPEN_NEXT : 0);
  const ShmInfo info = channel.info();
  if (info.kind == SHM_QUEUE && !options.take) {
    throw Error("'" + options.channel +
                "' is a queue: who reads a message takes it away; add --take if you mean it");
  }
  std::vector<char> buffer(static_cast<size_t>(info.max_message));
  for (uint32_t shown = 0; options.count == 0 || shown < options.count; ++shown) {
    size_t size = 0;
    const int32_t status = api.read(channel.get(), buffer.data(), buffer.size(), &size, options.timeout_ms);
    if (status == SHM_E_EMPTY || status == SHM_S_UNCHANGED) break;
    print(buffer, size, check(api, status), options.form);
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
  tail_command->footer(
      "It is a reader like others: a topic that waits for its slowest reader waits for this one, too.");
  tail_command->callback([&action, options] { action = [options] { return tail(*options); }; });

  auto* send_command = app.add_subcommand("send", "Write one message to a channel");
  send_command->add_option("channel", options->channel, "Its name")->required();
  auto* text = send_command->add_option("text", options->text, "The message");
  send_command->add_option("--file", options->file, "Send what is in this file, as it is")->excludes(text);
  add_forms(*send_command, *options);
  send_command->add_option("--timeout", options->room_ms, "Milliseconds to wait for room")
      ->capture_default_str();
  send_command->callback([&action, options] { action = [options] { return send(*options); }; });
}

}  // namespace shmbroker::service
