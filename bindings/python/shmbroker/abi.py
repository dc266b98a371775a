"""The C interface of ShmBroker, for ctypes.

Generated from shmbroker.h by bindings/bindgen/python.py: change those. shmbroker.h tells what each function
does; the package is for everyday use. Nothing is loaded here: the layout can be checked on any system.
"""

import ctypes
from ctypes import POINTER, c_char, c_char_p, c_int32, c_size_t, c_uint16, c_uint32, c_uint64, c_void_p
from ctypes import c_wchar_p

_IS_64_BIT = ctypes.sizeof(c_void_p) == 8

# Version of this header: major in the upper 16 bits, minor in the lower.
SHM_VERSION = 2

# A channel name: 1 to 63 UTF-16 units, no backslash, nothing invisible, no blank at an end. Case matters.
SHM_NAME_MAX = 63
SHM_NAME_MAX_UTF8 = 189

# The text of an account's SID, such as S-1-5-21-…. No SID has a longer one.
SHM_SID_MAX = 191

# Timeouts in milliseconds: 0 to SHM_TIMEOUT_MAX, some 24 days, or SHM_INFINITE.
SHM_INFINITE = 0xFFFFFFFF
SHM_TIMEOUT_MAX = 0x7FFFFFFF

# ShmUnlock: leave the block's value as it was.
SHM_KEEP = c_size_t(-1).value

# Success.
SHM_OK = 0
SHM_S_UNCHANGED = 1  # the value is the one that this handle has read before
SHM_S_LOST = 2  # messages before this one were lost to this slow reader; see ShmGetStats
SHM_S_REDELIVERED = 3  # a reader that took this message before died, or gave it back
SHM_S_DROPPED = 4  # nobody waits for this answer any more: it came to nobody

# Errors.
SHM_E_ARGUMENT = -1  # a parameter is NULL, out of range, or a struct's size is not set
SHM_E_HANDLE = -2  # not an open channel
SHM_E_NAME = -3  # not a valid channel name
SHM_E_NOT_FOUND = -4  # no channel has this name
SHM_E_ACCESS = -5  # the caller lacks the right; kernel-enforced
SHM_E_NO_SERVICE = -6  # the ShmBroker service is not running
SHM_E_UNTRUSTED = -7  # what answered is not the ShmBroker service
SHM_E_VERSION = -8  # DLL and service are too far apart in version
SHM_E_BUFFER = -9  # the buffer is too small; the size needed was stored
SHM_E_SIZE = -10  # larger than the channel's largest message
SHM_E_EMPTY = -11  # nothing to read within the timeout
SHM_E_FULL = -12  # no room to write within the timeout
SHM_E_TIMEOUT = -13  # a lock, a turn at this handle, or the service was not to be had in time
SHM_E_CANCELLED = -14  # ShmCancel ended the wait, or ShmSetCancelled is in force
SHM_E_CLOSED = -15  # the channel has ended, or the handle is being closed
SHM_E_CORRUPT = -16  # the channel's memory is damaged
SHM_E_STATE = -17  # out of turn, such as ShmUnlock without ShmLock
SHM_E_KIND = -18  # not for this kind of channel
SHM_E_MISMATCH = -19  # the channel exists, and is not what was asked for
SHM_E_BUSY = -20  # an exclusive writer has it, no slot is free, or too many requests
SHM_E_QUOTA = -21  # the caller's account has used up what policy allows it
SHM_E_MEMORY = -22  # out of memory
SHM_E_SYSTEM = -23  # an unexpected Win32 error; see ShmLastErrorText
SHM_E_OVERTAKEN = -24  # what was peeked has been overwritten meanwhile: discard it
SHM_E_UNAVAILABLE = -25  # the service could not set up the channel; it tries again
SHM_E_PEER_DIED = -26  # the server that had taken the call has died, or closed the channel
SHM_E_NO_SERVER = -27  # no server has the channel open
SHM_E_REFUSED = -28  # the server refused the call; ShmLastRefusal has its code
SHM_E_UNANSWERED = -29  # a server has taken the call, and has not answered it in time

# Rights.
SHM_READ = 1
SHM_WRITE = 2
SHM_SERVER = 1  # of a service: take requests and answer them. The right that is SHM_READ elsewhere
SHM_CLIENT = 2  # of a service: call it. The right that is SHM_WRITE elsewhere

# What a channel is.
SHM_BLOCK = 1  # one value, the last one written wins
SHM_TOPIC = 2  # every reader gets every message
SHM_QUEUE = 3  # every message goes to exactly one reader
SHM_SERVICE = 4  # clients call, and one of its servers answers

# ShmOptions.flags
SHM_OPEN_NEXT = 1  # start at the next write, not at the oldest message or value kept
SHM_OPEN_EXCLUSIVE = 2  # be the only writer: nobody else may write while this handle is open
SHM_OPEN_TIMED = 4  # a writer: date each message at its commit; costs a clock a message
SHM_OPEN_CREATE = 8  # create the channel if there is none, where policy lets this account
SHM_OPEN_KEEP = 16  # with SHM_OPEN_CREATE: it stays when nobody has it open
SHM_OPEN_SERVED = 32  # a service's client: no call waits for a server to come, see SHM_E_NO_SERVER

# ShmOptions.when_full: what a topic's writer does where there is no room.
SHM_OVERWRITE = 1  # the oldest messages go; a reader that was too slow is told how many
SHM_WAIT = 2  # it waits for the slowest reader

# ShmMessage.flags
SHM_MESSAGE_LOST = 1  # messages before this one were lost to this slow reader
SHM_MESSAGE_REDELIVERED = 2  # a reader that took this message before died, or gave it back

# ShmCaller.flags
SHM_CALLER_WAITS = 1  # somebody still wants the answer

# ShmWaitAny: the most channels that one call waits for.
SHM_WAIT_MAX = 31

# The name of each status: "SHM_E_ACCESS" of -5.
STATUS_NAMES = {
    SHM_OK: "SHM_OK",
    SHM_S_UNCHANGED: "SHM_S_UNCHANGED",
    SHM_S_LOST: "SHM_S_LOST",
    SHM_S_REDELIVERED: "SHM_S_REDELIVERED",
    SHM_S_DROPPED: "SHM_S_DROPPED",
    SHM_E_ARGUMENT: "SHM_E_ARGUMENT",
    SHM_E_HANDLE: "SHM_E_HANDLE",
    SHM_E_NAME: "SHM_E_NAME",
    SHM_E_NOT_FOUND: "SHM_E_NOT_FOUND",
    SHM_E_ACCESS: "SHM_E_ACCESS",
    SHM_E_NO_SERVICE: "SHM_E_NO_SERVICE",
    SHM_E_UNTRUSTED: "SHM_E_UNTRUSTED",
    SHM_E_VERSION: "SHM_E_VERSION",
    SHM_E_BUFFER: "SHM_E_BUFFER",
    SHM_E_SIZE: "SHM_E_SIZE",
    SHM_E_EMPTY: "SHM_E_EMPTY",
    SHM_E_FULL: "SHM_E_FULL",
    SHM_E_TIMEOUT: "SHM_E_TIMEOUT",
    SHM_E_CANCELLED: "SHM_E_CANCELLED",
    SHM_E_CLOSED: "SHM_E_CLOSED",
    SHM_E_CORRUPT: "SHM_E_CORRUPT",
    SHM_E_STATE: "SHM_E_STATE",
    SHM_E_KIND: "SHM_E_KIND",
    SHM_E_MISMATCH: "SHM_E_MISMATCH",
    SHM_E_BUSY: "SHM_E_BUSY",
    SHM_E_QUOTA: "SHM_E_QUOTA",
    SHM_E_MEMORY: "SHM_E_MEMORY",
    SHM_E_SYSTEM: "SHM_E_SYSTEM",
    SHM_E_OVERTAKEN: "SHM_E_OVERTAKEN",
    SHM_E_UNAVAILABLE: "SHM_E_UNAVAILABLE",
    SHM_E_PEER_DIED: "SHM_E_PEER_DIED",
    SHM_E_NO_SERVER: "SHM_E_NO_SERVER",
    SHM_E_REFUSED: "SHM_E_REFUSED",
    SHM_E_UNANSWERED: "SHM_E_UNANSWERED",
}


def _check_layout(struct: type[ctypes.Structure], size: int, /, **offsets: int) -> None:
    """A struct that is not laid out as in C would corrupt memory."""
    found = {name: getattr(struct, name).offset for name in offsets}
    if ctypes.sizeof(struct) != size or found != offsets:
        raise TypeError(f"{struct.__name__} is not laid out as in shmbroker.h")


class ShmOptions(ctypes.Structure):
    size: int  # sizeof(ShmOptions)
    access: int
    kind: int  # SHM_BLOCK …: refuse another kind with SHM_E_MISMATCH; 0: any
    flags: int  # SHM_OPEN_…
    open_timeout_ms: int  # how long the service may take to answer; 0: 5000
    spin: int  # turns of a busy loop before a waiting call blocks; 0: 100
    capacity: int
    max_message: int  # bytes that its largest message, or request, must be allowed to have; 0: any
    when_full: int  # creating a topic: SHM_OVERWRITE or SHM_WAIT; 0: SHM_OVERWRITE
    reserved: int  # 0
    max_calls: int  # of a service: how many a client must be able to have under way at least; 0: any
    max_clients: int  # of a service: how many must be able to call it at least; 0: any
    _fields_ = [
        ("size", c_uint32),
        ("access", c_uint32),
        ("kind", c_uint32),
        ("flags", c_uint32),
        ("open_timeout_ms", c_uint32),
        ("spin", c_uint32),
        ("capacity", c_uint64),
        ("max_message", c_uint64),
        ("when_full", c_uint32),
        ("reserved", c_uint32),
        ("max_calls", c_uint32),
        ("max_clients", c_uint32),
    ]


_check_layout(
    ShmOptions,
    56,
    size=0,
    access=4,
    kind=8,
    flags=12,
    open_timeout_ms=16,
    spin=20,
    capacity=24,
    max_message=32,
    when_full=40,
    reserved=44,
    max_calls=48,
    max_clients=52,
)


class ShmInfo(ctypes.Structure):
    size: int  # sizeof(ShmInfo)
    kind: int  # SHM_BLOCK …
    access: int  # SHM_READ | SHM_WRITE: rights of this handle; in a list: of the caller
    readers: int  # reading handles open now, in all processes
    writers: int  # writing handles open now, in all processes
    reserved: int  # 0
    capacity: int  # bytes of payload that the channel holds; of a service: of its largest answer
    max_message: int  # bytes of the largest message or request; of a block: its capacity
    name: ctypes.Array[c_uint16]
    creator: ctypes.Array[c_uint16]  # SID of its creator; "": it is in the configuration, or in a list
    instance: int  # another number each time that the channel's memory is made; in a list: 0
    _fields_ = [
        ("size", c_uint32),
        ("kind", c_uint32),
        ("access", c_uint32),
        ("readers", c_uint32),
        ("writers", c_uint32),
        ("reserved", c_uint32),
        ("capacity", c_uint64),
        ("max_message", c_uint64),
        ("name", c_uint16 * 64),
        ("creator", c_uint16 * 192),
        ("instance", c_uint64),
    ]


_check_layout(
    ShmInfo,
    560,
    size=0,
    kind=4,
    access=8,
    readers=12,
    writers=16,
    reserved=20,
    capacity=24,
    max_message=32,
    name=40,
    creator=168,
    instance=552,
)


class ShmInfoUtf8(ctypes.Structure):
    size: int
    kind: int
    access: int
    readers: int
    writers: int
    reserved: int
    capacity: int
    max_message: int
    name: bytes
    creator: bytes
    instance: int
    _fields_ = [
        ("size", c_uint32),
        ("kind", c_uint32),
        ("access", c_uint32),
        ("readers", c_uint32),
        ("writers", c_uint32),
        ("reserved", c_uint32),
        ("capacity", c_uint64),
        ("max_message", c_uint64),
        ("name", c_char * 192),
        ("creator", c_char * 192),
        ("instance", c_uint64),
    ]


_check_layout(
    ShmInfoUtf8,
    432,
    size=0,
    kind=4,
    access=8,
    readers=12,
    writers=16,
    reserved=20,
    capacity=24,
    max_message=32,
    name=40,
    creator=232,
    instance=424,
)


class ShmStats(ctypes.Structure):
    size: int  # sizeof(ShmStats)
    reserved: int  # 0
    sequence: int  # of the channel: number of the last message or value published
    recoveries: int  # of the channel: locks and loans taken back from processes that died
    written: int  # messages written; of a service's client: calls begun
    bytes_written: int  # their bytes
    read: int  # messages or changed values read; of a service's server: requests taken
    bytes_read: int  # their bytes
    lost: int  # messages overwritten before this handle read them; of a block: values
    lock_waits: int  # writes that had to wait for another writer
    read_waits: int  # times that a read, or the wait for an answer, went to sleep
    _fields_ = [
        ("size", c_uint32),
        ("reserved", c_uint32),
        ("sequence", c_uint64),
        ("recoveries", c_uint64),
        ("written", c_uint64),
        ("bytes_written", c_uint64),
        ("read", c_uint64),
        ("bytes_read", c_uint64),
        ("lost", c_uint64),
        ("lock_waits", c_uint64),
        ("read_waits", c_uint64),
    ]


_check_layout(
    ShmStats,
    80,
    size=0,
    reserved=4,
    sequence=8,
    recoveries=16,
    written=24,
    bytes_written=32,
    read=40,
    bytes_read=48,
    lost=56,
    lock_waits=64,
    read_waits=72,
)


class ShmMessage(ctypes.Structure):
    size: int  # sizeof(ShmMessage)
    flags: int  # [out, reading] SHM_MESSAGE_…
    sequence: int  # [out, reading] number of the message in its channel, from 1
    timestamp: int  # [out, reading] its commit, in 100 ns since 1601 UTC; 0: its writer gives none
    data: int | None  # the bytes: writing [in], reading [out] where in the buffer they are
    length: int  # their number: writing [in], reading [out]
    writer: int  # [out, reading] the process that wrote it; 0: not known, as of a block
    reserved: int  # 0
    _fields_ = [
        ("size", c_uint32),
        ("flags", c_uint32),
        ("sequence", c_uint64),
        ("timestamp", c_uint64),
        ("data", c_void_p),
        ("length", c_size_t),
        ("writer", c_uint32),
        ("reserved", c_uint32),
    ]


_check_layout(
    ShmMessage,
    48 if _IS_64_BIT else 40,
    size=0,
    flags=4,
    sequence=8,
    timestamp=16,
    data=24,
    length=32 if _IS_64_BIT else 28,
    writer=40 if _IS_64_BIT else 32,
    reserved=44 if _IS_64_BIT else 36,
)


class ShmCaller(ctypes.Structure):
    size: int  # sizeof(ShmCaller)
    pid: int  # its process
    session: int  # that process's session; 0xFFFFFFFF: not known
    flags: int  # SHM_CALLER_…
    account: ctypes.Array[c_uint16]  # SID of its account; the kernel has said whose the process is
    _fields_ = [
        ("size", c_uint32),
        ("pid", c_uint32),
        ("session", c_uint32),
        ("flags", c_uint32),
        ("account", c_uint16 * 192),
    ]


_check_layout(ShmCaller, 400, size=0, pid=4, session=8, flags=12, account=16)


class ShmCallerUtf8(ctypes.Structure):
    size: int
    pid: int
    session: int
    flags: int
    account: bytes
    _fields_ = [
        ("size", c_uint32),
        ("pid", c_uint32),
        ("session", c_uint32),
        ("flags", c_uint32),
        ("account", c_char * 192),
    ]


_check_layout(ShmCallerUtf8, 208, size=0, pid=4, session=8, flags=12, account=16)


def declare(library: ctypes.CDLL) -> None:
    """Tells the functions of the loaded shmclient.dll their types."""
    # ---- library
    library.ShmVersion.restype = c_uint32
    library.ShmVersion.argtypes = []
    library.ShmErrorText.restype = c_wchar_p
    library.ShmErrorText.argtypes = [c_int32]
    library.ShmErrorTextUtf8.restype = c_char_p
    library.ShmErrorTextUtf8.argtypes = [c_int32]
    library.ShmLastErrorText.restype = c_wchar_p
    library.ShmLastErrorText.argtypes = []
    library.ShmLastErrorTextUtf8.restype = c_char_p
    library.ShmLastErrorTextUtf8.argtypes = []
    library.ShmLastRefusal.restype = c_int32
    library.ShmLastRefusal.argtypes = []

    # ---- channel
    library.ShmOpen.restype = c_int32
    library.ShmOpen.argtypes = [c_wchar_p, POINTER(ShmOptions), POINTER(c_uint32)]
    library.ShmOpenUtf8.restype = c_int32
    library.ShmOpenUtf8.argtypes = [c_char_p, POINTER(ShmOptions), POINTER(c_uint32)]
    library.ShmClose.restype = c_int32
    library.ShmClose.argtypes = [c_uint32]
    library.ShmCancel.restype = c_int32
    library.ShmCancel.argtypes = [c_uint32]
    library.ShmSetCancelled.restype = c_int32
    library.ShmSetCancelled.argtypes = [c_uint32, c_int32]
    library.ShmGetInfo.restype = c_int32
    library.ShmGetInfo.argtypes = [c_uint32, POINTER(ShmInfo)]
    library.ShmGetInfoUtf8.restype = c_int32
    library.ShmGetInfoUtf8.argtypes = [c_uint32, POINTER(ShmInfoUtf8)]
    library.ShmGetStats.restype = c_int32
    library.ShmGetStats.argtypes = [c_uint32, POINTER(ShmStats)]
    library.ShmListChannels.restype = c_int32
    library.ShmListChannels.argtypes = [POINTER(ShmInfo), c_uint32, POINTER(c_uint32)]
    library.ShmListChannelsUtf8.restype = c_int32
    library.ShmListChannelsUtf8.argtypes = [POINTER(ShmInfoUtf8), c_uint32, POINTER(c_uint32)]

    # ---- copied
    library.ShmWrite.restype = c_int32
    library.ShmWrite.argtypes = [c_uint32, c_void_p, c_size_t, c_uint32]
    library.ShmRead.restype = c_int32
    library.ShmRead.argtypes = [c_uint32, c_void_p, c_size_t, POINTER(c_size_t), c_uint32]
    library.ShmWriteBatch.restype = c_int32
    library.ShmWriteBatch.argtypes = [c_uint32, POINTER(ShmMessage), c_uint32, POINTER(c_uint32), c_uint32]
    library.ShmReadBatch.restype = c_int32
    library.ShmReadBatch.argtypes = [
        c_uint32,
        POINTER(ShmMessage),
        c_uint32,
        c_void_p,
        c_size_t,
        POINTER(c_uint32),
        c_uint32,
    ]

    # ---- in place
    library.ShmLoan.restype = c_int32
    library.ShmLoan.argtypes = [c_uint32, c_size_t, POINTER(c_void_p), c_uint32]
    library.ShmCommit.restype = c_int32
    library.ShmCommit.argtypes = [c_uint32, c_size_t]
    library.ShmAbort.restype = c_int32
    library.ShmAbort.argtypes = [c_uint32]
    library.ShmLock.restype = c_int32
    library.ShmLock.argtypes = [c_uint32, POINTER(c_void_p), POINTER(c_size_t), c_uint32]
    library.ShmUnlock.restype = c_int32
    library.ShmUnlock.argtypes = [c_uint32, c_size_t]
    library.ShmFlush.restype = c_int32
    library.ShmFlush.argtypes = [c_uint32]
    library.ShmPeek.restype = c_int32
    library.ShmPeek.argtypes = [c_uint32, POINTER(c_void_p), POINTER(c_size_t), c_uint32]
    library.ShmRelease.restype = c_int32
    library.ShmRelease.argtypes = [c_uint32]

    # ---- calls
    library.ShmCall.restype = c_int32
    library.ShmCall.argtypes = [c_uint32, c_void_p, c_size_t, c_void_p, c_size_t, POINTER(c_size_t), c_uint32]
    library.ShmCallBegin.restype = c_int32
    library.ShmCallBegin.argtypes = [c_uint32, c_void_p, c_size_t, POINTER(c_uint64), c_uint32]
    library.ShmCallEnd.restype = c_int32
    library.ShmCallEnd.argtypes = [c_uint32, c_uint64, c_void_p, c_size_t, POINTER(c_size_t), c_uint32]
    library.ShmCallLoan.restype = c_int32
    library.ShmCallLoan.argtypes = [c_uint32, c_size_t, POINTER(c_void_p), POINTER(c_uint64), c_uint32]
    library.ShmCallCommit.restype = c_int32
    library.ShmCallCommit.argtypes = [c_uint32, c_uint64, c_size_t]
    library.ShmCallPeek.restype = c_int32
    library.ShmCallPeek.argtypes = [c_uint32, c_uint64, POINTER(c_void_p), POINTER(c_size_t), c_uint32]
    library.ShmCallRelease.restype = c_int32
    library.ShmCallRelease.argtypes = [c_uint32, c_uint64]
    library.ShmCallCancel.restype = c_int32
    library.ShmCallCancel.argtypes = [c_uint32, c_uint64]
    library.ShmServe.restype = c_int32
    library.ShmServe.argtypes = [c_uint32, c_void_p, c_size_t, POINTER(c_size_t), POINTER(c_uint64), c_uint32]
    library.ShmServePeek.restype = c_int32
    library.ShmServePeek.argtypes = [
        c_uint32,
        POINTER(c_void_p),
        POINTER(c_size_t),
        POINTER(c_uint64),
        c_uint32,
    ]
    library.ShmAnswerLoan.restype = c_int32
    library.ShmAnswerLoan.argtypes = [c_uint32, c_uint64, POINTER(c_void_p), POINTER(c_size_t)]
    library.ShmAnswer.restype = c_int32
    library.ShmAnswer.argtypes = [c_uint32, c_uint64, c_void_p, c_size_t]
    library.ShmRefuse.restype = c_int32
    library.ShmRefuse.argtypes = [c_uint32, c_uint64, c_int32, c_wchar_p]
    library.ShmRefuseUtf8.restype = c_int32
    library.ShmRefuseUtf8.argtypes = [c_uint32, c_uint64, c_int32, c_char_p]
    library.ShmGetCaller.restype = c_int32
    library.ShmGetCaller.argtypes = [c_uint32, c_uint64, POINTER(ShmCaller)]
    library.ShmGetCallerUtf8.restype = c_int32
    library.ShmGetCallerUtf8.argtypes = [c_uint32, c_uint64, POINTER(ShmCallerUtf8)]

    # ---- notification
    library.ShmGetWaitHandle.restype = c_int32
    library.ShmGetWaitHandle.argtypes = [c_uint32, POINTER(c_void_p)]
    library.ShmNotifyWindow.restype = c_int32
    library.ShmNotifyWindow.argtypes = [c_uint32, c_void_p, c_uint32, c_size_t]
    library.ShmNotifyPipe.restype = c_int32
    library.ShmNotifyPipe.argtypes = [c_uint32, c_void_p]
    library.ShmWaitAny.restype = c_int32
    library.ShmWaitAny.argtypes = [POINTER(c_uint32), c_uint32, POINTER(c_uint32), c_uint32]
