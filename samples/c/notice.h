/* Two ways in which a channel tells that there is something to read, other than a read that waits. */
#ifndef SAMPLES_NOTICE_H
#define SAMPLES_NOTICE_H

#include <windows.h>

#include <shmbroker/shmbroker.h>

typedef enum NoticeEnd { READABLE, TIME_IS_UP, STOPPED, BROKEN } NoticeEnd;

typedef struct Notice {
  ShmChannel channel;
  HANDLE stop;  /* what ends a wait, too */
  HANDLE event; /* of ShmGetWaitHandle; belongs to the channel */
  HWND window;  /* of ShmNotifyWindow; our own */
} Notice;

/* Each returns a status. The notice ends before its channel does. */
int32_t begin_event_notice(Notice* notice, ShmChannel channel, HANDLE stop);
int32_t begin_window_notice(Notice* notice, ShmChannel channel, HANDLE stop);
void end_notice(Notice* notice);

NoticeEnd await_notice(const Notice* notice, DWORD timeout_ms);

#endif
