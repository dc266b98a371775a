#include "tests/languages/program_run.h"

#include <fstream>
#include <stdexcept>

#include "win/text.h"

namespace shmbroker::tests {
namespace {

constexpr DWORD kMostTime = 60'000;  // milliseconds that a program may take

win::Handle open_file(const std::filesystem::path& path, DWORD access, DWORD disposition) {
  SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
  win::Handle file(CreateFileW(path.c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                               &inherited, disposition, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file) throw std::runtime_error("cannot open " + path.string());
  return file;
}

}  // namespace

ProgramRun::ProgramRun(const Program& program, const std::wstring& arguments, const std::string& input) {
  {
    std::ofstream file(folder_.path() / L"input", std::ios::binary);
    file << input;
    if (!file.flush()) throw std::runtime_error("cannot write a program's input");
  }
  const win::Handle in = open_file(folder_.path() / L"input", GENERIC_READ, OPEN_EXISTING);
  const win::Handle out = open_file(folder_.path() / L"output", GENERIC_WRITE, CREATE_NEW);
  const win::Handle errors = open_file(folder_.path() / L"errors", GENERIC_WRITE, CREATE_NEW);
  program_ = start_process(program.command + L" " + arguments, {in.get(), out.get(), errors.get()}, nullptr,
                           program.exe.parent_path().c_str());
}

uint64_t ProgramRun::bytes_of_output() const {
  return std::filesystem::file_size(folder_.path() / L"output");
}
uint64_t ProgramRun::bytes_of_errors() const {
  return std::filesystem::file_size(folder_.path() / L"errors");
}

Finished ProgramRun::finish() {
  Finished finished;
  finished.pid = program_.pid;
  if (WaitForSingleObject(program_.process.get(), kMostTime) == WAIT_OBJECT_0) {
    GetExitCodeProcess(program_.process.get(), &finished.exit_code);
  } else {
    TerminateProcess(program_.process.get(), 99);
    WaitForSingleObject(program_.process.get(), kPatience);
  }
  finished.output = read_file(folder_.path() / L"output");
  finished.errors = read_file(folder_.path() / L"errors");
  std::erase(finished.errors, '\r');
  return finished;
}

}  // namespace shmbroker::tests
