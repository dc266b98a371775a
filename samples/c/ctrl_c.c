#include "ctrl_c.h"

#include "exit_code.h"

/* Windows calls the handler in a thread of its own, without a context, and perhaps still while the process ends: so
 * nothing here is ever freed. */
static HANDLE pressed;
static HANDLE has_left;
static ShmChannel reading;

/* ShmCancel ends the calls that wait now, and the receiver may be just before such a call: so we cancel until it says
 * that it has left. */
static DWORD WINAPI end_waits(void* nothing) {
  (void)nothing;
  do {
    ShmCancel(reading);
  } while (WaitForSingleObject(has_left, 10) == WAIT_TIMEOUT);
  return 0;
}

static BOOL WINAPI on_control(DWORD event) {
  const bool is_key = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
  HANDLE thread = NULL;
  if (ctrl_c_was_pressed()) return FALSE;
  SetEvent(pressed);
  /* A second Ctrl-C may be kept waiting until the first one's handler has returned: so that goes on in another thread.
   * When the console closes, Windows ends the process as soon as this returns. */
  if (is_key) thread = CreateThread(NULL, 0, end_waits, NULL, 0, NULL);
  if (thread == NULL) {
    end_waits(NULL);
  } else {
    CloseHandle(thread);
  }
  return TRUE;
}

static BOOL WINAPI exit_on_control(DWORD event) {
  (void)event;
  ExitProcess(EXIT_DONE);
}

void exit_at_ctrl_c(void) { SetConsoleCtrlHandler(exit_on_control, TRUE); }

void begin_ctrl_c(ShmChannel channel) {
  reading = channel;
  pressed = CreateEventW(NULL, TRUE, FALSE, NULL);
  has_left = CreateEventW(NULL, TRUE, FALSE, NULL);
  SetConsoleCtrlHandler(on_control, TRUE);
}

void end_ctrl_c(void) {
  SetEvent(has_left);
  SetConsoleCtrlHandler(on_control, FALSE);
}

HANDLE ctrl_c_event(void) { return pressed; }

bool ctrl_c_was_pressed(void) { return WaitForSingleObject(pressed, 0) == WAIT_OBJECT_0; }
