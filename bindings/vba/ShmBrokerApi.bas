Attribute VB_Name = "ShmBrokerApi"
' The C interface of ShmBroker, for VBA (32 and 64 bit) and VB6.
'
' Generated from shmbroker.h by bindings/bindgen/vba.py: change those. shmbroker.h tells what each function
' does; ShmBroker.bas is the module for everyday use.
'
' Strings are passed by StrPtr: a parameter As String would be converted to the machine's code page.
Option Explicit

#If VBA7 Then
#Else
Public Enum LongPtr ' which VB6 does not have: a Long by another name
    [_]
End Enum
#End If

#If Win64 Then
Private Const PointerSize = 8
#Else
Private Const PointerSize = 4
#End If

' Version of this header: major in the upper 16 bits, minor in the lower.
Public Const SHM_VERSION As Long = 2

' A channel name: 1 to 63 UTF-16 units, no backslash, nothing invisible, no blank at an end. Case matters.
Public Const SHM_NAME_MAX As Long = 63
Public Const SHM_NAME_MAX_UTF8 As Long = 189

' The text of an account's SID, such as S-1-5-21-.... No SID has a longer one.
Public Const SHM_SID_MAX As Long = 191

' Timeouts in milliseconds: 0 to SHM_TIMEOUT_MAX, some 24 days, or SHM_INFINITE.
Public Const SHM_INFINITE As Long = &HFFFFFFFF
Public Const SHM_TIMEOUT_MAX As Long = &H7FFFFFFF

' ShmUnlock: leave the block's value as it was.
Public Const SHM_KEEP As Long = -1

' Success.
Public Const SHM_OK As Long = 0
Public Const SHM_S_UNCHANGED As Long = 1 ' the value is the one that this handle has read before
Public Const SHM_S_LOST As Long = 2 ' messages before this one were lost to this slow reader; see ShmGetStats
Public Const SHM_S_REDELIVERED As Long = 3 ' a reader that took this message before died, or gave it back
Public Const SHM_S_DROPPED As Long = 4 ' nobody waits for this answer any more: it came to nobody

' Errors.
Public Const SHM_E_ARGUMENT As Long = -1 ' a parameter is NULL, out of range, or a struct's size is not set
Public Const SHM_E_HANDLE As Long = -2 ' not an open channel
Public Const SHM_E_NAME As Long = -3 ' not a valid channel name
Public Const SHM_E_NOT_FOUND As Long = -4 ' no channel has this name
Public Const SHM_E_ACCESS As Long = -5 ' the caller lacks the right; kernel-enforced
Public Const SHM_E_NO_SERVICE As Long = -6 ' the ShmBroker service is not running
Public Const SHM_E_UNTRUSTED As Long = -7 ' what answered is not the ShmBroker service
Public Const SHM_E_VERSION As Long = -8 ' DLL and service are too far apart in version
Public Const SHM_E_BUFFER As Long = -9 ' the buffer is too small; the size needed was stored
Public Const SHM_E_SIZE As Long = -10 ' larger than the channel's largest message
Public Const SHM_E_EMPTY As Long = -11 ' nothing to read within the timeout
Public Const SHM_E_FULL As Long = -12 ' no room to write within the timeout
' a lock, a turn at this handle, or the service was not to be had in time
Public Const SHM_E_TIMEOUT As Long = -13
Public Const SHM_E_CANCELLED As Long = -14 ' ShmCancel ended the wait, or ShmSetCancelled is in force
Public Const SHM_E_CLOSED As Long = -15 ' the channel has ended, or the handle is being closed
Public Const SHM_E_CORRUPT As Long = -16 ' the channel's memory is damaged
Public Const SHM_E_STATE As Long = -17 ' out of turn, such as ShmUnlock without ShmLock
Public Const SHM_E_KIND As Long = -18 ' not for this kind of channel
Public Const SHM_E_MISMATCH As Long = -19 ' the channel exists, and is not what was asked for
Public Const SHM_E_BUSY As Long = -20 ' an exclusive writer has it, no slot is free, or too many requests
Public Const SHM_E_QUOTA As Long = -21 ' the caller's account has used up what policy allows it
Public Const SHM_E_MEMORY As Long = -22 ' out of memory
Public Const SHM_E_SYSTEM As Long = -23 ' an unexpected Win32 error; see ShmLastErrorText
Public Const SHM_E_OVERTAKEN As Long = -24 ' what was peeked has been overwritten meanwhile: discard it
Public Const SHM_E_UNAVAILABLE As Long = -25 ' the service could not set up the channel; it tries again
' the server that had taken the call has died, or closed the channel
Public Const SHM_E_PEER_DIED As Long = -26
Public Const SHM_E_NO_SERVER As Long = -27 ' no server has the channel open
Public Const SHM_E_REFUSED As Long = -28 ' the server refused the call; ShmLastRefusal has its code
Public Const SHM_E_UNANSWERED As Long = -29 ' a server has taken the call, and has not answered it in time

' Rights.
Public Const SHM_READ As Long = 1
Public Const SHM_WRITE As Long = 2
' of a service: take requests and answer them. The right that is SHM_READ elsewhere
Public Const SHM_SERVER As Long = 1
Public Const SHM_CLIENT As Long = 2 ' of a service: call it. The right that is SHM_WRITE elsewhere

' What a channel is.
Public Const SHM_BLOCK As Long = 1 ' one value, the last one written wins
Public Const SHM_TOPIC As Long = 2 ' every reader gets every message
Public Const SHM_QUEUE As Long = 3 ' every message goes to exactly one reader
Public Const SHM_SERVICE As Long = 4 ' clients call, and one of its servers answers

' ShmOptions.flags
Public Const SHM_OPEN_NEXT As Long = 1 ' start at the next write, not at the oldest message or value kept
' be the only writer: nobody else may write while this handle is open
Public Const SHM_OPEN_EXCLUSIVE As Long = 2
Public Const SHM_OPEN_TIMED As Long = 4 ' a writer: date each message at its commit; costs a clock a message
Public Const SHM_OPEN_CREATE As Long = 8 ' create the channel if there is none, where policy lets this account
Public Const SHM_OPEN_KEEP As Long = 16 ' with SHM_OPEN_CREATE: it stays when nobody has it open
' a service's client: no call waits for a server to come, see SHM_E_NO_SERVER
Public Const SHM_OPEN_SERVED As Long = 32

' ShmOptions.when_full: what a topic's writer does where there is no room.
Public Const SHM_OVERWRITE As Long = 1 ' the oldest messages go; a reader that was too slow is told how many
Public Const SHM_WAIT As Long = 2 ' it waits for the slowest reader

' ShmMessage.flags
Public Const SHM_MESSAGE_LOST As Long = 1 ' messages before this one were lost to this slow reader
' a reader that took this message before died, or gave it back
Public Const SHM_MESSAGE_REDELIVERED As Long = 2

' ShmCaller.flags
Public Const SHM_CALLER_WAITS As Long = 1 ' somebody still wants the answer

' ShmWaitAny: the most channels that one call waits for.
Public Const SHM_WAIT_MAX As Long = 31

' VB6 has no integers of 64 bits.
Public Type ShmUInt64
    Low As Long
    High As Long
End Type

Public Type ShmOptions
    Size As Long ' sizeof(ShmOptions)
    Access As Long
    Kind As Long ' SHM_BLOCK ...: refuse another kind with SHM_E_MISMATCH; 0: any
    Flags As Long ' SHM_OPEN_...
    OpenTimeoutMs As Long ' how long the service may take to answer; 0: 5000
    Spin As Long ' turns of a busy loop before a waiting call blocks; 0: 100
    Capacity As ShmUInt64
    MaxMessage As ShmUInt64 ' bytes that its largest message, or request, must be allowed to have; 0: any
    WhenFull As Long ' creating a topic: SHM_OVERWRITE or SHM_WAIT; 0: SHM_OVERWRITE
    Reserved As Long ' 0
    MaxCalls As Long ' of a service: how many a client must be able to have under way at least; 0: any
    MaxClients As Long ' of a service: how many must be able to call it at least; 0: any
End Type

Public Type ShmInfo
    Size As Long ' sizeof(ShmInfo)
    Kind As Long ' SHM_BLOCK ...
    Access As Long ' SHM_READ | SHM_WRITE: rights of this handle; in a list: of the caller
    Readers As Long ' reading handles open now, in all processes
    Writers As Long ' writing handles open now, in all processes
    Reserved As Long ' 0
    Capacity As ShmUInt64 ' bytes of payload that the channel holds; of a service: of its largest answer
    MaxMessage As ShmUInt64 ' bytes of the largest message or request; of a block: its capacity
    Name(0 To 63) As Integer
    Creator(0 To 191) As Integer ' SID of its creator; "": it is in the configuration, or in a list
    Instance As ShmUInt64 ' another number each time that the channel's memory is made; in a list: 0
End Type

Public Type ShmInfoUtf8
    Size As Long
    Kind As Long
    Access As Long
    Readers As Long
    Writers As Long
    Reserved As Long
    Capacity As ShmUInt64
    MaxMessage As ShmUInt64
    Name(0 To 191) As Byte
    Creator(0 To 191) As Byte
    Instance As ShmUInt64
End Type

Public Type ShmStats
    Size As Long ' sizeof(ShmStats)
    Reserved As Long ' 0
    Sequence As ShmUInt64 ' of the channel: number of the last message or value published
    Recoveries As ShmUInt64 ' of the channel: locks and loans taken back from processes that died
    Written As ShmUInt64 ' messages written; of a service's client: calls begun
    BytesWritten As ShmUInt64 ' their bytes
    Read As ShmUInt64 ' messages or changed values read; of a service's server: requests taken
    BytesRead As ShmUInt64 ' their bytes
    Lost As ShmUInt64 ' messages overwritten before this handle read them; of a block: values
    LockWaits As ShmUInt64 ' writes that had to wait for another writer
    ReadWaits As ShmUInt64 ' times that a read, or the wait for an answer, went to sleep
End Type

Public Type ShmMessage
    Size As Long ' sizeof(ShmMessage)
    Flags As Long ' [out, reading] SHM_MESSAGE_...
    Sequence As ShmUInt64 ' [out, reading] number of the message in its channel, from 1
    Timestamp As ShmUInt64 ' [out, reading] its commit, in 100 ns since 1601 UTC; 0: its writer gives none
    Data As LongPtr ' the bytes: writing [in], reading [out] where in the buffer they are
    Length As LongPtr ' their number: writing [in], reading [out]
    Writer As Long ' [out, reading] the process that wrote it; 0: not known, as of a block
    Reserved As Long ' 0
End Type

Public Type ShmCaller
    Size As Long ' sizeof(ShmCaller)
    Pid As Long ' its process
    Session As Long ' that process's session; 0xFFFFFFFF: not known
    Flags As Long ' SHM_CALLER_...
    Account(0 To 191) As Integer ' SID of its account; the kernel has said whose the process is
End Type

Public Type ShmCallerUtf8
    Size As Long
    Pid As Long
    Session As Long
    Flags As Long
    Account(0 To 191) As Byte
End Type

#If VBA7 Then

' ---- library
Public Declare PtrSafe Function ShmVersion Lib "shmclient.dll" () As Long
Public Declare PtrSafe Function ShmErrorText Lib "shmclient.dll" (ByVal Status As Long) As LongPtr
Public Declare PtrSafe Function ShmErrorTextUtf8 Lib "shmclient.dll" (ByVal Status As Long) As LongPtr
Public Declare PtrSafe Function ShmLastErrorText Lib "shmclient.dll" () As LongPtr
Public Declare PtrSafe Function ShmLastErrorTextUtf8 Lib "shmclient.dll" () As LongPtr
Public Declare PtrSafe Function ShmLastRefusal Lib "shmclient.dll" () As Long

' ---- channel
Public Declare PtrSafe Function ShmOpen Lib "shmclient.dll" _
    (ByVal Name As LongPtr, ByRef Options As ShmOptions, ByRef Channel As Long) As Long
Public Declare PtrSafe Function ShmOpenUtf8 Lib "shmclient.dll" _
    (ByVal Name As LongPtr, ByRef Options As ShmOptions, ByRef Channel As Long) As Long
Public Declare PtrSafe Function ShmClose Lib "shmclient.dll" (ByVal Channel As Long) As Long
Public Declare PtrSafe Function ShmCancel Lib "shmclient.dll" (ByVal Channel As Long) As Long
Public Declare PtrSafe Function ShmSetCancelled Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Cancelled As Long) As Long
Public Declare PtrSafe Function ShmGetInfo Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Info As ShmInfo) As Long
Public Declare PtrSafe Function ShmGetInfoUtf8 Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Info As ShmInfoUtf8) As Long
Public Declare PtrSafe Function ShmGetStats Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Stats As ShmStats) As Long
Public Declare PtrSafe Function ShmListChannels Lib "shmclient.dll" _
    (ByRef List As ShmInfo, ByVal Capacity As Long, ByRef Count As Long) As Long
Public Declare PtrSafe Function ShmListChannelsUtf8 Lib "shmclient.dll" _
    (ByRef List As ShmInfoUtf8, ByVal Capacity As Long, ByRef Count As Long) As Long

' ---- copied
Public Declare PtrSafe Function ShmWrite Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Data As LongPtr, ByVal Size As LongPtr, ByVal TimeoutMs As Long) As Long
Public Declare PtrSafe Function ShmRead Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Buffer As LongPtr, ByVal Capacity As LongPtr, ByRef Size As LongPtr, ByVal _
    TimeoutMs As Long) As Long
Public Declare PtrSafe Function ShmWriteBatch Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Messages As ShmMessage, ByVal Count As Long, ByRef Written As Long, ByVal _
    TimeoutMs As Long) As Long
Public Declare PtrSafe Function ShmReadBatch Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Messages As ShmMessage, ByVal Capacity As Long, ByVal Buffer As LongPtr, _
    ByVal BufferSize As LongPtr, ByRef Count As Long, ByVal TimeoutMs As Long) As Long

' ---- in place
Public Declare PtrSafe Function ShmLoan Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Size As LongPtr, ByRef Memory As LongPtr, ByVal TimeoutMs As Long) As Long
Public Declare PtrSafe Function ShmCommit Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Size As LongPtr) As Long
Public Declare PtrSafe Function ShmAbort Lib "shmclient.dll" (ByVal Channel As Long) As Long
Public Declare PtrSafe Function ShmLock Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Memory As LongPtr, ByRef Size As LongPtr, ByVal TimeoutMs As Long) As Long
Public Declare PtrSafe Function ShmUnlock Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Size As LongPtr) As Long
Public Declare PtrSafe Function ShmFlush Lib "shmclient.dll" (ByVal Channel As Long) As Long
Public Declare PtrSafe Function ShmPeek Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Data As LongPtr, ByRef Size As LongPtr, ByVal TimeoutMs As Long) As Long
Public Declare PtrSafe Function ShmRelease Lib "shmclient.dll" (ByVal Channel As Long) As Long

' ---- calls
Public Declare PtrSafe Function ShmCall Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Request As LongPtr, ByVal Size As LongPtr, ByVal Answer As LongPtr, ByVal _
    Capacity As LongPtr, ByRef AnswerSize As LongPtr, ByVal TimeoutMs As Long) As Long
Public Declare PtrSafe Function ShmCallBegin Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Request As LongPtr, ByVal Size As LongPtr, ByRef Token As Currency, ByVal _
    TimeoutMs As Long) As Long
Public Declare PtrSafe Function ShmCallEnd Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByVal Answer As LongPtr, ByVal Capacity As LongPtr, _
    ByRef AnswerSize As LongPtr, ByVal TimeoutMs As Long) As Long
Public Declare PtrSafe Function ShmCallLoan Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Size As LongPtr, ByRef Memory As LongPtr, ByRef Token As Currency, ByVal _
    TimeoutMs As Long) As Long
Public Declare PtrSafe Function ShmCallCommit Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByVal Size As LongPtr) As Long
Public Declare PtrSafe Function ShmCallPeek Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByRef Answer As LongPtr, ByRef Size As LongPtr, ByVal _
    TimeoutMs As Long) As Long
Public Declare PtrSafe Function ShmCallRelease Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency) As Long
Public Declare PtrSafe Function ShmCallCancel Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency) As Long
Public Declare PtrSafe Function ShmServe Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Request As LongPtr, ByVal Capacity As LongPtr, ByRef Size As LongPtr, _
    ByRef Token As Currency, ByVal TimeoutMs As Long) As Long
Public Declare PtrSafe Function ShmServePeek Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Request As LongPtr, ByRef Size As LongPtr, ByRef Token As Currency, ByVal _
    TimeoutMs As Long) As Long
Public Declare PtrSafe Function ShmAnswerLoan Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByRef Memory As LongPtr, ByRef _
    Capacity As LongPtr) As Long
Public Declare PtrSafe Function ShmAnswer Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByVal Answer As LongPtr, ByVal Size As LongPtr) As Long
Public Declare PtrSafe Function ShmRefuse Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByVal Code As Long, ByVal Text As LongPtr) As Long
Public Declare PtrSafe Function ShmRefuseUtf8 Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByVal Code As Long, ByVal Text As LongPtr) As Long
Public Declare PtrSafe Function ShmGetCaller Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByRef Caller As ShmCaller) As Long
Public Declare PtrSafe Function ShmGetCallerUtf8 Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByRef Caller As ShmCallerUtf8) As Long

' ---- notification
Public Declare PtrSafe Function ShmGetWaitHandle Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Handle As LongPtr) As Long
Public Declare PtrSafe Function ShmNotifyWindow Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Window As LongPtr, ByVal Message As Long, ByVal Cookie As LongPtr) As Long
Public Declare PtrSafe Function ShmNotifyPipe Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Pipe As LongPtr) As Long
Public Declare PtrSafe Function ShmWaitAny Lib "shmclient.dll" _
    (ByRef Channels As Long, ByVal Count As Long, ByRef Index As Long, ByVal TimeoutMs As Long) As Long

#Else

' ---- library
Public Declare Function ShmVersion Lib "shmclient.dll" () As Long
Public Declare Function ShmErrorText Lib "shmclient.dll" (ByVal Status As Long) As LongPtr
Public Declare Function ShmErrorTextUtf8 Lib "shmclient.dll" (ByVal Status As Long) As LongPtr
Public Declare Function ShmLastErrorText Lib "shmclient.dll" () As LongPtr
Public Declare Function ShmLastErrorTextUtf8 Lib "shmclient.dll" () As LongPtr
Public Declare Function ShmLastRefusal Lib "shmclient.dll" () As Long

' ---- channel
Public Declare Function ShmOpen Lib "shmclient.dll" _
    (ByVal Name As LongPtr, ByRef Options As ShmOptions, ByRef Channel As Long) As Long
Public Declare Function ShmOpenUtf8 Lib "shmclient.dll" _
    (ByVal Name As LongPtr, ByRef Options As ShmOptions, ByRef Channel As Long) As Long
Public Declare Function ShmClose Lib "shmclient.dll" (ByVal Channel As Long) As Long
Public Declare Function ShmCancel Lib "shmclient.dll" (ByVal Channel As Long) As Long
Public Declare Function ShmSetCancelled Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Cancelled As Long) As Long
Public Declare Function ShmGetInfo Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Info As ShmInfo) As Long
Public Declare Function ShmGetInfoUtf8 Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Info As ShmInfoUtf8) As Long
Public Declare Function ShmGetStats Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Stats As ShmStats) As Long
Public Declare Function ShmListChannels Lib "shmclient.dll" _
    (ByRef List As ShmInfo, ByVal Capacity As Long, ByRef Count As Long) As Long
Public Declare Function ShmListChannelsUtf8 Lib "shmclient.dll" _
    (ByRef List As ShmInfoUtf8, ByVal Capacity As Long, ByRef Count As Long) As Long

' ---- copied
Public Declare Function ShmWrite Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Data As LongPtr, ByVal Size As LongPtr, ByVal TimeoutMs As Long) As Long
Public Declare Function ShmRead Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Buffer As LongPtr, ByVal Capacity As LongPtr, ByRef Size As LongPtr, ByVal _
    TimeoutMs As Long) As Long
Public Declare Function ShmWriteBatch Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Messages As ShmMessage, ByVal Count As Long, ByRef Written As Long, ByVal _
    TimeoutMs As Long) As Long
Public Declare Function ShmReadBatch Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Messages As ShmMessage, ByVal Capacity As Long, ByVal Buffer As LongPtr, _
    ByVal BufferSize As LongPtr, ByRef Count As Long, ByVal TimeoutMs As Long) As Long

' ---- in place
Public Declare Function ShmLoan Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Size As LongPtr, ByRef Memory As LongPtr, ByVal TimeoutMs As Long) As Long
Public Declare Function ShmCommit Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Size As LongPtr) As Long
Public Declare Function ShmAbort Lib "shmclient.dll" (ByVal Channel As Long) As Long
Public Declare Function ShmLock Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Memory As LongPtr, ByRef Size As LongPtr, ByVal TimeoutMs As Long) As Long
Public Declare Function ShmUnlock Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Size As LongPtr) As Long
Public Declare Function ShmFlush Lib "shmclient.dll" (ByVal Channel As Long) As Long
Public Declare Function ShmPeek Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Data As LongPtr, ByRef Size As LongPtr, ByVal TimeoutMs As Long) As Long
Public Declare Function ShmRelease Lib "shmclient.dll" (ByVal Channel As Long) As Long

' ---- calls
Public Declare Function ShmCall Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Request As LongPtr, ByVal Size As LongPtr, ByVal Answer As LongPtr, ByVal _
    Capacity As LongPtr, ByRef AnswerSize As LongPtr, ByVal TimeoutMs As Long) As Long
Public Declare Function ShmCallBegin Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Request As LongPtr, ByVal Size As LongPtr, ByRef Token As Currency, ByVal _
    TimeoutMs As Long) As Long
Public Declare Function ShmCallEnd Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByVal Answer As LongPtr, ByVal Capacity As LongPtr, _
    ByRef AnswerSize As LongPtr, ByVal TimeoutMs As Long) As Long
Public Declare Function ShmCallLoan Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Size As LongPtr, ByRef Memory As LongPtr, ByRef Token As Currency, ByVal _
    TimeoutMs As Long) As Long
Public Declare Function ShmCallCommit Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByVal Size As LongPtr) As Long
Public Declare Function ShmCallPeek Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByRef Answer As LongPtr, ByRef Size As LongPtr, ByVal _
    TimeoutMs As Long) As Long
Public Declare Function ShmCallRelease Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency) As Long
Public Declare Function ShmCallCancel Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency) As Long
Public Declare Function ShmServe Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Request As LongPtr, ByVal Capacity As LongPtr, ByRef Size As LongPtr, _
    ByRef Token As Currency, ByVal TimeoutMs As Long) As Long
Public Declare Function ShmServePeek Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Request As LongPtr, ByRef Size As LongPtr, ByRef Token As Currency, ByVal _
    TimeoutMs As Long) As Long
Public Declare Function ShmAnswerLoan Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByRef Memory As LongPtr, ByRef _
    Capacity As LongPtr) As Long
Public Declare Function ShmAnswer Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByVal Answer As LongPtr, ByVal Size As LongPtr) As Long
Public Declare Function ShmRefuse Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByVal Code As Long, ByVal Text As LongPtr) As Long
Public Declare Function ShmRefuseUtf8 Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByVal Code As Long, ByVal Text As LongPtr) As Long
Public Declare Function ShmGetCaller Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByRef Caller As ShmCaller) As Long
Public Declare Function ShmGetCallerUtf8 Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Token As Currency, ByRef Caller As ShmCallerUtf8) As Long

' ---- notification
Public Declare Function ShmGetWaitHandle Lib "shmclient.dll" _
    (ByVal Channel As Long, ByRef Handle As LongPtr) As Long
Public Declare Function ShmNotifyWindow Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Window As LongPtr, ByVal Message As Long, ByVal Cookie As LongPtr) As Long
Public Declare Function ShmNotifyPipe Lib "shmclient.dll" _
    (ByVal Channel As Long, ByVal Pipe As LongPtr) As Long
Public Declare Function ShmWaitAny Lib "shmclient.dll" _
    (ByRef Channels As Long, ByVal Count As Long, ByRef Index As Long, ByVal TimeoutMs As Long) As Long

#End If

' A Type that is not laid out as in C would corrupt memory. In shmbroker.h each member is at a multiple of its
' size, so that there is nothing to pad, whether Visual Basic aligns to 4 bytes or to 8.
Public Sub ShmCheckLayout()
    Dim OptionsType As ShmOptions
    Check LenB(OptionsType) = 56 _
        And VarPtr(OptionsType.Size) - VarPtr(OptionsType) = 0 _
        And VarPtr(OptionsType.Access) - VarPtr(OptionsType) = 4 _
        And VarPtr(OptionsType.Kind) - VarPtr(OptionsType) = 8 _
        And VarPtr(OptionsType.Flags) - VarPtr(OptionsType) = 12 _
        And VarPtr(OptionsType.OpenTimeoutMs) - VarPtr(OptionsType) = 16 _
        And VarPtr(OptionsType.Spin) - VarPtr(OptionsType) = 20 _
        And VarPtr(OptionsType.Capacity) - VarPtr(OptionsType) = 24 _
        And VarPtr(OptionsType.MaxMessage) - VarPtr(OptionsType) = 32 _
        And VarPtr(OptionsType.WhenFull) - VarPtr(OptionsType) = 40 _
        And VarPtr(OptionsType.Reserved) - VarPtr(OptionsType) = 44 _
        And VarPtr(OptionsType.MaxCalls) - VarPtr(OptionsType) = 48 _
        And VarPtr(OptionsType.MaxClients) - VarPtr(OptionsType) = 52, "ShmOptions"

    Dim InfoType As ShmInfo
    Check LenB(InfoType) = 560 _
        And VarPtr(InfoType.Size) - VarPtr(InfoType) = 0 _
        And VarPtr(InfoType.Kind) - VarPtr(InfoType) = 4 _
        And VarPtr(InfoType.Access) - VarPtr(InfoType) = 8 _
        And VarPtr(InfoType.Readers) - VarPtr(InfoType) = 12 _
        And VarPtr(InfoType.Writers) - VarPtr(InfoType) = 16 _
        And VarPtr(InfoType.Reserved) - VarPtr(InfoType) = 20 _
        And VarPtr(InfoType.Capacity) - VarPtr(InfoType) = 24 _
        And VarPtr(InfoType.MaxMessage) - VarPtr(InfoType) = 32 _
        And VarPtr(InfoType.Name(0)) - VarPtr(InfoType) = 40 _
        And VarPtr(InfoType.Creator(0)) - VarPtr(InfoType) = 168 _
        And VarPtr(InfoType.Instance) - VarPtr(InfoType) = 552, "ShmInfo"

    Dim InfoUtf8Type As ShmInfoUtf8
    Check LenB(InfoUtf8Type) = 432 _
        And VarPtr(InfoUtf8Type.Size) - VarPtr(InfoUtf8Type) = 0 _
        And VarPtr(InfoUtf8Type.Kind) - VarPtr(InfoUtf8Type) = 4 _
        And VarPtr(InfoUtf8Type.Access) - VarPtr(InfoUtf8Type) = 8 _
        And VarPtr(InfoUtf8Type.Readers) - VarPtr(InfoUtf8Type) = 12 _
        And VarPtr(InfoUtf8Type.Writers) - VarPtr(InfoUtf8Type) = 16 _
        And VarPtr(InfoUtf8Type.Reserved) - VarPtr(InfoUtf8Type) = 20 _
        And VarPtr(InfoUtf8Type.Capacity) - VarPtr(InfoUtf8Type) = 24 _
        And VarPtr(InfoUtf8Type.MaxMessage) - VarPtr(InfoUtf8Type) = 32 _
        And VarPtr(InfoUtf8Type.Name(0)) - VarPtr(InfoUtf8Type) = 40 _
        And VarPtr(InfoUtf8Type.Creator(0)) - VarPtr(InfoUtf8Type) = 232 _
        And VarPtr(InfoUtf8Type.Instance) - VarPtr(InfoUtf8Type) = 424, "ShmInfoUtf8"

    Dim StatsType As ShmStats
    Check LenB(StatsType) = 80 _
        And VarPtr(StatsType.Size) - VarPtr(StatsType) = 0 _
        And VarPtr(StatsType.Reserved) - VarPtr(StatsType) = 4 _
        And VarPtr(StatsType.Sequence) - VarPtr(StatsType) = 8 _
        And VarPtr(StatsType.Recoveries) - VarPtr(StatsType) = 16 _
        And VarPtr(StatsType.Written) - VarPtr(StatsType) = 24 _
        And VarPtr(StatsType.BytesWritten) - VarPtr(StatsType) = 32 _
        And VarPtr(StatsType.Read) - VarPtr(StatsType) = 40 _
        And VarPtr(StatsType.BytesRead) - VarPtr(StatsType) = 48 _
        And VarPtr(StatsType.Lost) - VarPtr(StatsType) = 56 _
        And VarPtr(StatsType.LockWaits) - VarPtr(StatsType) = 64 _
        And VarPtr(StatsType.ReadWaits) - VarPtr(StatsType) = 72, "ShmStats"

    Dim MessageType As ShmMessage
    Check LenB(MessageType) = 32 + PointerSize + PointerSize _
        And VarPtr(MessageType.Size) - VarPtr(MessageType) = 0 _
        And VarPtr(MessageType.Flags) - VarPtr(MessageType) = 4 _
        And VarPtr(MessageType.Sequence) - VarPtr(MessageType) = 8 _
        And VarPtr(MessageType.Timestamp) - VarPtr(MessageType) = 16 _
        And VarPtr(MessageType.Data) - VarPtr(MessageType) = 24 _
        And VarPtr(MessageType.Length) - VarPtr(MessageType) = 24 + PointerSize _
        And VarPtr(MessageType.Writer) - VarPtr(MessageType) = 24 + PointerSize + PointerSize _
        And VarPtr(MessageType.Reserved) - VarPtr(MessageType) = 28 + PointerSize + PointerSize, "ShmMessage"

    Dim CallerType As ShmCaller
    Check LenB(CallerType) = 400 _
        And VarPtr(CallerType.Size) - VarPtr(CallerType) = 0 _
        And VarPtr(CallerType.Pid) - VarPtr(CallerType) = 4 _
        And VarPtr(CallerType.Session) - VarPtr(CallerType) = 8 _
        And VarPtr(CallerType.Flags) - VarPtr(CallerType) = 12 _
        And VarPtr(CallerType.Account(0)) - VarPtr(CallerType) = 16, "ShmCaller"

    Dim CallerUtf8Type As ShmCallerUtf8
    Check LenB(CallerUtf8Type) = 208 _
        And VarPtr(CallerUtf8Type.Size) - VarPtr(CallerUtf8Type) = 0 _
        And VarPtr(CallerUtf8Type.Pid) - VarPtr(CallerUtf8Type) = 4 _
        And VarPtr(CallerUtf8Type.Session) - VarPtr(CallerUtf8Type) = 8 _
        And VarPtr(CallerUtf8Type.Flags) - VarPtr(CallerUtf8Type) = 12 _
        And VarPtr(CallerUtf8Type.Account(0)) - VarPtr(CallerUtf8Type) = 16, "ShmCallerUtf8"

End Sub

Private Sub Check(ByVal IsRight As Boolean, ByVal Name As String)
    If Not IsRight Then Err.Raise 5, "ShmBroker", Name & " is not laid out as in shmbroker.h"
End Sub
