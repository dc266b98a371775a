// What the languages' programs send each other, all with all: each sender's messages go to the receivers of
// every language at once, so that all pairs take no more starts of programs than there are programs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/languages/runs.h"

namespace shmbroker::tests {

class Exchange {
 public:
  // Everything, under a service of its own. Takes some ten seconds.
  Exchange();

  // Senders of text, the receivers that were there, and those that came when all senders had ended.
  ByLanguage text_senders;
  ByLanguage text_receivers;
  ByLanguage late_receivers;
  // Senders of nothing, of one byte, and of the largest message; receivers of all of them.
  ByLanguage empty_senders;
  ByLanguage byte_senders;
  ByLanguage large_senders;
  ByLanguage byte_receivers;

  // What a language's sender is given as lines, each with the language's name before it.
  static std::vector<std::string> lines_of(const std::string& language);
  // What the test itself sends among the text, less its last byte, and how a receiver is to show that.
  static constexpr std::wstring_view kNoText = L"half a pair \xD83C, half a unit?";
  static constexpr std::string_view kNoTextShown = "half a pair \uFFFD, half a unit\uFFFD";
  // The messages of a language's other senders.
  static char byte_of(const std::string& language);
  static std::string large_of(const std::string& language);

 private:
  void exchange_text();
  void exchange_bytes();
};

}  // namespace shmbroker::tests
