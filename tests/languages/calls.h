// What the languages' callers ask and their servers answer, all with all: the servers come one after the
// other, and the callers of all languages call each of them at once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/languages/runs.h"

namespace shmbroker::tests {

class Calls {
 public:
  // Everything, under a service of its own. Takes some ten seconds.
  Calls();

  // An answer to the test itself.
  struct Said {
    int32_t status;
    int32_t code;      // of a refusal
    std::string text;  // of the answer, or of the error
  };
  // What each server said to a request of no bytes, to one that makes too long an answer, and to one that
  // ends with half a unit.
  std::map<std::string, Said> to_nothing, to_much, to_half;

  std::map<std::string, ByLanguage> callers;  // of each server
  ByLanguage servers;
  std::map<std::string, size_t> requests;  // that each server was to get

  // Callers whose request was refused, and what the DLL says to that; callers that no server answered in
  // time.
  ByLanguage refused_callers, late_callers;
  std::string refusal, lateness;
  // Servers of one service, all at once, until Ctrl-C; and how many calls there were.
  ByLanguage sharing_servers, sharing_callers;
  size_t shared_calls = 0;
  // Servers that nobody called.
  ByLanguage idle_servers;
  // What they said to an option that there is not, to a channel that there is not, and to --help.
  ByLanguage wrong_callers, wrong_servers, lost_callers, lost_servers, asked_callers, asked_servers;
  std::string no_channel;

  static constexpr size_t kRepeat = 5;
  // What a language's caller asks a language's server, each line kRepeat times, and the answer.
  static std::vector<std::string> lines_of(const std::string& caller, const std::string& server);
  static std::string answer_to(const std::string& line, DWORD pid) {
    return line + ", said process " + std::to_string(pid);
  }
  // "half a unit?" without its last byte, as a server is to show it.
  static constexpr std::string_view kHalfShown = "half a unit\uFFFD";

 private:
  void err();
  void be_alone();
  void call_each_server();
  void call_a_server(const Language& server);
  void share();
};

}  // namespace shmbroker::tests
