// The same program of every language, at once.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "tests/languages/program_run.h"
#include "tests/support/language.h"

namespace shmbroker::tests {

using ByLanguage = std::map<std::string, Finished>;

class Runs {
 public:
  // What a language's program is given: its arguments, or its input.
  using Arguments = std::function<std::wstring(const std::wstring& language)>;
  using Input = std::function<std::string(const std::string& language)>;

  Runs(const Program Language::*program, const Arguments& arguments, const Input& input = {});
  Runs(const Program Language::*program, const std::wstring& arguments, const Input& input = {})
      : Runs(
            program, [&arguments](const std::wstring&) { return arguments; }, input) {}

  // Until each receiver has said that it reads, or has ended: then it has joined.
  void await_words() const;
  // Until as many processes have written to the channel as there are programs here that have not ended.
  void await_writers(const std::wstring& channel) const;
  // Until each has written so many bytes to its output. Returns the languages of those that did not in time.
  std::set<std::string> await_output(uint64_t bytes) const;

  // As if somebody had pressed it in each one's console.
  void press_ctrl_c() const;

  ByLanguage finish();

 private:
  size_t count_running() const;

  std::map<std::string, ProgramRun> runs_;
};

}  // namespace shmbroker::tests
