#include "tests/languages/language.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/win/text.h"

namespace shmbroker::tests {
namespace {

std::wstring wide(const std::string& utf8) { return win::to_utf16(utf8).value_or(L""); }

// The exe is named as the build machine names it, which need not be Windows: then it is of the drive of its root.
Program program_of(const nlohmann::json& command) {
  Program program;
  if (command.empty()) return program;
  const auto exe = std::filesystem::absolute(wide(command.at(0).get<std::string>())).make_preferred();
  program.folder = exe.parent_path();
  program.command = L"\"" + exe.wstring() + L"\"";
  for (size_t i = 1; i < command.size(); ++i) {
    program.command += L" \"" + wide(command[i].get<std::string>()) + L"\"";
  }
  return program;
}

std::vector<Language> read_languages() {
  std::ifstream file(std::filesystem::path(wide(SHM_SAMPLE_LANGUAGES)));
  if (!file) throw std::runtime_error("cannot read " SHM_SAMPLE_LANGUAGES);
  const nlohmann::json all = nlohmann::json::parse(file);
  std::vector<Language> list;
  for (const auto& [name, said] : all.items()) {
    Language language{name, said.value("missing", ""), {}, {}, {}};
    if (language.missing.empty()) {
      language.sender = program_of(said.at("SENDER"));
      language.receiver = program_of(said.at("RECEIVER"));
      language.calls = program_of(said.at("CALLS"));
    }
    list.push_back(std::move(language));
  }
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
