#include "ctrl_c.h"

#include "exit_code.h"

/* Windows calls the handler in a thread of its own, without a context, and perhaps still while the process
 * ends: so nothing here is ever freed. */
static HANDLE pressed;
static HANDLE has_left;
static ShmChannel reading;

static BOOL WINAPI on_control(DWORD event) {
  const bool is_key = event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
  if (ctrl_c_was_pressed()) return FALSE;
  SetEvent(pressed);
  ShmSetCancelled(reading, 1); /* ends the read that waits now, and one that is about to wait */
  /* When the console closes, Windows ends the process as soon as this returns. */
  if (!is_key) WaitForSingleObject(has_left, INFINITE);
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
