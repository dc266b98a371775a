#include "notice.h"

#include <stdbool.h>
#include <string.h>

#define WM_READABLE (WM_APP + 1)

int32_t begin_event_notice(Notice* notice, ShmChannel channel, HANDLE stop) {
  memset(notice, 0, sizeof *notice);
  notice->channel = channel;
  notice->stop = stop;
  return ShmGetWaitHandle(channel, &notice->event);
}

int32_t begin_window_notice(Notice* notice, ShmChannel channel, HANDLE stop) {
  memset(notice, 0, sizeof *notice);
  notice->channel = channel;
  notice->stop = stop;
  notice->window = CreateWindowExW(0, L"STATIC", NULL, 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
  if (notice->window == NULL) return SHM_OK; /* await_notice() will be BROKEN */
  return ShmNotifyWindow(channel, notice->window, WM_READABLE, 0);
}

void end_notice(Notice* notice) {
  if (notice->window == NULL) return;
  ShmNotifyWindow(notice->channel, NULL, 0, 0);
  DestroyWindow(notice->window);
}

static NoticeEnd await_event(const Notice* notice, DWORD timeout_ms) {
  HANDLE handles[2];
  handles[0] = notice->stop;
  handles[1] = notice->event;
  switch (WaitForMultipleObjects(2, handles, FALSE, timeout_ms)) {
    case WAIT_OBJECT_0:
      return STOPPED;
    case WAIT_OBJECT_0 + 1:
      return READABLE;
    case WAIT_TIMEOUT:
      return TIME_IS_UP;
    default:
      return BROKEN;
  }
}

/* Handles what is in the thread's queue, up to the channel's message. */
static bool take_message(HWND window) {
  MSG message;
  while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE)) {
    if (message.hwnd == window && message.message == WM_READABLE) return true;
    DispatchMessageW(&message);
  }
  return false;
}

static NoticeEnd await_message(const Notice* notice, DWORD timeout_ms) {
  const ULONGLONG start = GetTickCount64();
  for (;;) {
    DWORD left = INFINITE;
    if (take_message(notice->window)) return READABLE;
    if (timeout_ms != INFINITE) {
      const ULONGLONG passed = GetTickCount64() - start;
      if (passed > timeout_ms) return TIME_IS_UP;
      left = timeout_ms - (DWORD)passed;
    }
    switch (MsgWaitForMultipleObjectsEx(1, &notice->stop, left, QS_ALLINPUT, MWMO_INPUTAVAILABLE)) {
      case WAIT_OBJECT_0:
        return STOPPED;
      case WAIT_OBJECT_0 + 1:
        break;
      case WAIT_TIMEOUT:
        return TIME_IS_UP;
      default:
        return BROKEN;
    }
  }
}

NoticeEnd await_notice(const Notice* notice, DWORD timeout_ms) {
  return notice->window != NULL ? await_message(notice, timeout_ms) : await_event(notice, timeout_ms);
}
