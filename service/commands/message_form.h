// Messages on the command line: as text of one kind or the other, as hex digits, or from a file.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace shmbroker::service {

enum class MessageForm { utf16, utf8, hex };

// A message as text. raw: control characters as they are; otherwise they are shown as \x1b.
std::string text_of(const std::vector<char>& bytes, MessageForm form, bool raw);

// A message as the command line gives it.
struct GivenMessage {
  MessageForm form = MessageForm::utf16;
  std::string text;
  std::string file;  // "": the text is the message; "-": standard input
};

// Throws Error for what is no message of its form, and for a file that can't be read.
std::vector<char> bytes_of(const GivenMessage& message);

// --raw, for text_of().
void add_raw(CLI::App& command, bool& raw);
// --utf8 and --hex.
void add_message_form(CLI::App& command, MessageForm& form);
// The same, and the text or --file.
void add_message(CLI::App& command, GivenMessage& message);

}  // namespace shmbroker::service
