#include "tests/support/language.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/support/widths.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

std::wstring wide(const std::string& utf8) { return win::to_utf16(utf8).value_or(L""); }

// The exe is named as the build machine names it, which need not be Windows: then it is of the drive of its
// root.
Program program_of(const nlohmann::json& command) {
  Program program;
  if (command.empty()) return program;
  const auto exe = std::filesystem::absolute(wide(command.at(0).get<std::string>())).make_preferred();
  program.exe = exe;
  program.command = L"\"" + exe.wstring() + L"\"";
  for (size_t i = 1; i < command.size(); ++i) {
    program.command += L" \"" + wide(command[i].get<std::string>()) + L"\"";
  }
  return program;
}

// What one build's list says. suffix: what its languages' names get here.
std::vector<Language> read_list(const std::string& file_name, const std::string& suffix) {
  std::ifstream file(std::filesystem::path(wide(file_name)));
  if (!file) throw std::runtime_error("cannot read " + file_name);
  const nlohmann::json all = nlohmann::json::parse(file);
  std::vector<Language> list;
  for (const auto& [name, said] : all.items()) {
    Language language{name + suffix, said.value("missing", ""), {}, {}, {}, {}, {}};
    if (language.missing.empty()) {
      language.sender = program_of(said.at("SENDER"));
      language.receiver = program_of(said.at("RECEIVER"));
      language.caller = program_of(said.at("CALLER"));
      language.server = program_of(said.at("SERVER"));
      language.calls = program_of(said.at("CALLS"));
    }
    list.push_back(std::move(language));
  }
  return list;
}

// Those of a build for x86; a single one that is missing where there is no such build.
std::vector<Language> read_x86_list(const std::string& file_name) {
  constexpr char kSuffix[] = "_x86";
  if (!std::filesystem::exists(wide(file_name)))
    return {{"c" + std::string(kSuffix), "not built: " + file_name, {}, {}, {}, {}, {}}};
  std::vector<Language> list = read_list(file_name, kSuffix);
  for (Language& language : list) {
    if (!runs_x86()) {
      language.missing = "this Windows runs no 32-bit programs";
    } else if (language.missing.empty() && !std::filesystem::exists(language.sender.exe)) {
      language.missing = "not built: " + win::display_utf8(language.sender.exe.wstring());
    }
  }
  return list;
}

// All of this build; or, where SHM_X86_SAMPLE_LANGUAGES names the list of a build for x86, C's programs of
// this one and all of that.
std::vector<Language> read_languages() {
  std::vector<Language> list = read_list(SHM_SAMPLE_LANGUAGES, "");
  const char* x86 = std::getenv("SHM_X86_SAMPLE_LANGUAGES");
  if (x86 == nullptr) return list;
  std::erase_if(list, [](const Language& language) { return language.name != "c"; });
  for (Language& language : read_x86_list(x86)) list.push_back(std::move(language));
  return list;
}

}  // namespace

const std::vector<Language>& languages() {
  static const std::vector<Language> list = read_languages();
  return list;
}

std::vector<std::string> language_names() {
  std::vector<std::string> names;
  for (const Language& language : languages()) names.push_back(language.name);
  return names;
}

const Language& language_of(const std::string& name) {
  return *std::ranges::find(languages(), name, &Language::name);
}

}  // namespace shmbroker::tests
