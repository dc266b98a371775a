#include "tests/support/language.h"

#include <windows.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

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
  program.folder = exe.parent_path();
  program.command = L"\"" + exe.wstring() + L"\"";
  for (size_t i = 1; i < command.size(); ++i) {
    program.command += L" \"" + wide(command[i].get<std::string>()) + L"\"";
  }
  return program;
}

bool runs_x86() {
  wchar_t folder[MAX_PATH];
  const UINT length = GetSystemWow64DirectoryW(folder, MAX_PATH);
  return length != 0 && std::filesystem::exists(std::filesystem::path(folder) / "kernel32.dll");
}

// Why 32-bit programs are not tested here.
std::string x86_missing(const nlohmann::json& said) {
  if (!said.value("x86", false)) return "";
  if (!runs_x86()) return "this Windows runs no 32-bit programs";
  const auto exe = said.at("SENDER").at(0).get<std::string>();
  return std::filesystem::exists(wide(exe)) ? "" : "not built: " + exe;
}

// SHM_SAMPLE_LANGUAGES in the environment names another list.
std::vector<Language> read_languages() {
  const char* named = std::getenv("SHM_SAMPLE_LANGUAGES");
  const std::string name = named != nullptr ? named : SHM_SAMPLE_LANGUAGES;
  std::ifstream file(std::filesystem::path(wide(name)));
  if (!file) throw std::runtime_error("cannot read " + name);
  const nlohmann::json all = nlohmann::json::parse(file);
  std::vector<Language> list;
  for (const auto& [name, said] : all.items()) {
    Language language{name, said.value("missing", x86_missing(said)), {}, {}, {}};
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
