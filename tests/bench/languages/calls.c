/* calls CHANNEL COUNT: what one ShmWrite and one ShmRead of 64 bytes cost, in C, and then round trips for the
 * benchmark to measure, which answers on CHANNEL.answer what it is asked on CHANNEL.ask. Every message is
 * checked. The other languages' programs of this name do the same through their bindings. */
#include <windows.h>

#include <shmbroker/shmbroker.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { BATCH = 1000, BYTES = 64 };

static unsigned char written[BATCH][BYTES];
static unsigned char received[BATCH][BYTES];

static LONGLONG now(void) {
  LARGE_INTEGER ticks;
  QueryPerformanceCounter(&ticks);
  return ticks.QuadPart;
}

static void make_messages(uint64_t first) {
  for (uint64_t number = first; number < first + BATCH; ++number) {
    unsigned char* message = written[number - first];
    size_t i = 0;
    for (; i < BYTES; ++i)
      message[i] = i < 8 ? (unsigned char)(number >> (8 * i)) : (unsigned char)(number * i);
  }
}

static int fail(const char* what) {
  fprintf(stderr, "calls: %s\n", what);
  return 1;
}

static ShmChannel open_beside(const wchar_t* channel, const wchar_t* end, const ShmOptions* options) {
  wchar_t name[SHM_NAME_MAX + 1];
  ShmChannel opened = 0;
  swprintf(name, SHM_NAME_MAX + 1, L"%ls%ls", channel, end);
  ShmOpen(name, options, &opened);
  return opened;
}

/* Returns 0 if one failed. */
static int round_trips(const wchar_t* channel, uint64_t count, const ShmOptions* to_write,
                       const ShmOptions* to_read) {
  const ShmChannel ask = open_beside(channel, L".ask", to_write);
  const ShmChannel answer = open_beside(channel, L".answer", to_read);
  for (uint64_t i = 0; i < count; ++i) {
    size_t size = 0;
    if (ShmWrite(ask, written[i % BATCH], BYTES, SHM_INFINITE) != SHM_OK) return 0;
    if (ShmRead(answer, received[0], BYTES, &size, SHM_INFINITE) != SHM_OK || size != BYTES) return 0;
    if (memcmp(written[i % BATCH], received[0], BYTES) != 0) return 0;
  }
  ShmClose(answer);
  ShmClose(ask);
  return 1;
}

int wmain(int argc, wchar_t** argv) {
  const uint64_t count = argc == 3 ? wcstoull(argv[2], NULL, 10) : 0;
  if (count < BATCH) return fail("usage: calls CHANNEL COUNT, of 1000 or more");
  const ShmOptions to_write = {.size = sizeof to_write, .access = SHM_WRITE};
  const ShmOptions to_read = {.size = sizeof to_read, .access = SHM_READ, .flags = SHM_OPEN_NEXT};
  ShmChannel out = 0;
  ShmChannel in = 0;
  if (ShmOpen(argv[1], &to_write, &out) < 0) return fail(ShmLastErrorTextUtf8());
  if (ShmOpen(argv[1], &to_read, &in) < 0) return fail(ShmLastErrorTextUtf8());
  LONGLONG write_ticks = 0;
  LONGLONG read_ticks = 0;
  uint64_t done = 0;
  for (; done + BATCH <= count; done += BATCH) {
    make_messages(done);
    const LONGLONG start = now();
    for (size_t i = 0; i < BATCH; ++i) {
      if (ShmWrite(out, written[i], BYTES, 0) != SHM_OK) return fail(ShmLastErrorTextUtf8());
    }
    const LONGLONG middle = now();
    for (size_t i = 0; i < BATCH; ++i) {
      size_t size = 0;
      if (ShmRead(in, received[i], BYTES, &size, 0) != SHM_OK || size != BYTES)
        return fail(ShmLastErrorTextUtf8());
    }
    write_ticks += middle - start;
    read_ticks += now() - middle;
    if (memcmp(written, received, sizeof received) != 0) return fail("a message is not what was written");
  }
  LARGE_INTEGER frequency;
  QueryPerformanceFrequency(&frequency);
  const double ns = 1e9 / (double)frequency.QuadPart / (double)done;
  if (!round_trips(argv[1], count / 100, &to_write, &to_read))
    return fail("a question was not answered, or not with itself");
  printf("write %.0f read %.0f\n", (double)write_ticks * ns, (double)read_ticks * ns);
  ShmClose(in);
  ShmClose(out);
  return 0;
}
