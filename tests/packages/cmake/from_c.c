#include <shmbroker/shmbroker.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  ShmOptions how = {.size = sizeof how, .flags = SHM_OPEN_CREATE, .kind = SHM_QUEUE, .capacity = 4096};
  ShmChannel channel;
  if (ShmOpen(L"a stranger's, in C", &how, &channel) < 0) return puts(ShmLastErrorTextUtf8()), 1;
  char text[64] = "";
  size_t size = 0;
  if (ShmWrite(channel, "hello", 5, 0) < 0) return puts(ShmLastErrorTextUtf8()), 1;
  if (ShmRead(channel, text, sizeof text, &size, 0) < 0) return puts(ShmLastErrorTextUtf8()), 1;
  ShmClose(channel);
  printf("C: %s\n", text);
  return size == 5 && strcmp(text, "hello") == 0 ? 0 : 1;
}
