#include "service/commands/output.h"

#include <windows.h>

#include <winternl.h>

#include <cstdio>
#include <nlohmann/json.hpp>

namespace shmbroker::service {
namespace {

// From the driver kit's ntifs.h.
struct PipeLocalInformation {
  ULONG type;
  ULONG configuration;
  ULONG most_instances;
  ULONG instances;
  ULONG inbound_quota;
  ULONG read_available;
  ULONG outbound_quota;
  ULONG write_available;
  ULONG state;
  ULONG end;
};
constexpr int kPipeLocalInformation = 24;  // Win32's FILE_INFORMATION_CLASS has no such value
constexpr ULONG kDisconnected = 1;
constexpr ULONG kClosing = 4;

// Win32 has no way to ask this of a pipe's writing end but to write to it.
bool is_closed_pipe(HANDLE output) {
  using Query = NTSTATUS(NTAPI*)(HANDLE, IO_STATUS_BLOCK*, void*, ULONG, int);
  static const auto query = reinterpret_cast<Query>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQueryInformationFile")));
  if (query == nullptr || GetFileType(output) != FILE_TYPE_PIPE) return false;
  IO_STATUS_BLOCK block{};
  PipeLocalInformation pipe{};
  const NTSTATUS status = query(output, &block, &pipe, sizeof pipe, kPipeLocalInformation);
  return status >= 0 && (pipe.state == kClosing || pipe.state == kDisconnected);
}

bool is_end_of_pipe(DWORD error) {
  return error == ERROR_BROKEN_PIPE || error == ERROR_NO_DATA || error == ERROR_PIPE_NOT_CONNECTED;
}

}  // namespace

void print(const std::string& text) {
  SetLastError(ERROR_SUCCESS);
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return;
  const DWORD error = GetLastError();
  if (is_end_of_pipe(error)) throw OutputClosed();
  throw win32_error("cannot write the output", error);
}

void print_json(const nlohmann::ordered_json& json) { print(json.dump(2) + "\n"); }

void check_output() {
  if (is_closed_pipe(GetStdHandle(STD_OUTPUT_HANDLE))) throw OutputClosed();
}

}  // namespace shmbroker::service
