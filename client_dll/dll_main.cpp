// What happens to the DLL itself: it is loaded, unloaded, and there when the process ends.
#include <windows.h>

#include "client_dll/channel_table.h"
#include "client_dll/closes.h"
#include "client_dll/last_error.h"

#ifdef __GLIBCXX__
// GCC's library is a part of this DLL. It keeps 73 KB in case that an exception finds no memory, for as long
// as the process lives, unless it is asked to free them.
namespace __gnu_cxx {
void __freeres();
}
#endif

// A thread that ends needs nothing here: see last_error.cpp.
//
// At the process's end (reserved is not NULL) there is nothing to do, and nothing that would be safe: see
// process_end.h. For the same reason nothing in this DLL has a destructor that would run then.
BOOL WINAPI DllMain(HINSTANCE, DWORD reason, void* reserved) {
  if (reason != DLL_PROCESS_DETACH || reserved != nullptr) return TRUE;
  shmbroker::client::keep_no_closes();
  shmbroker::client::close_all_at_unload();
  shmbroker::client::free_reasons();
#ifdef __GLIBCXX__
  __gnu_cxx::__freeres();
#endif
  return TRUE;
}
