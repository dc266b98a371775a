/* Who uses a channel, and how they get on: for programs that watch, not for those that exchange. The
 * conventions are those of shmbroker.h. Text is UTF-16 alone.
 */
#ifndef SHMBROKER_WATCH_H
#define SHMBROKER_WATCH_H

#include <shmbroker/shmbroker.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SHM_ACCOUNT_MAX 95
#define SHM_RIGHTS_MAX 399
#define SHM_PATH_MAX 259
#define SHM_TEXT_MAX 1023
#define SHM_REASON_MAX 255

/* ShmChannelState.flags */
#define SHM_CHANNEL_CREATED 1u     /* by a client, not by the configuration */
#define SHM_CHANNEL_KEPT 2u        /* it stays when nobody has it open */
#define SHM_CHANNEL_FILE 4u        /* its value is kept in a file */
#define SHM_CHANNEL_UNAVAILABLE 8u /* the service could not set it up: see reason; nobody can open it */
#define SHM_CHANNEL_HELD_UP 16u    /* it has no room, since a process has not read or not committed */
#define SHM_CHANNEL_UNTAKEN 32u    /* a queue: it has no room, and no reader has taken its oldest message */

/* ShmClientState.flags */
#define SHM_CLIENT_WAITING 1u   /* asleep: a reader until there is a message, a writer until there is room */
#define SHM_CLIENT_BLOCKS 2u    /* the channel has no room because of what it has not read or not committed */
#define SHM_CLIENT_LOCK 4u      /* a writer that holds the lock now */
#define SHM_CLIENT_EXCLUSIVE 8u /* a writer that tolerates no other */

typedef struct ShmChannelState {
  uint32_t size;        /* sizeof(ShmChannelState) */
  uint32_t kind;        /* SHM_BLOCK … */
  uint32_t when_full;   /* of a topic: SHM_OVERWRITE or SHM_WAIT */
  uint32_t access;      /* rights of the caller */
  uint32_t flags;       /* SHM_CHANNEL_… */
  uint32_t readers;     /* reading handles open now, in all processes */
  uint32_t writers;     /* writing handles open now, in all processes */
  uint32_t reserved;    /* 0 */
  uint64_t capacity;    /* bytes of payload that the channel holds */
  uint64_t max_message; /* bytes of the largest message */
  uint64_t messages;    /* ever written; those that are being written count */
  uint64_t backlog;     /* bytes not read yet: by its slowest reader, or by any of a queue; of a block: 0 */
  uint64_t recoveries;  /* locks and loans taken back from processes that died */
  uint64_t denials;     /* openings refused for want of a right, since the service's start */
  wchar_t name[SHM_NAME_MAX + 1];
  wchar_t owner[SHM_ACCOUNT_MAX + 1]; /* account that owns the memory and its locks: the service's */
  wchar_t rights[SHM_RIGHTS_MAX + 1]; /* who may read and who may write, in words */
  wchar_t reason[SHM_REASON_MAX + 1]; /* of SHM_CHANNEL_UNAVAILABLE; otherwise "" */
  /* From here on since version 0.2. What the channel's clients have done since the service's start, those
   * included that have gone: each number only grows. */
  uint64_t read;          /* messages or changed values read */
  uint64_t bytes_written; /* bytes of what was written */
  uint64_t bytes_read;    /* bytes of what was read */
  uint64_t lost;          /* messages overwritten before a reader read them */
  uint64_t waits;         /* reads that blocked, and turns at the lock that writers had to wait for */
  uint64_t opened;        /* readers and writers that have come */
  uint64_t closed;        /* readers and writers that have gone */
  /* With SHM_CHANNEL_FILE */
  uint64_t saved;                 /* when its value was last saved, in 100 ns since 1601 UTC; 0: never */
  wchar_t file[SHM_PATH_MAX + 1]; /* where its value is kept; otherwise "" */
  wchar_t save_error[SHM_REASON_MAX + 1]; /* why the last save failed; "": it did not */
  /* Since version 0.3. A service: its servers time a part of their requests, those that they slept for
   * among them. */
  uint64_t calls_under_way; /* requests that wait for a server, or that one has */
  uint64_t serve_p50; /* in 100 ns, how long servers had half of their last requests at most; 0: not known */
  uint64_t serve_p99; /* the same of 99 in 100 */
} ShmChannelState;

/* A handle that some process has open, one side of it: one that reads and writes is listed twice. */
typedef struct ShmClientState {
  uint32_t size;     /* sizeof(ShmClientState) */
  uint32_t access;   /* SHM_READ or SHM_WRITE */
  uint32_t pid;      /* its process */
  uint32_t session;  /* of Windows; 0xFFFFFFFF: not known */
  uint32_t flags;    /* SHM_CLIENT_… */
  uint32_t loan;     /* a writer: messages that it has room for and has not committed yet */
  uint64_t messages; /* read or written through it */
  uint64_t bytes;    /* of them */
  uint64_t cursor;   /* a topic's reader: bytes of the stream before the next one it reads, as it said last */
  uint64_t lag;      /* a topic's reader: bytes that it has not read yet, by the same word */
  uint64_t lost;     /* a reader: messages overwritten before it read them */
  uint64_t waits;    /* a reader: reads that blocked; a writer: turns at the lock that it had to wait for */
  wchar_t account[SHM_ACCOUNT_MAX +
                  1]; /* "": not known, where it has been open since before the service's start */
} ShmClientState;

/* Tells what a channel is doing and who has it open. Everything is a hint: it may have changed already, and
 * clients say themselves how far they are. Administrators see all clients, others those of their own account.
 * @param name      [in] the channel's name
 * @param state     [in, out] size set by the caller, the rest stored
 * @param clients   [in, out, optional] room for capacity structs; size of the first set by the caller. NULL
 *                  with capacity 0 asks just for the number
 * @param capacity  [in] number of structs in clients; 128 are enough, for a service 64 and its max_clients
 * @param count     [out] number of clients that the caller may see, also with SHM_E_BUFFER
 * @return  SHM_OK
 *          SHM_E_ARGUMENT   a parameter is NULL, or the size of state or of clients is not set
 *          SHM_E_NAME       as for ShmOpen
 *          SHM_E_NOT_FOUND  no channel has this name
 *          SHM_E_ACCESS     the caller has no right on the channel, and is no administrator
 *          SHM_E_BUFFER     there are more than capacity; the first of them were stored
 *          SHM_E_NO_SERVICE, SHM_E_TIMEOUT, SHM_E_UNTRUSTED, SHM_E_VERSION, SHM_E_BUSY  as for ShmOpen */
int32_t SHM_CALL ShmInspect(const wchar_t* name, ShmChannelState* state, ShmClientState* clients,
                            uint32_t capacity, uint32_t* count);

/* What a channel is doing, in figures alone. Those of clients are about the ones that the caller may see; see
 * ShmInspect. */
typedef struct ShmChannelSummary {
  uint32_t size; /* sizeof(ShmChannelSummary) */
  uint32_t kind; /* as in ShmChannelState, to writers */
  uint32_t when_full;
  uint32_t access;
  uint32_t flags;
  uint32_t readers;
  uint32_t writers;
  uint32_t
      blocker; /* with SHM_CHANNEL_HELD_UP: process that has not read or not committed. 0: not to be seen */
  uint32_t loans;      /* messages that writers have room for and have not committed yet */
  uint32_t access_sum; /* since version 0.3: a checksum of its access in the configuration; 0: not known */
  uint64_t capacity;   /* as in ShmChannelState, to backlog */
  uint64_t max_message;
  uint64_t messages;
  uint64_t backlog;
  uint64_t lag;   /* a topic: bytes that its slowest reader has not read yet, by that reader's last word */
  uint64_t lost;  /* messages overwritten before the present readers read them */
  uint64_t waits; /* reads that blocked, and turns at the lock that writers had to wait for */
  uint64_t recoveries; /* as in ShmChannelState */
  uint64_t denials;
  wchar_t name[SHM_NAME_MAX + 1];
  uint64_t bytes_written;   /* since version 0.2; as in ShmChannelState */
  uint64_t calls_under_way; /* since version 0.3; as in ShmChannelState, to serve_p99 */
  uint64_t serve_p50;
  uint64_t serve_p99;
} ShmChannelSummary;

/* Tells what all channels are doing that the caller may read or write, in the order of their names: for lists
 * and displays of many. It costs about as much as ShmListChannels. A channel that comes or goes meanwhile may
 * be in it or not.
 * @param list      [in, out, optional] room for capacity structs; size of the first set by the caller. NULL
 *                  with capacity 0 asks just for the number
 * @param capacity  [in] number of structs in list
 * @param count     [out] number of channels, also with SHM_E_BUFFER
 * @return  SHM_OK
 *          SHM_E_ARGUMENT  count is NULL, list is NULL though capacity is not 0, or list->size is not set
 *          SHM_E_BUFFER    there are more than capacity; the first of them were stored
 *          SHM_E_BUSY      this process asks more than 1,000 times a second; a list takes a request for 64
 *                          channels
 *          SHM_E_NO_SERVICE, SHM_E_TIMEOUT, SHM_E_UNTRUSTED, SHM_E_VERSION  as for ShmOpen */
int32_t SHM_CALL ShmInspectAll(ShmChannelSummary* list, uint32_t capacity, uint32_t* count);

/* The service as a whole. */
typedef struct ShmServiceState {
  uint32_t size;         /* sizeof(ShmServiceState) */
  uint32_t version;      /* of the service, as SHM_VERSION is of the header */
  uint32_t pid;          /* its process */
  uint32_t channels;     /* all that there are, whoever may use them */
  uint32_t clients;      /* readers and writers of all of them */
  uint32_t reloads;      /* times that it was told to read its configuration again, and is done with it */
  int32_t reload_status; /* of the last time. SHM_OK: in force; SHM_E_ARGUMENT: refused, and the old one is */
  uint32_t unavailable;  /* of the channels: the service could not set them up, and tries again */
  uint64_t started;      /* in 100 ns since 1601 UTC */
  uint64_t configured;   /* when the file was last written that it read its configuration from */
  uint64_t denials;      /* requests refused for want of a right, since its start */
  uint64_t quota;        /* requests refused because an account had used up what it may, since its start */
  uint64_t recoveries;   /* locks and loans taken back from processes that died, since its start */
  /* For administrators; for others "" */
  wchar_t config[SHM_PATH_MAX + 1];      /* the configuration's file */
  wchar_t reload_text[SHM_TEXT_MAX + 1]; /* what came of the last reload, or why it was refused */
  /* From here on since version 0.3 */
  uint32_t reloads_asked; /* times that it was told to read its configuration again; reloads follows */
  uint32_t reserved;      /* 0 */
} ShmServiceState;

/* Tells how the service is.
 * @param state  [in, out] size set by the caller, the rest stored
 * @return  SHM_OK
 *          SHM_E_ARGUMENT  state is NULL or state->size is not set
 *          SHM_E_NO_SERVICE, SHM_E_TIMEOUT, SHM_E_UNTRUSTED, SHM_E_VERSION, SHM_E_BUSY  as for ShmOpen */
int32_t SHM_CALL ShmInspectService(ShmServiceState* state);

#ifdef __cplusplus
}
#endif

#endif
