// The languages in which there are samples, as the build found them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace shmbroker::tests {

// How a program is started: its command line without arguments, in the folder of its exe.
struct Program {
  std::wstring command;
  std::filesystem::path exe;
};

struct Language {
  std::string name;
  std::string missing;  // why it is not tested here; empty: it is
  Program sender;
  Program receiver;
  Program caller;  // without a command where the language has none yet; the same of server
  Program server;
  Program calls;  // for the benchmark
};

// All of them, those that are missing too. Throws std::runtime_error where the build has left no list.
const std::vector<Language>& languages();

// The names, for tests with a parameter.
std::vector<std::string> language_names();
const Language& language_of(const std::string& name);

}  // namespace shmbroker::tests
