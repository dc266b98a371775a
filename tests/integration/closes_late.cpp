// A plug-in of a program that ends: it uses its channel when the process ends, as the destructor of a global
// object does. A thread of it is in the midst of a read then, and has been ended there.
#include <windows.h>

#include <thread>

#include "shmbroker/shmbroker.h"

namespace {

ShmChannel channel;

int32_t read_for_ever() {
  char text[16];
  size_t size = 0;
  return ShmRead(channel, text, sizeof text, &size, SHM_INFINITE);
}

}  // namespace

extern "C" __declspec(dllexport) void begin() {
  ShmOptions options{};
  options.size = sizeof options;
  options.access = SHM_READ;
  ShmOpen(L"queue", &options, &channel);
  std::thread(read_for_ever).detach();
}

BOOL WINAPI DllMain(HINSTANCE, DWORD reason, void*) {
  if (reason != DLL_PROCESS_DETACH) return TRUE;
  const bool is_right = read_for_ever() == SHM_E_CLOSED && ShmClose(channel) == SHM_OK;
  DWORD written = 0;
  WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), is_right ? "right" : "wrong", 5, &written, nullptr);
  return TRUE;
}
