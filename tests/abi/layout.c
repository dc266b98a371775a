/* The structs of the API byte by byte, as programs that were built yesterday know them. A member may be added
 * at the end of one, and then only its size changes here. Compiled with -Wpadded: there is no padding that
 * could hide. */
#include <stddef.h>

#include "shmbroker/shmbroker.h"

#define SAME(what, bytes) \
  _Static_assert((what) == (bytes), #what " has changed: programs out there would break")

SAME(sizeof(ShmChannel), 4);

SAME(sizeof(ShmOptions), 56);
SAME(offsetof(ShmOptions, size), 0);
SAME(offsetof(ShmOptions, access), 4);
SAME(offsetof(ShmOptions, kind), 8);
SAME(offsetof(ShmOptions, flags), 12);
SAME(offsetof(ShmOptions, open_timeout_ms), 16);
SAME(offsetof(ShmOptions, spin), 20);
SAME(offsetof(ShmOptions, capacity), 24);
SAME(offsetof(ShmOptions, max_message), 32);
SAME(offsetof(ShmOptions, when_full), 40);
SAME(offsetof(ShmOptions, reserved), 44);
SAME(offsetof(ShmOptions, max_calls), 48);
SAME(offsetof(ShmOptions, max_clients), 52);

SAME(offsetof(ShmInfo, size), 0);
SAME(offsetof(ShmInfo, kind), 4);
SAME(offsetof(ShmInfo, access), 8);
SAME(offsetof(ShmInfo, readers), 12);
SAME(offsetof(ShmInfo, writers), 16);
SAME(offsetof(ShmInfo, reserved), 20);
SAME(offsetof(ShmInfo, capacity), 24);
SAME(offsetof(ShmInfo, max_message), 32);
SAME(offsetof(ShmInfo, name), 40);
SAME(offsetof(ShmInfo, creator), 40 + (SHM_NAME_MAX + 1) * sizeof(wchar_t));
SAME(offsetof(ShmInfo, instance), 40 + (SHM_NAME_MAX + 1 + SHM_SID_MAX + 1) * sizeof(wchar_t));
SAME(sizeof(ShmInfo), offsetof(ShmInfo, instance) + 8);
#ifdef _WIN32
SAME(sizeof(ShmInfo), 560);
#endif

SAME(sizeof(ShmInfoUtf8), 432);
SAME(offsetof(ShmInfoUtf8, size), 0);
SAME(offsetof(ShmInfoUtf8, kind), 4);
SAME(offsetof(ShmInfoUtf8, access), 8);
SAME(offsetof(ShmInfoUtf8, readers), 12);
SAME(offsetof(ShmInfoUtf8, writers), 16);
SAME(offsetof(ShmInfoUtf8, reserved), 20);
SAME(offsetof(ShmInfoUtf8, capacity), 24);
SAME(offsetof(ShmInfoUtf8, max_message), 32);
SAME(offsetof(ShmInfoUtf8, name), 40);
SAME(offsetof(ShmInfoUtf8, creator), 232);
SAME(offsetof(ShmInfoUtf8, instance), 424);
/* Three bytes of UTF-8 for each unit of UTF-16 is the most that a name needs. */
_Static_assert(SHM_NAME_MAX_UTF8 == 3 * SHM_NAME_MAX && SHM_NAME_MAX_UTF8 < 192, "the longest name must fit");

SAME(sizeof(ShmStats), 80);
SAME(offsetof(ShmStats, size), 0);
SAME(offsetof(ShmStats, reserved), 4);
SAME(offsetof(ShmStats, sequence), 8);
SAME(offsetof(ShmStats, recoveries), 16);
SAME(offsetof(ShmStats, written), 24);
SAME(offsetof(ShmStats, bytes_written), 32);
SAME(offsetof(ShmStats, read), 40);
SAME(offsetof(ShmStats, bytes_read), 48);
SAME(offsetof(ShmStats, lost), 56);
SAME(offsetof(ShmStats, lock_waits), 64);
SAME(offsetof(ShmStats, read_waits), 72);

SAME(sizeof(ShmMessage), 32 + sizeof(void*) + sizeof(size_t));
SAME(offsetof(ShmMessage, size), 0);
SAME(offsetof(ShmMessage, flags), 4);
SAME(offsetof(ShmMessage, sequence), 8);
SAME(offsetof(ShmMessage, timestamp), 16);
SAME(offsetof(ShmMessage, data), 24);
SAME(offsetof(ShmMessage, length), 24 + sizeof(void*));
SAME(offsetof(ShmMessage, writer), 24 + sizeof(void*) + sizeof(size_t));

/* Constants are part of the bytes too. */
SAME(SHM_NAME_MAX, 63);
SAME(SHM_SID_MAX, 191);
SAME(SHM_INFINITE, 0xFFFFFFFF);
SAME(SHM_KEEP, SIZE_MAX);
SAME(SHM_READ, 1);
SAME(SHM_WRITE, 2);
SAME(SHM_BLOCK, 1);
SAME(SHM_TOPIC, 2);
SAME(SHM_QUEUE, 3);
SAME(SHM_OPEN_NEXT, 1);
SAME(SHM_OPEN_EXCLUSIVE, 2);
SAME(SHM_OPEN_TIMED, 4);
SAME(SHM_MESSAGE_LOST, 1);
SAME(SHM_MESSAGE_REDELIVERED, 2);
SAME(SHM_WAIT_MAX, 31);

/* So are statuses. */
SAME(SHM_OK, 0);
SAME(SHM_S_UNCHANGED, 1);
SAME(SHM_S_LOST, 2);
SAME(SHM_S_REDELIVERED, 3);
SAME(SHM_E_ARGUMENT, -1);
SAME(SHM_E_HANDLE, -2);
SAME(SHM_E_NAME, -3);
SAME(SHM_E_NOT_FOUND, -4);
SAME(SHM_E_ACCESS, -5);
SAME(SHM_E_NO_SERVICE, -6);
SAME(SHM_E_UNTRUSTED, -7);
SAME(SHM_E_VERSION, -8);
SAME(SHM_E_BUFFER, -9);
SAME(SHM_E_SIZE, -10);
SAME(SHM_E_EMPTY, -11);
SAME(SHM_E_FULL, -12);
SAME(SHM_E_TIMEOUT, -13);
SAME(SHM_E_CANCELLED, -14);
SAME(SHM_E_CLOSED, -15);
SAME(SHM_E_CORRUPT, -16);
SAME(SHM_E_STATE, -17);
SAME(SHM_E_KIND, -18);
SAME(SHM_E_MISMATCH, -19);
SAME(SHM_E_BUSY, -20);
SAME(SHM_E_QUOTA, -21);
SAME(SHM_E_MEMORY, -22);
SAME(SHM_E_SYSTEM, -23);
SAME(SHM_E_OVERTAKEN, -24);
SAME(SHM_E_UNAVAILABLE, -25);
