/* ShmBroker, for runtimes with an event loop of their own: a function that is called when a channel becomes
 * readable. shmbroker.h has the rest, and says what all functions have in common. */
#ifndef SHMBROKER_NOTIFY_CALL_H
#define SHMBROKER_NOTIFY_CALL_H

#include <shmbroker/shmbroker.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Gives one notice. It is called by a thread of this process that waits for other channels, too: so it
 * returns soon, waits for nothing, and calls no function for the channel. On x64
 * napi_call_threadsafe_function of Node-API is one, whose mode is 0 then: napi_tsfn_nonblocking.
 * @param context   the caller's own
 * @param channel   the channel's handle
 * @param reserved  0 */
typedef void(SHM_CALL* ShmNotice)(void* context, uintptr_t channel, int32_t reserved);

/* Has a function called when the channel becomes readable, as ShmNotifyPipe has a notice written: each call
 * asks for one notice, which is given at once if there is something to read now, else when it becomes so. A
 * handle has a function, a pipe or a window: the latest one ends the others.
 * @param function  [in] NULL ends the notification: it is not called after the call has returned, nor after
 *                  ShmClose has
 * @param context   [in] the caller's own, handed on
 * @return  SHM_OK
 *          SHM_E_ACCESS  the handle was not opened for reading */
int32_t SHM_CALL ShmNotifyCall(ShmChannel channel, ShmNotice function, void* context);

#ifdef __cplusplus
}
#endif

#endif
