// A DLL under a name of Windows', where a program might find it before Windows': tells on the standard output
// that it was loaded.
#include <windows.h>

BOOL WINAPI DllMain(HINSTANCE, DWORD reason, void*) {
  DWORD written = 0;
  if (reason == DLL_PROCESS_ATTACH)
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), "PLANTED\n", 8, &written, nullptr);
  return TRUE;
}
