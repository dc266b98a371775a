/* A program without a runtime of C, linked by Microsoft's rules: lld-link, the SDK's kernel32.lib and our
 * shmclient.lib. It sends itself a message. The exit code says which step failed. */
#include <windows.h>

#include <shmbroker/shmbroker.h>

static int exchange(void) {
  static const char text[] = "linked as for Visual C++";
  static char received[64];
  ShmOptions options;
  ShmChannel channel = 0;
  size_t size = 0;
  size_t i;
  options.size = sizeof options;
  options.access = 0;
  options.kind = SHM_TOPIC;
  options.flags = SHM_OPEN_CREATE;
  options.open_timeout_ms = 0;
  options.spin = 0;
  options.capacity = 65536;
  options.max_message = 1024;
  options.when_full = 0;
  options.reserved = 0;
  options.max_calls = 0;
  options.max_clients = 0;
  if (ShmOpen(L"linked", &options, &channel) != SHM_OK) return 1;
  if (ShmWrite(channel, text, sizeof text, 0) != SHM_OK) return 2;
  if (ShmRead(channel, received, sizeof received, &size, 0) != SHM_OK) return 3;
  if (size != sizeof text) return 4;
  for (i = 0; i < size; ++i) {
    if (received[i] != text[i]) return 5;
  }
  return ShmClose(channel) == SHM_OK ? 0 : 6;
}

void start(void) { ExitProcess((UINT)exchange()); }
