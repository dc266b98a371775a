/* ShmBroker: shared memory between programs, by name, with access rights that the kernel enforces.
 *
 * A channel is a named piece of memory that the ShmBroker service owns. Open it, write to it or read
 * from it, close it:
 *
 *     ShmOptions how = {.size = sizeof how, .access = SHM_WRITE};
 *     ShmChannel channel;
 *     if (ShmOpen(L"MapName", &how, &channel) == SHM_OK) {
 *         ShmWrite(channel, "hello", 5, 0);
 *         ShmClose(channel);
 *     }
 *
 * Open for what you do. A handle that may read is one of the channel's readers: on a topic that waits for its
 * slowest reader, a program that writes through a handle with both rights and does not read soon waits for
 * itself.
 *
 * Text. A function without a suffix takes and gives UTF-16, zero-terminated; its twin with the suffix
 * Utf8 takes and gives UTF-8. Message contents are bytes, and never converted.
 *
 * Status. Every function that can fail returns one of the SHM_ constants below: 0 is success, positive
 * is success with news, negative is an error. Each function lists the statuses that are its own. Any
 * function that takes a channel may also return
 *     SHM_E_HANDLE   the handle was never given out, or has been closed; nothing was touched
 *     SHM_E_CLOSED   the channel has ended, or another thread is closing this handle
 *     SHM_E_CORRUPT  the channel's memory is damaged; what is in it can't be trusted
 *     SHM_E_SYSTEM   Windows refused something; ShmLastErrorText has its error code
 * On an error, output parameters keep the value that they had, unless a function says otherwise.
 *
 * Threads. Every function may be called from any thread, on the same handle too. Two calls that read
 * through one handle take turns, and so do two that write; a read and a write do not wait for each other.
 *
 * Timeouts are in milliseconds: 0 asks once and does not wait, SHM_INFINITE waits until ShmCancel or
 * ShmSetCancelled. What is between SHM_TIMEOUT_MAX and SHM_INFINITE, as a negative number is, is
 * SHM_E_ARGUMENT, and nothing was done.
 *
 * The end. When the process ends, with channels open and calls under way, the DLL does nothing and waits for
 * nothing: the service takes back what the process had. From then on, in other DLLs' DllMain and static
 * destructors, ShmClose returns SHM_OK at once, and a call that would have to wait returns SHM_E_CLOSED.
 * FreeLibrary closes what is open when it unloads the DLL, without waiting for any thread, and for the
 * service 2 seconds at most. While a window is notified (ShmNotifyWindow) it does not unload the DLL: end
 * that first. No call may be under way then.
 *
 * Structs start with their size in bytes, which the caller sets to sizeof before the call; those of an array
 * all have the size of the first. They have no padding and grow only at their end, so that a program and a
 * DLL of different versions go together: the struct of a program that was built with an older header is read
 * and filled as far as it goes; what a newer header has beyond the DLL's becomes 0, and an option there that
 * is not 0 is SHM_E_ARGUMENT.
 */
#ifndef SHMBROKER_SHMBROKER_H
#define SHMBROKER_SHMBROKER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#define SHM_CALL __stdcall
#else
#define SHM_CALL
#endif

/* ---- constants ---------------------------------------------------------------------------------- */

/* Version of this header: major in the upper 16 bits, minor in the lower. */
#define SHM_VERSION 0x00000002u

/* A channel name: 1 to 63 UTF-16 units, no backslash, nothing invisible, no blank at an end. Case matters. */
#define SHM_NAME_MAX 63
#define SHM_NAME_MAX_UTF8 189

/* The text of an account's SID, such as S-1-5-21-…. No SID has a longer one. */
#define SHM_SID_MAX 191

/* Timeouts in milliseconds: 0 to SHM_TIMEOUT_MAX, some 24 days, or SHM_INFINITE. */
#define SHM_INFINITE 0xFFFFFFFFu
#define SHM_TIMEOUT_MAX 0x7FFFFFFFu

/* ShmUnlock: leave the block's value as it was. */
#define SHM_KEEP SIZE_MAX

/* Success. */
#define SHM_OK 0
#define SHM_S_UNCHANGED 1   /* the value is the one that this handle has read before */
#define SHM_S_LOST 2        /* messages before this one were lost to this slow reader; see ShmGetStats */
#define SHM_S_REDELIVERED 3 /* a reader that took this message before died, or gave it back */
#define SHM_S_DROPPED 4     /* nobody waits for this answer any more: it came to nobody */

/* Errors. */
#define SHM_E_ARGUMENT (-1)     /* a parameter is NULL, out of range, or a struct's size is not set */
#define SHM_E_HANDLE (-2)       /* not an open channel */
#define SHM_E_NAME (-3)         /* not a valid channel name */
#define SHM_E_NOT_FOUND (-4)    /* no channel has this name */
#define SHM_E_ACCESS (-5)       /* the caller lacks the right; kernel-enforced */
#define SHM_E_NO_SERVICE (-6)   /* the ShmBroker service is not running */
#define SHM_E_UNTRUSTED (-7)    /* what answered is not the ShmBroker service */
#define SHM_E_VERSION (-8)      /* DLL and service are too far apart in version */
#define SHM_E_BUFFER (-9)       /* the buffer is too small; the size needed was stored */
#define SHM_E_SIZE (-10)        /* larger than the channel's largest message */
#define SHM_E_EMPTY (-11)       /* nothing to read within the timeout */
#define SHM_E_FULL (-12)        /* no room to write within the timeout */
#define SHM_E_TIMEOUT (-13)     /* a lock, a turn at this handle, or the service was not to be had in time */
#define SHM_E_CANCELLED (-14)   /* ShmCancel ended the wait, or ShmSetCancelled is in force */
#define SHM_E_CLOSED (-15)      /* the channel has ended, or the handle is being closed */
#define SHM_E_CORRUPT (-16)     /* the channel's memory is damaged */
#define SHM_E_STATE (-17)       /* out of turn, such as ShmUnlock without ShmLock */
#define SHM_E_KIND (-18)        /* not for this kind of channel */
#define SHM_E_MISMATCH (-19)    /* the channel exists, and is not what was asked for */
#define SHM_E_BUSY (-20)        /* an exclusive writer has it, no slot is free, or too many requests */
#define SHM_E_QUOTA (-21)       /* the caller's account has used up what policy allows it */
#define SHM_E_MEMORY (-22)      /* out of memory */
#define SHM_E_SYSTEM (-23)      /* an unexpected Win32 error; see ShmLastErrorText */
#define SHM_E_OVERTAKEN (-24)   /* what was peeked has been overwritten meanwhile: discard it */
#define SHM_E_UNAVAILABLE (-25) /* the service could not set up the channel; it tries again */
#define SHM_E_PEER_DIED (-26)   /* the server that had taken the call has died, or closed the channel */
#define SHM_E_NO_SERVER (-27)   /* no server has the channel open */
#define SHM_E_REFUSED (-28)     /* the server refused the call; ShmLastRefusal has its code */
#define SHM_E_UNANSWERED (-29)  /* a server has taken the call, and has not answered it in time */

/* Rights. */
#define SHM_READ 1u
#define SHM_WRITE 2u
#define SHM_SERVER 1u /* of a service: take requests and answer them. The right that is SHM_READ elsewhere */
#define SHM_CLIENT 2u /* of a service: call it. The right that is SHM_WRITE elsewhere */

/* What a channel is. */
#define SHM_BLOCK 1u   /* one value, the last one written wins */
#define SHM_TOPIC 2u   /* every reader gets every message */
#define SHM_QUEUE 3u   /* every message goes to exactly one reader */
#define SHM_SERVICE 4u /* clients call, and one of its servers answers */

/* ShmOptions.flags */
#define SHM_OPEN_NEXT 1u      /* start at the next write, not at the oldest message or value kept */
#define SHM_OPEN_EXCLUSIVE 2u /* be the only writer: nobody else may write while this handle is open */
#define SHM_OPEN_TIMED 4u     /* a writer: date each message at its commit; costs a clock a message */
#define SHM_OPEN_CREATE 8u    /* create the channel if there is none, where policy lets this account */
#define SHM_OPEN_KEEP 16u     /* with SHM_OPEN_CREATE: it stays when nobody has it open */
#define SHM_OPEN_SERVED 32u /* a service's client: no call waits for a server to come, see SHM_E_NO_SERVER */

/* ShmOptions.when_full: what a topic's writer does where there is no room. */
#define SHM_OVERWRITE 1u /* the oldest messages go; a reader that was too slow is told how many */
#define SHM_WAIT 2u      /* it waits for the slowest reader */

/* ShmMessage.flags */
#define SHM_MESSAGE_LOST 1u        /* messages before this one were lost to this slow reader */
#define SHM_MESSAGE_REDELIVERED 2u /* a reader that took this message before died, or gave it back */

/* ShmCaller.flags */
#define SHM_CALLER_WAITS 1u /* somebody still wants the answer */

/* ShmWaitAny: the most channels that one call waits for. */
#define SHM_WAIT_MAX 31u

/* ---- types -------------------------------------------------------------------------------------- */

/* An open channel. 0 is never one. The handle belongs to the process; it is not inherited. */
typedef uint32_t ShmChannel;

/* How to open a channel. A member that is 0 asks for its default. */
typedef struct ShmOptions {
  uint32_t size;            /* sizeof(ShmOptions) */
  uint32_t access;          /* SHM_READ, SHM_WRITE or both; 0: every right that the caller has; of a service
                               SHM_CLIENT or SHM_SERVER, 0: SHM_CLIENT where the caller may call */
  uint32_t kind;            /* SHM_BLOCK …: refuse another kind with SHM_E_MISMATCH; 0: any */
  uint32_t flags;           /* SHM_OPEN_… */
  uint32_t open_timeout_ms; /* how long the service may take to answer; 0: 5000 */
  uint32_t spin;            /* turns of a busy loop before a waiting call blocks; 0: 100 */
  uint64_t capacity;        /* bytes of payload that the channel must hold at least, of a service bytes of its
                               largest answer; 0: any */
  uint64_t max_message;     /* bytes that its largest message, or request, must be allowed to have; 0: any */
  uint32_t when_full;       /* creating a topic: SHM_OVERWRITE or SHM_WAIT; 0: SHM_OVERWRITE */
  uint32_t reserved;        /* 0 */
  /* From here on since version 0.3. With a kind that is neither 0 nor SHM_SERVICE they say nothing. */
  uint32_t max_calls;   /* of a service: how many a client must be able to have under way at least; 0: any */
  uint32_t max_clients; /* of a service: how many must be able to call it at least; 0: any */
} ShmOptions;

/* What a channel is, and what this handle may do with it. */
typedef struct ShmInfo {
  uint32_t size;        /* sizeof(ShmInfo) */
  uint32_t kind;        /* SHM_BLOCK … */
  uint32_t access;      /* SHM_READ | SHM_WRITE: rights of this handle; in a list: of the caller */
  uint32_t readers;     /* reading handles open now, in all processes */
  uint32_t writers;     /* writing handles open now, in all processes */
  uint32_t reserved;    /* 0 */
  uint64_t capacity;    /* bytes of payload that the channel holds; of a service: of its largest answer */
  uint64_t max_message; /* bytes of the largest message or request; of a block: its capacity */
  wchar_t name[SHM_NAME_MAX + 1];
  wchar_t creator[SHM_SID_MAX + 1]; /* SID of its creator; "": it is in the configuration, or in a list */
  uint64_t instance; /* another number each time that the channel's memory is made; in a list: 0 */
} ShmInfo;

typedef struct ShmInfoUtf8 {
  uint32_t size;
  uint32_t kind;
  uint32_t access;
  uint32_t readers;
  uint32_t writers;
  uint32_t reserved;
  uint64_t capacity;
  uint64_t max_message;
  char name[SHM_NAME_MAX_UTF8 + 3];
  char creator[SHM_SID_MAX + 1];
  uint64_t instance;
} ShmInfoUtf8;

/* Counters since this handle was opened, except for the channel's own. */
typedef struct ShmStats {
  uint32_t size;          /* sizeof(ShmStats) */
  uint32_t reserved;      /* 0 */
  uint64_t sequence;      /* of the channel: number of the last message or value published */
  uint64_t recoveries;    /* of the channel: locks and loans taken back from processes that died */
  uint64_t written;       /* messages written; of a service's client: calls begun */
  uint64_t bytes_written; /* their bytes */
  uint64_t read;          /* messages or changed values read; of a service's server: requests taken */
  uint64_t bytes_read;    /* their bytes */
  uint64_t lost;          /* messages overwritten before this handle read them; of a block: values */
  uint64_t lock_waits;    /* writes that had to wait for another writer */
  uint64_t read_waits;    /* times that a read, or the wait for an answer, went to sleep */
} ShmStats;

/* A message of a batch. */
typedef struct ShmMessage {
  uint32_t size;      /* sizeof(ShmMessage) */
  uint32_t flags;     /* [out, reading] SHM_MESSAGE_… */
  uint64_t sequence;  /* [out, reading] number of the message in its channel, from 1 */
  uint64_t timestamp; /* [out, reading] its commit, in 100 ns since 1601 UTC; 0: its writer gives none */
  void* data;         /* the bytes: writing [in], reading [out] where in the buffer they are */
  size_t length;      /* their number: writing [in], reading [out] */
  /* From here on since version 0.3. Where a writer has closed the channel and another has come in its place,
   * that other is told. */
  uint32_t writer;   /* [out, reading] the process that wrote it; 0: not known, as of a block */
  uint32_t reserved; /* 0 */
} ShmMessage;

/* A call under way: for the handle that has begun it, or for the one that has taken it. 0 is never one. */
typedef uint64_t ShmToken;

/* Who calls, as the service has noted it when that client opened the channel. */
typedef struct ShmCaller {
  uint32_t size;                    /* sizeof(ShmCaller) */
  uint32_t pid;                     /* its process */
  uint32_t session;                 /* that process's session; 0xFFFFFFFF: not known */
  uint32_t flags;                   /* SHM_CALLER_… */
  wchar_t account[SHM_SID_MAX + 1]; /* SID of its account; the kernel has said whose the process is */
} ShmCaller;

typedef struct ShmCallerUtf8 {
  uint32_t size;
  uint32_t pid;
  uint32_t session;
  uint32_t flags;
  char account[SHM_SID_MAX + 1];
} ShmCallerUtf8;

/* ---- library ------------------------------------------------------------------------------------ */

/* Gives the version of the DLL, as SHM_VERSION is of the header.
 * @return  major in the upper 16 bits, minor in the lower */
uint32_t SHM_CALL ShmVersion(void);

/* Gives a sentence in English for a status.
 * @param status  [in] any status, unknown ones too
 * @return  static text, never NULL; not to be freed */
const wchar_t* SHM_CALL ShmErrorText(int32_t status);
const char* SHM_CALL ShmErrorTextUtf8(int32_t status);

/* Gives what went wrong in the last call of this thread that failed: what happened, to which channel,
 * what to do, and the Win32 error code behind it if there was one.
 * @return  this thread's text, "" before the first failure; valid until the thread's next failing call
 *          of any function here; never NULL, not to be freed */
const wchar_t* SHM_CALL ShmLastErrorText(void);
const char* SHM_CALL ShmLastErrorTextUtf8(void);

/* Gives the code of the last refusal that this thread was told of by SHM_E_REFUSED. ShmLastErrorText has the
 * text.
 * @return  the server's code, as ShmRefuse was given it; 0 before the first refusal */
int32_t SHM_CALL ShmLastRefusal(void);

/* ---- channel ------------------------------------------------------------------------------------ */

/* Opens a channel. Works whether the other side has opened it before, later, or never. One that is created
 * (SHM_OPEN_CREATE, with kind and capacity; a service needs no capacity) is for its creator's account and
 * for those that the service's policy names. It ends with the last handle to it, or, with SHM_OPEN_KEEP, with
 * the service.
 * @param name     [in] the channel's name
 * @param options  [in, optional] NULL: an existing channel, with every right that the caller has; so it is a
 *                 reader, if the caller may read
 * @param channel  [out] the handle; the caller's, to be closed with ShmClose
 * @return  SHM_OK
 *          SHM_E_ARGUMENT    name or channel is NULL, name is not valid UTF-8, options->size is not set, or
 *                            a member of options is out of range
 *          SHM_E_NAME        name is empty, too long, has a backslash or a blank at an end, or a control,
 *                            invisible or direction character
 *          SHM_E_NO_SERVICE  the service is not running
 *          SHM_E_TIMEOUT     the service did not answer within options->open_timeout_ms
 *          SHM_E_UNTRUSTED   what answered is not the service: nothing was mapped
 *          SHM_E_VERSION     the service speaks another version of the protocol or the memory layout
 *          SHM_E_NOT_FOUND   no channel has this name, and options does not ask to create it
 *          SHM_E_ACCESS      the caller's account has none of the rights asked for, or not all of them, or
 *                            may not create channels
 *          SHM_E_MISMATCH    the channel is not of options->kind, or smaller than options asks for
 *          SHM_E_BUSY        64 readers or 64 writers have it open already, or as many as one account may
 *                            have ("slots" in the configuration: 48); or one of them is an exclusive
 *                            writer, or options asks to be one and there is another; or this process asks
 *                            more than 1,000 times a second
 *          SHM_E_QUOTA       options asks to create it, and the caller's account has used up what it may
 *          SHM_E_UNAVAILABLE  the service could not set up this channel of its configuration, such as for a
 *                            file that is not there; ShmLastErrorText has the reason. It tries again by
 *                            itself
 *          SHM_E_MEMORY      no memory for the handle, or 4,096 are open in this process; or the channel is
 *                            larger than what a 32-bit process has of addresses left in one piece:
 *                            ShmLastErrorText has the size that would fit */
int32_t SHM_CALL ShmOpen(const wchar_t* name, const ShmOptions* options, ShmChannel* channel);
int32_t SHM_CALL ShmOpenUtf8(const char* name, const ShmOptions* options, ShmChannel* channel);

/* Closes a handle. Calls that wait on it in other threads end with SHM_E_CLOSED, and ShmClose returns
 * when they have left. A lock held through it is dropped, a loan aborted, and what was peeked is given back.
 * The channel lives on.
 * A thread that was ended by TerminateThread while it waited in a call is not waited for.
 * @param channel  [in] not valid afterwards
 * @return  SHM_OK
 *          SHM_E_TIMEOUT  a thread has not come back from a call on this handle for 5 seconds: it is
 *                         suspended, or was ended by TerminateThread in the midst of its work. Nothing waits
 *                         on the handle any more, and ShmClose may be called again; else the channel is
 *                         closed with the process */
int32_t SHM_CALL ShmClose(ShmChannel channel);

/* Ends every call that waits on this handle now, with SHM_E_CANCELLED. Later calls are not affected: a thread
 * that is about to wait goes on to do so. To stop another thread for certain use ShmSetCancelled.
 * @return  SHM_OK, also if nothing was waiting */
int32_t SHM_CALL ShmCancel(ShmChannel channel);

/* Ends every call that waits on this handle now, as ShmCancel does, and keeps later ones from waiting until
 * it is reset: a call that would have to wait returns SHM_E_CANCELLED at once. What needs no wait still
 * succeeds, and a call with a timeout of 0, which never waits, returns what it would without. ShmCommit,
 * ShmAbort, ShmUnlock, ShmRelease and ShmClose do their work whether it is set or not. So do ShmOpen and
 * ShmFlush, which wait for the service and not for other clients.
 * It does not set the event of ShmGetWaitHandle, nor post to the window of ShmNotifyWindow or write to the
 * pipe of ShmNotifyPipe: who waits for those waits for an event of its own beside them.
 * @param cancelled  [in] not 0: no call may wait on this handle from now on; 0: calls may wait again
 * @return  SHM_OK, also if that was so already */
int32_t SHM_CALL ShmSetCancelled(ShmChannel channel, int32_t cancelled);

/* Tells what a channel is.
 * @param info  [in, out] size set by the caller, the rest stored
 * @return  SHM_OK
 *          SHM_E_ARGUMENT  info is NULL or info->size is not set */
int32_t SHM_CALL ShmGetInfo(ShmChannel channel, ShmInfo* info);
int32_t SHM_CALL ShmGetInfoUtf8(ShmChannel channel, ShmInfoUtf8* info);

/* Tells what has gone through a handle.
 * @param stats  [in, out] size set by the caller, the rest stored
 * @return  SHM_OK
 *          SHM_E_ARGUMENT  stats is NULL or stats->size is not set */
int32_t SHM_CALL ShmGetStats(ShmChannel channel, ShmStats* stats);

/* Lists the channels that the caller may read or write.
 * @param list      [in, out, optional] room for capacity structs; size of the first set by the caller.
 *                  NULL with capacity 0 asks just for the number
 * @param capacity  [in] number of structs in list
 * @param count     [out] number of channels there are, also with SHM_E_BUFFER
 * @return  SHM_OK
 *          SHM_E_ARGUMENT    count is NULL, list is NULL though capacity is not 0, or list->size is not set
 *          SHM_E_BUFFER      there are more than capacity; the first of them were stored
 *          SHM_E_NO_SERVICE, SHM_E_TIMEOUT, SHM_E_UNTRUSTED, SHM_E_VERSION, SHM_E_BUSY  as for ShmOpen */
int32_t SHM_CALL ShmListChannels(ShmInfo* list, uint32_t capacity, uint32_t* count);
int32_t SHM_CALL ShmListChannelsUtf8(ShmInfoUtf8* list, uint32_t capacity, uint32_t* count);

/* ---- copied ------------------------------------------------------------------------------------- */

/* Writes a message. On a block, it replaces the value.
 * Once the message is published the call succeeds, whatever becomes of the readers.
 * @param data        [in] size bytes; may be NULL if size is 0
 * @param size        [in] bytes, 0 to the channel's max_message
 * @param timeout_ms  [in] how long to wait for another writer, and for room
 * @return  SHM_OK
 *          SHM_E_ARGUMENT   data is NULL though size is not 0
 *          SHM_E_ACCESS     the handle was not opened for writing
 *          SHM_E_SIZE       size is larger than max_message; nothing was written
 *          SHM_E_FULL       a queue or a waiting topic whose readers made no room within timeout_ms, or a
 *                           topic whose room another writer's loan takes; nothing was written
 *          SHM_E_TIMEOUT    another writer held the lock, or another thread wrote through this handle, for
 *                           timeout_ms; nothing was written
 *          SHM_E_CANCELLED  ShmCancel or ShmSetCancelled; nothing was written
 *          SHM_E_STATE      this handle holds ShmLock or ShmLoan; nothing was written */
int32_t SHM_CALL ShmWrite(ShmChannel channel, const void* data, size_t size, uint32_t timeout_ms);

/* Reads a message. On a block, it gives the value: at once if it has changed since this handle read it, else
 * when it changes, else the old one when the time is up. A message is never a mixture of two writes.
 * @param buffer      [out] the message; may be NULL if capacity is 0
 * @param capacity    [in] bytes of buffer
 * @param size        [out] bytes of the message, stored with SHM_E_BUFFER too
 * @param timeout_ms  [in] how long to wait for a message
 * @return  SHM_OK
 *          SHM_S_UNCHANGED  a block: not changed since this handle read it; the value was stored again
 *          SHM_S_LOST       an overwriting topic: messages were overwritten between the last one read and
 *                           this one; ShmGetStats counts them
 *          SHM_S_REDELIVERED  a queue: a reader that had taken this message before, and may have acted on it,
 *                             died or gave it back
 *          SHM_E_ARGUMENT   size is NULL, or buffer is NULL though capacity is not 0
 *          SHM_E_ACCESS     the handle was not opened for reading
 *          SHM_E_BUFFER     the message is larger than capacity; *size tells, and the message stays
 *          SHM_E_EMPTY      nothing came within timeout_ms; of a block: nothing was ever written
 *          SHM_E_TIMEOUT    another thread read through this handle for timeout_ms; nothing was taken, and
 *                           there may be something
 *          SHM_E_OVERTAKEN  writers overwrite a topic faster than this reader can copy; nothing was taken
 *          SHM_E_CANCELLED  ShmCancel or ShmSetCancelled; nothing was taken
 *          SHM_E_STATE      this handle holds ShmPeek */
int32_t SHM_CALL ShmRead(ShmChannel channel, void* buffer, size_t capacity, size_t* size,
                         uint32_t timeout_ms);

/* Writes several messages, in their order, with the cost of few: one turn at the lock and one look for
 * sleeping readers for as many as fit into a largest message, or into a sixteenth of the channel up to
 * 64 KiB. On a block, the last one remains.
 * @param messages    [in] count messages: size, data and length are used
 * @param count       [in] number of messages
 * @param written     [out, optional] number of messages published, with an error too: those before the one
 *                    that failed
 * @param timeout_ms  [in] how long to wait for other writers and for room, in all
 * @return  SHM_OK, all were published; else as ShmWrite */
int32_t SHM_CALL ShmWriteBatch(ShmChannel channel, const ShmMessage* messages, uint32_t count,
                               uint32_t* written, uint32_t timeout_ms);

/* Reads as many messages as there are and as fit. Waits for the first one only.
 * @param messages     [in, out] room for capacity messages; size of the first set by the caller
 * @param capacity     [in] number of messages
 * @param buffer       [out] their bytes, one message behind the other at multiples of 8
 * @param buffer_size  [in] bytes of buffer
 * @param count        [out] number of messages read
 * @param timeout_ms   [in] how long to wait for the first message
 * @return  SHM_OK, SHM_S_LOST or SHM_S_REDELIVERED if that is so of any message, SHM_S_UNCHANGED as ShmRead
 *          SHM_E_ARGUMENT   messages, count or buffer is NULL, capacity is 0, or messages->size is not set
 *          SHM_E_BUFFER     the first message is larger than buffer_size; messages->length tells, and it
 *                           stays
 *          SHM_E_ACCESS, SHM_E_EMPTY, SHM_E_TIMEOUT, SHM_E_OVERTAKEN, SHM_E_CANCELLED, SHM_E_STATE
 *                          as ShmRead */
int32_t SHM_CALL ShmReadBatch(ShmChannel channel, ShmMessage* messages, uint32_t capacity, void* buffer,
                              size_t buffer_size, uint32_t* count, uint32_t timeout_ms);

/* ---- in place ----------------------------------------------------------------------------------- */

/* Gives a writer the memory of a topic's or a queue's next message, to be filled where it lies. What other
 * writers publish after it reaches readers only when it is committed or aborted; so do not keep it for long.
 * If the process dies before, the message never was. One at a time for each handle.
 * @param size        [in] bytes wanted, 0 to the channel's max_message
 * @param memory      [out] size bytes, of no particular content; valid until ShmCommit, ShmAbort or ShmClose
 * @param timeout_ms  [in] how long to wait for another writer, and for room
 * @return  SHM_OK
 *          SHM_E_ARGUMENT  memory is NULL
 *          SHM_E_KIND      a block: use ShmLock
 *          SHM_E_ACCESS, SHM_E_SIZE, SHM_E_FULL, SHM_E_TIMEOUT, SHM_E_CANCELLED  as ShmWrite
 *          SHM_E_STATE     this handle holds ShmLoan already */
int32_t SHM_CALL ShmLoan(ShmChannel channel, size_t size, void** memory, uint32_t timeout_ms);

/* Publishes the message that was lent. May be called by another thread than ShmLoan was.
 * @param size  [in] bytes of the message, 0 to the size lent
 * @return  SHM_OK
 *          SHM_E_STATE  this handle holds no ShmLoan
 *          SHM_E_SIZE   size is larger than what was lent; the loan is still held
 *          SHM_E_KIND   a block */
int32_t SHM_CALL ShmCommit(ShmChannel channel, size_t size);

/* Gives back what was lent; there is no message.
 * @return  SHM_OK
 *          SHM_E_STATE  this handle holds no ShmLoan
 *          SHM_E_KIND   a block */
int32_t SHM_CALL ShmAbort(ShmChannel channel);

/* Gives a writer the memory of a block, filled with its value, and keeps other writers out until ShmUnlock.
 * Readers go on reading the old value. If the process dies before ShmUnlock, the old value stays.
 * @param memory      [out] as many bytes as the block's capacity; valid until ShmUnlock or ShmClose
 * @param size        [out, optional] bytes of the present value, 0 if nothing was ever written
 * @param timeout_ms  [in] how long to wait for another writer
 * @return  SHM_OK
 *          SHM_E_ARGUMENT   memory is NULL
 *          SHM_E_ACCESS     the handle was not opened for writing
 *          SHM_E_KIND       not a block
 *          SHM_E_TIMEOUT    another writer held the lock for timeout_ms
 *          SHM_E_CANCELLED  ShmCancel or ShmSetCancelled
 *          SHM_E_STATE      this handle holds ShmLock already */
int32_t SHM_CALL ShmLock(ShmChannel channel, void** memory, size_t* size, uint32_t timeout_ms);

/* Publishes what was written into the memory, and lets other writers in. May be called by another thread
 * than ShmLock was.
 * @param size  [in] bytes of the new value, 0 to the block's capacity; SHM_KEEP leaves the old value
 * @return  SHM_OK
 *          SHM_E_STATE  this handle does not hold ShmLock
 *          SHM_E_SIZE   size is larger than the capacity; the lock is still held
 *          SHM_E_KIND   not a block */
int32_t SHM_CALL ShmUnlock(ShmChannel channel, size_t size);

/* Has the service bring a block's value to the file that the configuration gives it, down to the disk. It
 * does so by itself when the last writer closes, and when it stops.
 * @return  SHM_OK, also if the file has the value already
 *          SHM_E_ACCESS  the caller's account may not write the channel
 *          SHM_E_KIND    the channel has no file
 *          SHM_E_UNAVAILABLE  the file can't be opened since the service's start; the service tries again by
 *                             itself
 *          SHM_E_SYSTEM  the file can't be written, such as a full disk; ShmLastErrorText tells. The value is
 *                        as before, and the file has the one that it had; or, where its disk failed halfway,
 *                        the new one from the service's next start or save on
 *          SHM_E_NO_SERVICE, SHM_E_TIMEOUT, SHM_E_UNTRUSTED, SHM_E_VERSION, SHM_E_BUSY  as for ShmOpen */
int32_t SHM_CALL ShmFlush(ShmChannel channel);

/* Gives a reader the value or the message where it lies, without copying it. Waits as ShmRead does.
 * @param data        [out] size bytes, read-only; valid until ShmRelease or ShmClose
 * @param size        [out] bytes
 * @param timeout_ms  [in] how long to wait for a message
 * @return  SHM_OK, SHM_S_UNCHANGED, SHM_S_LOST  as ShmRead
 *          SHM_E_ARGUMENT   data or size is NULL
 *          SHM_E_ACCESS     the handle was not opened for reading
 *          SHM_S_REDELIVERED, SHM_E_EMPTY, SHM_E_TIMEOUT, SHM_E_OVERTAKEN, SHM_E_CANCELLED  as ShmRead
 *          SHM_E_STATE      this handle holds ShmPeek already */
int32_t SHM_CALL ShmPeek(ShmChannel channel, const void** data, size_t* size, uint32_t timeout_ms);

/* Gives back what ShmPeek gave, and goes on to the next message. A queue's and a waiting topic's writers keep
 * away from what is peeked; an overwriting topic's do not. A block's keep away while they have another buffer
 * for the next value: only where several readers hold several old values may they have to come round.
 * @return  SHM_OK           what was peeked was intact until now
 *          SHM_E_OVERTAKEN  it was not: discard what was made of it. The peek has ended all the same
 *          SHM_E_STATE      this handle holds no ShmPeek */
int32_t SHM_CALL ShmRelease(ShmChannel channel);

/* ---- calls -------------------------------------------------------------------------------------- */

/* A service is a channel that is called. A client sends a request; one of the servers that have the channel
 * open takes it, and gives one answer, which comes to that client and to no other. It is done at most once:
 * no request is taken twice, and none is repeated by itself. docs/calls.md has when to use it, and what a
 * second try may assume.
 *
 * The status of a call that failed says whether a server had taken it. It had not, and none will, with
 * SHM_E_TIMEOUT, SHM_E_NO_SERVER, SHM_E_FULL, SHM_E_SIZE and SHM_E_ACCESS: the call may be made again. It had
 * with SHM_E_UNANSWERED, SHM_E_PEER_DIED, SHM_E_REFUSED and SHM_E_BUFFER: what was done is done. Of
 * SHM_E_CANCELLED and SHM_E_CLOSED nobody knows.
 *
 * A handle calls or serves. Calls of one handle that are under way at once have no order. A handle lets as
 * many be under way as the service's max_calls says; one that was given up while a server had it counts until
 * that server is done. */

/* Calls a service, and waits for the answer.
 * @param request      [in] size bytes; may be NULL if size is 0
 * @param size         [in] bytes, 0 to the service's max_request
 * @param answer       [out] the answer; may be NULL if capacity is 0
 * @param capacity     [in] bytes of answer; the service's max_answer is always enough
 * @param answer_size  [out] bytes of the answer, stored with SHM_E_BUFFER too
 * @param timeout_ms   [in] how long to wait for a server, and for its answer, in all
 * @return  SHM_OK
 *          SHM_E_ARGUMENT    answer_size is NULL, request is NULL though size is not 0, or answer is NULL
 *                            though capacity is not 0
 *          SHM_E_ACCESS      the handle was opened to serve
 *          SHM_E_KIND        the channel is no service
 *          SHM_E_SIZE        size is larger than max_request
 *          SHM_E_FULL        as many calls are under way through this handle as may be, and none ended in
 *                            time
 *          SHM_E_TIMEOUT     no server took the call in time, and none will; or other threads called through
 *                            this handle for so long
 *          SHM_E_UNANSWERED  a server took the call and did not answer it in time; its answer will be dropped
 *          SHM_E_PEER_DIED   the server that had taken the call died, or closed the channel, before its
 *                            answer was whole
 *          SHM_E_REFUSED     the server refused; ShmLastRefusal has its code, and ShmLastErrorText its text
 *          SHM_E_NO_SERVER   SHM_OPEN_SERVED was given, and no server has the channel open
 *          SHM_E_BUFFER      the answer is larger than capacity; *answer_size tells, and the answer is gone
 *          SHM_E_CANCELLED   ShmCancel or ShmSetCancelled; the call was given up */
int32_t SHM_CALL ShmCall(ShmChannel channel, const void* request, size_t size, void* answer, size_t capacity,
                         size_t* answer_size, uint32_t timeout_ms);

/* Begins a call, and does not wait for its answer.
 * @param request     [in] size bytes; may be NULL if size is 0
 * @param size        [in] bytes, 0 to the service's max_request
 * @param token       [out] the call, for ShmCallEnd or ShmCallCancel of this handle; one of them ends it
 * @param timeout_ms  [in] how long to wait where as many calls are under way as may be
 * @return  SHM_OK
 *          SHM_E_ARGUMENT   token is NULL, or request is NULL though size is not 0
 *          SHM_E_ACCESS, SHM_E_KIND, SHM_E_SIZE, SHM_E_FULL, SHM_E_NO_SERVER  as ShmCall
 *          SHM_E_TIMEOUT    another thread began calls through this handle for timeout_ms
 *          SHM_E_CANCELLED  ShmCancel or ShmSetCancelled; nothing was begun */
int32_t SHM_CALL ShmCallBegin(ShmChannel channel, const void* request, size_t size, ShmToken* token,
                              uint32_t timeout_ms);

/* Waits for the answer of a call. Several threads may wait for answers through one handle, each for its own
 * call.
 * @param token        [in] the call; not valid after any status but SHM_E_EMPTY, SHM_E_BUFFER,
 *                     SHM_E_CANCELLED and SHM_E_ARGUMENT
 * @param answer       [out] the answer; may be NULL if capacity is 0
 * @param capacity     [in] bytes of answer
 * @param answer_size  [out] bytes of the answer, stored with SHM_E_BUFFER too
 * @param timeout_ms   [in] how long to wait for a server, and for its answer
 * @return  SHM_OK
 *          SHM_E_ARGUMENT   answer_size is NULL, answer is NULL though capacity is not 0, or token is no call
 *                           that this handle has under way
 *          SHM_E_STATE      its request was not sent yet; see ShmCallCommit
 *          SHM_E_EMPTY      no answer came within timeout_ms; the call goes on
 *          SHM_E_BUFFER     the answer is larger than capacity; *answer_size tells, and the answer stays
 *          SHM_E_CANCELLED  ShmCancel or ShmSetCancelled ended the wait, and the call goes on; or another
 *                           thread has given it up with ShmCallCancel
 *          SHM_E_PEER_DIED, SHM_E_REFUSED, SHM_E_NO_SERVER, SHM_E_ACCESS, SHM_E_KIND  as ShmCall */
int32_t SHM_CALL ShmCallEnd(ShmChannel channel, ShmToken token, void* answer, size_t capacity,
                            size_t* answer_size, uint32_t timeout_ms);

/* Begins a call whose request is written where it will lie, without copying it. ShmCallCommit then sends it;
 * ShmCallCancel gives the room back. It counts among the calls that are under way.
 * @param size        [in] bytes, 0 to the service's max_request
 * @param memory      [out] size bytes, aligned to 16; valid until ShmCallCommit, ShmCallCancel or ShmClose
 * @param token       [out] the call, for ShmCallCommit, then as that of ShmCallBegin
 * @param timeout_ms  [in] as in ShmCallBegin
 * @return  SHM_OK
 *          SHM_E_ARGUMENT  memory or token is NULL
 *          SHM_E_ACCESS, SHM_E_KIND, SHM_E_SIZE, SHM_E_FULL, SHM_E_NO_SERVER, SHM_E_TIMEOUT, SHM_E_CANCELLED
 *                          as ShmCallBegin */
int32_t SHM_CALL ShmCallLoan(ShmChannel channel, size_t size, void** memory, ShmToken* token,
                             uint32_t timeout_ms);

/* Sends the request that was written into the memory of ShmCallLoan. From any thread.
 * @param token  [in] the call
 * @param size   [in] bytes of the request, 0 to the size that was asked for
 * @return  SHM_OK
 *          SHM_E_ARGUMENT   token is none that ShmCallLoan gave, or its request was sent already
 *          SHM_E_SIZE       size is larger than max_request; the memory is still lent
 *          SHM_E_NO_SERVER  as ShmCall; the memory is still lent
 *          SHM_E_ACCESS, SHM_E_KIND  as ShmCall */
int32_t SHM_CALL ShmCallCommit(ShmChannel channel, ShmToken token, size_t size);

/* Waits for the answer of a call as ShmCallEnd does, and gives it where it lies, without copying it. The call
 * ends with ShmCallRelease.
 * @param token       [in] the call; not valid after a status that ends it in ShmCallEnd, but SHM_OK
 * @param answer      [out] size bytes, read-only; valid until ShmCallRelease, ShmCallCancel or ShmClose
 * @param size        [out] bytes
 * @param timeout_ms  [in] as in ShmCallEnd
 * @return  SHM_OK
 *          SHM_E_ARGUMENT  answer or size is NULL, or token is no call that this handle has under way
 *          SHM_E_STATE     its request was not sent yet; see ShmCallCommit
 *          SHM_E_EMPTY, SHM_E_CANCELLED, SHM_E_PEER_DIED, SHM_E_REFUSED, SHM_E_NO_SERVER, SHM_E_ACCESS,
 *          SHM_E_KIND      as ShmCallEnd */
int32_t SHM_CALL ShmCallPeek(ShmChannel channel, ShmToken token, const void** answer, size_t* size,
                             uint32_t timeout_ms);

/* Ends a call whose answer ShmCallPeek has given.
 * @param token  [in] the call; not valid afterwards
 * @return  SHM_OK
 *          SHM_E_STATE     the call has not ended; it goes on
 *          SHM_E_ARGUMENT  token is no call that this handle has under way
 *          SHM_E_ACCESS, SHM_E_KIND  as ShmCall */
int32_t SHM_CALL ShmCallRelease(ShmChannel channel, ShmToken token);

/* Gives a call up: its answer, if one comes, is dropped.
 * @param token  [in] the call; not valid afterwards
 * @return  SHM_OK            no server had taken it, and none will
 *          SHM_S_DROPPED     it had ended already; the answer is gone
 *          SHM_E_UNANSWERED  a server has taken it: what it does is done
 *          SHM_E_ARGUMENT    token is no call that this handle has under way
 *          SHM_E_ACCESS, SHM_E_KIND  as ShmCall */
int32_t SHM_CALL ShmCallCancel(ShmChannel channel, ShmToken token);

/* Takes the next request: of the clients one after the other, so that none with many keeps another one
 * waiting. Each is taken by one server. A server may take several before it answers the first.
 * @param request     [out] the request; may be NULL if capacity is 0
 * @param capacity    [in] bytes of request; the service's max_request is always enough
 * @param size        [out] bytes of the request, stored with SHM_E_BUFFER too
 * @param token       [out] the call, for ShmAnswer or ShmRefuse through this handle
 * @param timeout_ms  [in] how long to wait for a request
 * @return  SHM_OK
 *          SHM_E_ARGUMENT   size or token is NULL, or request is NULL though capacity is not 0
 *          SHM_E_ACCESS     the handle was opened to call
 *          SHM_E_KIND       the channel is no service
 *          SHM_E_BUFFER     the request is larger than capacity; *size tells, and no server has taken it
 *          SHM_E_EMPTY      no request came within timeout_ms
 *          SHM_E_TIMEOUT    another thread took requests through this handle for timeout_ms
 *          SHM_E_CANCELLED  ShmCancel or ShmSetCancelled; nothing was taken */
int32_t SHM_CALL ShmServe(ShmChannel channel, void* request, size_t capacity, size_t* size, ShmToken* token,
                          uint32_t timeout_ms);

/* Takes the next request as ShmServe does, and gives it where it lies, without copying it. Its client could
 * change it meanwhile: copy what you check.
 * @param request     [out] size bytes, read-only; valid until ShmAnswer, ShmRefuse or ShmClose
 * @param size        [out] bytes
 * @param token       [out] the call, as in ShmServe
 * @param timeout_ms  [in] how long to wait for a request
 * @return  SHM_OK
 *          SHM_E_ARGUMENT  request, size or token is NULL
 *          SHM_E_ACCESS, SHM_E_KIND, SHM_E_EMPTY, SHM_E_TIMEOUT, SHM_E_CANCELLED  as ShmServe */
int32_t SHM_CALL ShmServePeek(ShmChannel channel, const void** request, size_t* size, ShmToken* token,
                              uint32_t timeout_ms);

/* Gives the room where an answer will lie: what is written there is not copied, if ShmAnswer gets this
 * memory.
 * @param token     [in] the call, as ShmServe or ShmServePeek gave it
 * @param memory    [out] capacity bytes, aligned to 16; valid until ShmAnswer, ShmRefuse or ShmClose
 * @param capacity  [out] bytes: the service's max_answer
 * @return  SHM_OK
 *          SHM_E_ARGUMENT  memory or capacity is NULL
 *          SHM_E_STATE     token is no call that this handle has taken and not answered, or its client is
 *                          gone
 *          SHM_E_ACCESS, SHM_E_KIND  as ShmServe */
int32_t SHM_CALL ShmAnswerLoan(ShmChannel channel, ShmToken token, void** memory, size_t* capacity);

/* Answers a call: once, from any thread, in any order. Closing the handle instead ends it with
 * SHM_E_PEER_DIED.
 * @param token   [in] the call, as ShmServe or ShmServePeek gave it
 * @param answer  [in] size bytes, the caller's own or from ShmAnswerLoan; may be NULL if size is 0
 * @param size    [in] bytes, 0 to the service's max_answer
 * @return  SHM_OK
 *          SHM_S_DROPPED   the client has given the call up, or is gone: the answer came to nobody
 *          SHM_E_ARGUMENT  answer is NULL though size is not 0
 *          SHM_E_STATE     token is no call that this handle has taken, or it was answered already
 *          SHM_E_SIZE      size is larger than max_answer; the call is still to be answered
 *          SHM_E_ACCESS, SHM_E_KIND  as ShmServe */
int32_t SHM_CALL ShmAnswer(ShmChannel channel, ShmToken token, const void* answer, size_t size);

/* Answers a call with a refusal, which the client gets as SHM_E_REFUSED.
 * @param token  [in] the call, as ShmServe gave it
 * @param code   [in] any number, for the client's program
 * @param text   [in, optional] zero-terminated, for people; 256 UTF-16 units of it at most reach the client
 * @return  SHM_OK
 *          SHM_E_ARGUMENT  text is not valid UTF-8
 *          SHM_S_DROPPED, SHM_E_STATE, SHM_E_ACCESS, SHM_E_KIND  as ShmAnswer */
int32_t SHM_CALL ShmRefuse(ShmChannel channel, ShmToken token, int32_t code, const wchar_t* text);
int32_t SHM_CALL ShmRefuseUtf8(ShmChannel channel, ShmToken token, int32_t code, const char* text);

/* Tells whose call it is. It costs no look-up: the service took it from the kernel when the client opened the
 * channel.
 * @param token   [in] the call, as ShmServe gave it, before it is answered
 * @param caller  [in, out] size set by the caller, the rest stored
 * @return  SHM_OK
 *          SHM_E_ARGUMENT  caller is NULL, or caller->size is not set
 *          SHM_E_STATE     token is no call that this handle has taken and not answered, or its client is
 *                          gone
 *          SHM_E_ACCESS, SHM_E_KIND  as ShmServe */
int32_t SHM_CALL ShmGetCaller(ShmChannel channel, ShmToken token, ShmCaller* caller);
int32_t SHM_CALL ShmGetCallerUtf8(ShmChannel channel, ShmToken token, ShmCallerUtf8* caller);

/* ---- notification ------------------------------------------------------------------------------- */

/* A handle that reads is told when there is something to read. One that serves is told of a request, and one
 * that calls of an answer: that a call has ended which ShmCallEnd has not fetched. A client is told again
 * after a ShmCallEnd that found no answer (SHM_E_EMPTY), and after a ShmCallBegin: so it looks at each of its
 * calls with a timeout of 0. A thread that begins a call for another one has that look at it once. Where a
 * process has died, others may be told though there is nothing. */

/* Gives an auto-reset event for WaitForMultipleObjects. It is set once when the channel becomes readable, and
 * again only after a read through this handle has found nothing left (SHM_E_EMPTY, SHM_S_UNCHANGED). It is
 * set at once if there is something to read now. Do not mix it with blocking reads on the same handle.
 * @param handle  [out] a HANDLE; belongs to the channel, ends with ShmClose, must not be closed
 * @return  SHM_OK
 *          SHM_E_ARGUMENT  handle is NULL
 *          SHM_E_ACCESS    the handle was opened for writing alone */
int32_t SHM_CALL ShmGetWaitHandle(ShmChannel channel, void** handle);

/* Posts a window message when the channel becomes readable: once, and again only after a read through this
 * handle has found nothing left (SHM_E_EMPTY, SHM_S_UNCHANGED). Posts at once if there is something to read
 * now. The message is posted from within this process, so sessions and integrity levels do not matter.
 * A message that finds the thread's queue full is posted again, until there is room. While a window is
 * notified FreeLibrary does not unload the DLL.
 * @param window   [in] HWND of this process, which gets the message with wParam cookie and lParam channel;
 *                 NULL ends the notification: no message is posted after the call has returned
 * @param message  [in] the message's number, such as WM_APP + 1
 * @param cookie   [in] the caller's own, handed on as wParam
 * @return  SHM_OK
 *          SHM_E_ARGUMENT  window is not a window, or is another process's
 *          SHM_E_ACCESS    the handle was opened for writing alone */
int32_t SHM_CALL ShmNotifyWindow(ShmChannel channel, void* window, uint32_t message, uintptr_t cookie);

/* Has a notice written to a pipe when the channel becomes readable, for an event loop that waits for pipes
 * and not for events, such as Node.js's. A notice is the channel's handle, 4 bytes in the processor's order.
 * Each call asks for one: it is written at once if there is something to read now, else when it becomes so;
 * then no more until the next call. A thread of this process writes it, which waits while the pipe is full: a
 * pipe that holds 4 bytes for each channel never is, where no call is made before the notice of the last one
 * has come. A handle has a pipe or a window: the later one of ShmNotifyPipe and ShmNotifyWindow ends the
 * other.
 * @param pipe  [in] a HANDLE of this process for the end of a pipe that is written to, not opened for
 *              overlapped operations; it stays the caller's, who closes it after the channel. NULL ends the
 *              notification: nothing is written after the call has returned
 * @return  SHM_OK
 *          SHM_E_ARGUMENT  pipe is not a pipe
 *          SHM_E_ACCESS    the handle was opened for writing alone */
int32_t SHM_CALL ShmNotifyPipe(ShmChannel channel, void* pipe);

/* Waits until one of several channels has something to read. It takes turns with other calls that read
 * through the same handles.
 * @param channels    [in] count handles, opened to read, to serve or to call
 * @param count       [in] 1 to SHM_WAIT_MAX
 * @param index       [out] the first of channels that has something to read
 * @param timeout_ms  [in] how long to wait
 * @return  SHM_OK           channels[*index] has something to read. Of a queue it may be gone when it is read
 *          SHM_E_ARGUMENT   channels or index is NULL, or count is 0 or larger than SHM_WAIT_MAX
 *          SHM_E_EMPTY      none had within timeout_ms
 *          SHM_E_TIMEOUT    another thread read through one of the handles for timeout_ms
 *          SHM_E_ACCESS     one of the handles was opened for writing alone
 *          SHM_E_CANCELLED  ShmCancel or ShmSetCancelled on one of the handles */
int32_t SHM_CALL ShmWaitAny(const ShmChannel* channels, uint32_t count, uint32_t* index, uint32_t timeout_ms);

#ifdef __cplusplus
}
#endif

#endif
