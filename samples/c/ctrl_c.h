/* How Ctrl-C, the closing of the console and the user's logging off end the programs: as done. */
#ifndef SAMPLES_CTRL_C_H
#define SAMPLES_CTRL_C_H

#include <windows.h>

#include <shmbroker/shmbroker.h>
#include <stdbool.h>

/* For a sender: ends the process at once. A message that was half written then never was. */
void exit_at_ctrl_c(void);

/* For a receiver, which prints what it has taken before it ends. From here on the first Ctrl-C ends the calls
 * that wait on the channel; a second one ends the process at once. */
void begin_ctrl_c(ShmChannel channel);

/* The receiver has left its loop: to be called before it closes the channel. */
void end_ctrl_c(void);

/* Set at the first Ctrl-C, and from then on. */
HANDLE ctrl_c_event(void);
bool ctrl_c_was_pressed(void);

#endif
