/* A program of version 0.1: built once, with the headers beside it, and kept as client.exe, for 32 bits as
 * client_x86.exe. It must go on working with every later shmclient.dll. Its exit code is the line of the first thing that is not as it was, or 0.
 *
 * Built by: x86_64-w64-mingw32-gcc (or i686-w64-mingw32-gcc) -O2 -s -I . client.c -o client.exe DLL'S_IMPORT_LIBRARY */
#include <shmbroker/watch.h>
#include <string.h>

#define EXPECT(true_still)              \
  do {                                  \
    if (!(true_still)) return __LINE__; \
  } while (0)

#define CANARY 0xC5

/* A struct of then, and memory behind it that is none of the DLL's business. */
#define GUARDED(type, name)            \
  struct {                             \
    type of;                           \
    unsigned char canary[64];          \
  } name;                              \
  memset(&name, CANARY, sizeof name);  \
  memset(&name.of, 0, sizeof name.of); \
  name.of.size = sizeof name.of

static int is_intact(const unsigned char* canary) {
  int i = 0;
  while (i < 64 && canary[i] == CANARY) ++i;
  return i == 64;
}

static int exchanges(ShmChannel writer, ShmChannel reader) {
  char text[16];
  size_t size = 0;
  struct {
    ShmMessage of[3];
    unsigned char canary[64];
  } batch;
  char bytes[64];
  uint32_t count = 0;
  int i = 0;
  EXPECT(ShmWrite(writer, "one", 3, 0) == SHM_OK);
  EXPECT(ShmRead(reader, text, sizeof text, &size, 1000) == SHM_OK);
  EXPECT(size == 3 && memcmp(text, "one", 3) == 0);
  memset(&batch, CANARY, sizeof batch);
  memset(batch.of, 0, sizeof batch.of);
  for (i = 0; i < 3; ++i) {
    batch.of[i].size = sizeof batch.of[i];
    batch.of[i].data = &"abc"[i];
    batch.of[i].length = 1;
  }
  EXPECT(ShmWriteBatch(writer, batch.of, 3, &count, 0) == SHM_OK && count == 3);
  EXPECT(ShmReadBatch(reader, batch.of, 3, bytes, sizeof bytes, &count, 1000) == SHM_OK && count == 3);
  for (i = 0; i < 3; ++i) {
    EXPECT(batch.of[i].size == sizeof batch.of[i] && batch.of[i].length == 1);
    EXPECT(*(const char*)batch.of[i].data == "abc"[i] && batch.of[i].sequence == 2u + (unsigned)i);
  }
  EXPECT(is_intact(batch.canary));
  return 0;
}

static int tells(ShmChannel channel) {
  GUARDED(ShmInfo, info);
  GUARDED(ShmInfoUtf8, info_utf8);
  GUARDED(ShmStats, stats);
  GUARDED(ShmChannelState, state);
  GUARDED(ShmServiceState, service);
  uint32_t count = 0;
  EXPECT(ShmGetInfo(channel, &info.of) == SHM_OK && info.of.size == sizeof info.of && is_intact(info.canary));
  EXPECT(info.of.kind == SHM_TOPIC && wcscmp(info.of.name, L"old") == 0);
  EXPECT(ShmGetInfoUtf8(channel, &info_utf8.of) == SHM_OK && is_intact(info_utf8.canary));
  EXPECT(strcmp(info_utf8.of.name, "old") == 0);
  EXPECT(ShmGetStats(channel, &stats.of) == SHM_OK && is_intact(stats.canary));
  EXPECT(stats.of.written == 4);
  EXPECT(ShmInspect(L"old", &state.of, NULL, 0, &count) == SHM_OK && is_intact(state.canary));
  EXPECT(state.of.messages == 4 && count == 2);
  EXPECT(ShmInspectService(&service.of) == SHM_OK && is_intact(service.canary) && service.of.channels == 2);
  return 0;
}

/* Two channels: the second one's struct lies where that of then did. */
static int lists(void) {
  struct {
    ShmInfo of[2];
    unsigned char canary[64];
  } list;
  struct {
    ShmChannelSummary of[2];
    unsigned char canary[64];
  } summaries;
  struct {
    ShmClientState of[2];
    unsigned char canary[64];
  } clients;
  GUARDED(ShmChannelState, state);
  uint32_t count = 0;
  memset(&list, CANARY, sizeof list);
  memset(&summaries, CANARY, sizeof summaries);
  memset(&clients, CANARY, sizeof clients);
  list.of[0].size = sizeof list.of[0];
  summaries.of[0].size = sizeof summaries.of[0];
  clients.of[0].size = sizeof clients.of[0];
  EXPECT(ShmListChannels(list.of, 2, &count) == SHM_OK && count == 2 && is_intact(list.canary));
  EXPECT(wcscmp(list.of[0].name, L"old") == 0 && wcscmp(list.of[1].name, L"older") == 0);
  EXPECT(ShmInspectAll(summaries.of, 2, &count) == SHM_OK && count == 2 && is_intact(summaries.canary));
  EXPECT(wcscmp(summaries.of[1].name, L"older") == 0);
  EXPECT(ShmInspect(L"old", &state.of, clients.of, 2, &count) == SHM_OK && count == 2);
  EXPECT(is_intact(clients.canary) && clients.of[0].pid == clients.of[1].pid);
  return 0;
}

/* There is a topic 'old', and a channel 'older'. */
int main(void) {
  ShmOptions how;
  ShmChannel writer = 0, reader = 0;
  int line = 0;
  memset(&how, 0, sizeof how);
  how.size = sizeof how;
  how.access = SHM_WRITE;
  EXPECT(ShmOpen(L"old", &how, &writer) == SHM_OK);
  how.access = SHM_READ;
  how.flags = SHM_OPEN_NEXT;
  EXPECT(ShmOpen(L"old", &how, &reader) == SHM_OK);
  if (line == 0) line = exchanges(writer, reader);
  if (line == 0) line = tells(writer);
  if (line == 0) line = lists();
  EXPECT(ShmClose(reader) == SHM_OK || line != 0);
  EXPECT(ShmClose(writer) == SHM_OK || line != 0);
  return line;
}
