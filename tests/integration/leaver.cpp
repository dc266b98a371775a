// A program of the tests that ends as programs do, in the midst of everything. It says "ready", and returns
// from main when it is told so by a line on its input.
//
//   leaver window     its window is notified of "overwrite", and it reads "wait" without reading from it
//   leaver many       it has ten channels open
//   leaver plug-in    a DLL of it has a thread that waits on "queue", and uses the channel when the process
//                     ends
#include <windows.h>

#include <iostream>
#include <string>
#include <thread>

#include "shmbroker/shmbroker.h"

namespace {

ShmChannel open(const wchar_t* name) {
  ShmOptions options{};
  options.size = sizeof options;
  options.access = SHM_READ;
  ShmChannel channel = 0;
  if (ShmOpen(name, &options, &channel) < 0) std::cout << ShmLastErrorTextUtf8() << std::endl;
  return channel;
}

ShmChannel notified;

LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM cookie, LPARAM channel) {
  if (message != WM_APP) return DefWindowProcW(window, message, cookie, channel);
  char text[1024];
  size_t size = 0;
  while (ShmRead(notified, text, sizeof text, &size, 0) >= 0) {
  }
  return 0;
}

void be_notified() {
  WNDCLASSW look{};
  look.lpfnWndProc = on_message;
  look.lpszClassName = L"leaver";
  RegisterClassW(&look);
  const HWND window =
      CreateWindowExW(0, L"leaver", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, nullptr, nullptr);
  open(L"wait");
  notified = open(L"overwrite");
  ShmNotifyWindow(notified, window, WM_APP, 0);
}

void dispatch_until(HANDLE told) {
  while (MsgWaitForMultipleObjects(1, &told, FALSE, INFINITE, QS_ALLINPUT) != WAIT_OBJECT_0) {
    MSG message;
    while (PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE)) DispatchMessageW(&message);
  }
}

}  // namespace

int main(int, char** argv) {
  const std::string how = argv[1];
  if (how == "window") be_notified();
  if (how == "many") {
    for (int i = 0; i < 10; ++i) open(L"wait");
  }
  if (how == "plug-in") {
    const HMODULE plug_in = LoadLibraryW(L"closes_late.dll");
    reinterpret_cast<void (*)()>(reinterpret_cast<void*>(GetProcAddress(plug_in, "begin")))();
  }
  std::cout << "ready" << std::endl;
  const HANDLE told = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  std::thread listener([told] {
    std::string line;
    std::getline(std::cin, line);
    SetEvent(told);
  });
  dispatch_until(told);
  listener.join();
  return 7;  // its channels are open
}
