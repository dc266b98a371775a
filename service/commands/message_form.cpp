#include "service/commands/message_form.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <io.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "core/visible_text.h"
#include "service/support/error.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

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

std::vector<char> content_of(std::istream& stream, const std::string& name) {
  std::vector<char> bytes{std::istreambuf_iterator<char>(stream), {}};
  if (!stream && !stream.eof()) throw Error("cannot read " + name);
  return bytes;
}

std::vector<char> bytes_of(const std::string& text, MessageForm form) {
  if (form == MessageForm::utf8) return {text.begin(), text.end()};
  if (form == MessageForm::utf16) {
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

// "-": standard input.
std::vector<char> content_of(const std::string& file) {
  if (file == "-") {
    _setmode(_fileno(stdin), _O_BINARY);
    return content_of(std::cin, "the standard input");
  }
  std::ifstream stream(std::filesystem::path(win::to_utf16(file).value_or(L"")), std::ios::binary);
  return content_of(stream, "the file " + file);
}

}  // namespace

std::string text_of(const std::vector<char>& bytes, MessageForm form, bool raw) {
  if (form == MessageForm::hex) return hex_of(bytes);
  if (form == MessageForm::utf8) {
    const std::string text = without_end(std::string(bytes.begin(), bytes.end()));
    return raw ? text : core::visible_utf8(text, core::Shown::text);
  }
  std::u16string units(bytes.size() / sizeof(char16_t), u'\0');  // an odd byte is no part of a text
  std::copy_n(bytes.begin(), units.size() * sizeof(char16_t), reinterpret_cast<char*>(units.data()));
  units = without_end(units);
  if (!raw) units = core::visible(units, core::Shown::text);
  return win::display_utf8({reinterpret_cast<const wchar_t*>(units.data()), units.size()});
}

void add_message_form(CLI::App& command, MessageForm& form) {
  auto* utf8 = command.add_flag_callback(
      "--utf8", [&form] { form = MessageForm::utf8; }, "The bytes are UTF-8; otherwise UTF-16");
  command
      .add_flag_callback(
          "--hex", [&form] { form = MessageForm::hex; }, "The bytes as hex digits")
      ->excludes(utf8);
}

void add_raw(CLI::App& command, bool& raw) {
  command.add_flag(
      "--raw", raw,
      "Control characters as they are; otherwise they are shown as \\x1b, since a terminal obeys\n"
      "them");
}

void add_message(CLI::App& command, GivenMessage& message) {
  auto* group = command.add_option_group("Message");
  group->add_option("text", message.text, "The message; \"\" is an empty one");
  group->add_option("--file", message.file, "Send what is in this file, as it is; -: the standard input");
  group->require_option(1);
  add_message_form(command, message.form);
}

std::vector<char> bytes_of(const GivenMessage& message) {
  return message.file.empty() ? bytes_of(message.text, message.form) : content_of(message.file);
}

}  // namespace shmbroker::service
