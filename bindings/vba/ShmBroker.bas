Attribute VB_Name = "ShmBroker"
' Channels of ShmBroker for VBA and VB6: open, write, read, close. A failed call raises an error whose number
' is SHM_ERROR minus the status, and whose description says what happened, to which channel, and what to do.
'
'     Dim Channel As Long
'     Channel = ShmOpenChannel("MapName", SHM_WRITE)
'     ShmWriteText Channel, "Hello"
'     ShmCloseChannel Channel
'
' A call that waits keeps the whole program from painting and from taking keys: reading does not wait unless
' it is told to, and ShmPoll.bas and Receiver.frm show how to be told instead.
Option Explicit

Public Const SHM_ERROR As Long = vbObjectError + 1000

#If VBA7 Then
Private Declare PtrSafe Function LoadLibraryW Lib "kernel32" (ByVal Path As LongPtr) As LongPtr
Private Declare PtrSafe Function GetModuleFileNameW Lib "kernel32" _
    (ByVal Module As LongPtr, ByVal Path As LongPtr, ByVal Size As Long) As Long
Private Declare PtrSafe Function RegGetValueW Lib "advapi32" _
    (ByVal Key As LongPtr, ByVal SubKey As LongPtr, ByVal Name As LongPtr, ByVal Flags As Long, _
    ByVal TypeFound As LongPtr, ByVal Data As LongPtr, ByRef Size As Long) As Long
Private Declare PtrSafe Function lstrlenW Lib "kernel32" (ByVal Text As LongPtr) As Long
Private Declare PtrSafe Sub RtlMoveMemory Lib "kernel32" _
    (ByVal Target As LongPtr, ByVal Source As LongPtr, ByVal Size As LongPtr)
#Else
Private Declare Function LoadLibraryW Lib "kernel32" (ByVal Path As LongPtr) As LongPtr
Private Declare Function GetModuleFileNameW Lib "kernel32" _
    (ByVal Module As LongPtr, ByVal Path As LongPtr, ByVal Size As Long) As Long
Private Declare Function RegGetValueW Lib "advapi32" _
    (ByVal Key As LongPtr, ByVal SubKey As LongPtr, ByVal Name As LongPtr, ByVal Flags As Long, _
    ByVal TypeFound As LongPtr, ByVal Data As LongPtr, ByRef Size As Long) As Long
Private Declare Function lstrlenW Lib "kernel32" (ByVal Text As LongPtr) As Long
Private Declare Sub RtlMoveMemory Lib "kernel32" _
    (ByVal Target As LongPtr, ByVal Source As LongPtr, ByVal Size As LongPtr)
#End If

Private IsLoaded As Boolean

' Loads shmclient.dll, unless it is loaded: from beside the program, such as EXCEL.EXE, or where ShmBroker is installed, and
' from no folder that the current one or PATH decides on, where anybody may have put one. A Declare finds what is loaded; by
' itself it would look there, too. ShmOpenChannel calls it; whoever calls another function first, calls it before.
Public Sub ShmLoadLibrary()
    Dim Unfit As String
    If IsLoaded Then Exit Sub
    IsLoaded = LoadFrom(ProgramFolder, Unfit)
    If Not IsLoaded Then IsLoaded = LoadFrom(InstalledFolder, Unfit)
    If Not IsLoaded Then Err.Raise 53, "ShmBroker", _
        "there is no shmclient.dll for a program of this kind, 32 or 64 bit, beside the program (" & ProgramFolder & _
        ") or where ShmBroker is installed (" & IIf(Len(InstalledFolder) > 0, InstalledFolder, "it is not") & _
        "); install it, or put a copy beside the program" & Unfit
End Sub

' Folder: with a backslash at its end, or "". Unfit: what is there and can't be loaded.
Private Function LoadFrom(ByVal Folder As String, ByRef Unfit As String) As Boolean
    Const FileNotFound As Long = 2
    Const NoSuchModule As Long = 126
    Dim Path As String
    Dim Code As Long
    If Len(Folder) = 0 Then Exit Function
    Path = Folder & "shmclient.dll"
    LoadFrom = LoadLibraryW(StrPtr(Path)) <> 0
    Code = Err.LastDllError
    If LoadFrom Or Code = FileNotFound Or Code = NoSuchModule Then Exit Function
    Unfit = Unfit & " (" & Path & " can't be loaded: Windows error " & Code & ")"
End Function

' Opens a channel and gives its handle. Access: SHM_READ, SHM_WRITE, both; 0: every right that this account
' has. Open for what the program does: what may read and never does holds up the writers of a waiting topic, its
' own writes among them. Flags: such as SHM_OPEN_NEXT.
Public Function ShmOpenChannel( _
    ByVal Name As String, Optional ByVal Access As Long = 0, Optional ByVal Flags As Long = 0) As Long
    Dim Options As ShmOptions
    Dim Channel As Long
    ShmLoadLibrary
    ShmCheckLayout
    If InStr(Name, vbNullChar) > 0 Then RaiseStatus SHM_E_NAME, "a channel's name has no control character"
    Options.Size = LenB(Options)
    Options.Access = Access
    Options.Flags = Flags
    Check ShmOpen(StrPtr(Name), Options, Channel)
    ShmOpenChannel = Channel
End Function

' Closes a channel, and sets the variable to 0, which is never a channel.
Public Sub ShmCloseChannel(ByRef Channel As Long)
    Dim Closing As Long
    Closing = Channel
    Channel = 0
    If Closing <> 0 Then Check ShmClose(Closing)
End Sub

' Writes a text as UTF-16LE without a terminator, as all samples do.
Public Sub ShmWriteText(ByVal Channel As Long, ByVal Text As String, Optional ByVal TimeoutMs As Long = 5000)
    Check ShmWrite(Channel, StrPtr(Text), LenB(Text), TimeoutMs)
End Sub

' Reads a text. Gives False if there is nothing new; of a block, Text is the old value then. TimeoutMs: -1, which is
' SHM_INFINITE, waits without end; another negative one is an error. An odd last byte
' becomes U+FFFD. News: what comes with it, SHM_S_LOST or SHM_S_REDELIVERED; or SHM_OK.
Public Function ShmReadText( _
    ByVal Channel As Long, ByRef Text As String, _
    Optional ByVal TimeoutMs As Long = 0, Optional ByRef News As Long) As Boolean
    Dim Room As String
    Dim Size As LongPtr
    Dim Status As Long
    News = SHM_OK
    Status = ShmRead(Channel, 0, 0, Size, TimeoutMs)
    Do While Status = SHM_E_BUFFER ' again if another reader took that message, and the next one is larger
        Room = String$((CLng(Size) + 1) \ 2, vbNullChar)
        Status = ShmRead(Channel, StrPtr(Room), LenB(Room), Size, 0)
    Loop
    If Status = SHM_E_EMPTY Or Status = SHM_E_TIMEOUT Then Exit Function
    Check Status
    Text = TextIn(Room, Size)
    News = Status
    ShmReadText = Status <> SHM_S_UNCHANGED
End Function

' Writes the bytes of an array that has at least one.
Public Sub ShmWriteBytes( _
    ByVal Channel As Long, ByRef Bytes() As Byte, Optional ByVal TimeoutMs As Long = 5000)
    Check ShmWrite(Channel, VarPtr(Bytes(LBound(Bytes))), UBound(Bytes) - LBound(Bytes) + 1, TimeoutMs)
End Sub

' Reads bytes, and gives their number in Length; an array that is larger is not made smaller. Gives False if
' there is nothing new. News as above.
Public Function ShmReadBytes( _
    ByVal Channel As Long, ByRef Bytes() As Byte, ByRef Length As Long, _
    Optional ByVal TimeoutMs As Long = 0, Optional ByRef News As Long) As Boolean
    Dim Size As LongPtr
    Dim Status As Long
    News = SHM_OK
    Status = ShmRead(Channel, 0, 0, Size, TimeoutMs)
    Do While Status = SHM_E_BUFFER
        ReDim Bytes(0 To CLng(Size) - 1)
        Status = ShmRead(Channel, VarPtr(Bytes(0)), Size, Size, 0)
    Loop
    If Status = SHM_E_EMPTY Or Status = SHM_E_TIMEOUT Then Exit Function
    Check Status
    Length = CLng(Size)
    News = Status
    ShmReadBytes = Status <> SHM_S_UNCHANGED
End Function

' Calls a service with a text, and gives the answer, also a text. Open the channel with SHM_CLIENT. TimeoutMs: how long
' to wait for a server and for its answer; Office stands still meanwhile. A refusal is the error
' SHM_ERROR - SHM_E_REFUSED with the server's text; ShmLastRefusal has its code. An odd last byte becomes U+FFFD.
Public Function ShmCallText( _
    ByVal Channel As Long, ByVal Text As String, Optional ByVal TimeoutMs As Long = 5000) As String
    Dim Info As ShmInfo
    Dim Room As String
    Dim Size As LongPtr
    Info.Size = LenB(Info)
    Check ShmGetInfo(Channel, Info)
    Room = String$((Info.Capacity.Low + 1) \ 2, vbNullChar) ' of a service: the size of its largest answer
    Check ShmCall(Channel, StrPtr(Text), LenB(Text), StrPtr(Room), LenB(Room), Size, TimeoutMs)
    ShmCallText = TextIn(Room, Size)
End Function

' Takes the next request of a service, a text. Open the channel with SHM_SERVER. Gives False if there is none. Token: each request
' that was taken is to be answered or refused with it; until then its client waits. TimeoutMs as of ShmReadText.
Public Function ShmServeText( _
    ByVal Channel As Long, ByRef Text As String, ByRef Token As Currency, _
    Optional ByVal TimeoutMs As Long = 0) As Boolean
    Dim Room As String
    Dim Size As LongPtr
    Dim Status As Long
    Status = ShmServe(Channel, 0, 0, Size, Token, TimeoutMs)
    Do While Status = SHM_E_BUFFER ' again if another server took that request, and the next one is larger
        Room = String$((CLng(Size) + 1) \ 2, vbNullChar)
        Status = ShmServe(Channel, StrPtr(Room), LenB(Room), Size, Token, 0)
    Loop
    If Status = SHM_E_EMPTY Or Status = SHM_E_TIMEOUT Then Exit Function
    Check Status
    Text = TextIn(Room, Size)
    ShmServeText = True
End Function

' Answers a request with a text. Gives False if nobody waits for it any more. A text that is larger than the service's
' largest answer is the error SHM_ERROR - SHM_E_SIZE, and the request is still to be answered or refused.
Public Function ShmAnswerText(ByVal Channel As Long, ByVal Token As Currency, ByVal Text As String) As Boolean
    Dim Status As Long
    Status = ShmAnswer(Channel, Token, StrPtr(Text), LenB(Text))
    Check Status
    ShmAnswerText = Status <> SHM_S_DROPPED
End Function

' Refuses a request, with a code for the program that calls and a text for its user.
Public Sub ShmRefuseText( _
    ByVal Channel As Long, ByVal Token As Currency, ByVal Code As Long, ByVal Text As String)
    Check ShmRefuse(Channel, Token, Code, StrPtr(Text))
End Sub

' Which process calls. Its session and account are in the ShmCaller of ShmGetCaller.
Public Function ShmCallerProcess(ByVal Channel As Long, ByVal Token As Currency) As Long
    Dim Caller As ShmCaller
    Caller.Size = LenB(Caller)
    Check ShmGetCaller(Channel, Token, Caller)
    ShmCallerProcess = Caller.Pid
End Function

' What to tell people of the news that came with a message, in the words of all samples; "" if there are none.
Public Function ShmNewsText(ByVal News As Long, ByVal Number As Long) As String
    If News = SHM_S_LOST Then ShmNewsText = "messages before number " & Number & " were lost"
    If News = SHM_S_REDELIVERED Then ShmNewsText = "number " & Number & _
        " was taken before, by a reader that died or gave it back, and may have acted on it"
End Function

' How many messages were lost because this reader was too slow.
Public Function ShmLost(ByVal Channel As Long) As Long
    Dim Stats As ShmStats
    Stats.Size = LenB(Stats)
    Check ShmGetStats(Channel, Stats)
    ShmLost = Stats.Lost.Low
End Function

' Has a message posted to a window of this program when the channel becomes readable: once, and again only
' after a read has found nothing. Window 0 ends it.
Public Sub ShmNotify(ByVal Channel As Long, ByVal Window As LongPtr, ByVal Message As Long)
    Check ShmNotifyWindow(Channel, Window, Message, 0)
End Sub

' The text that lies at the beginning of Room, in so many bytes.
Private Function TextIn(ByVal Room As String, ByVal Size As LongPtr) As String
    Room = Left$(Room, (CLng(Size) + 1) \ 2)
    If CLng(Size) Mod 2 = 1 Then Mid$(Room, Len(Room), 1) = ChrW$(&HFFFD)
    TextIn = Room
End Function

' Of this program, with a backslash at its end.
Private Function ProgramFolder() As String
    Dim Room As String
    Room = String$(32768, vbNullChar)
    Room = Left$(Room, GetModuleFileNameW(0, StrPtr(Room), Len(Room)))
    ProgramFolder = Left$(Room, InStrRev(Room, "\"))
End Function

' The folder of the DLL that the installer has brought; "" if it was not run.
Private Function InstalledFolder() As String
    Const LocalMachine As Long = &H80000002 ' HKEY_LOCAL_MACHINE
    Const TextFor64Bit As Long = &H10002 ' RRF_RT_REG_SZ; RRF_SUBKEY_WOW6464KEY, for 32-bit programs, too
    Dim Room As String
    Dim Size As Long
    Room = String$(260, vbNullChar)
    Size = LenB(Room)
    If RegGetValueW(LocalMachine, StrPtr("Software\ShmBroker"), StrPtr("InstallDir"), TextFor64Bit, 0, _
        StrPtr(Room), Size) <> 0 Then Exit Function
    InstalledFolder = Left$(Room, InStr(Room, vbNullChar) - 1) ' with a backslash at its end
#If Win64 Then
#Else
    InstalledFolder = InstalledFolder & "x86\"
#End If
End Function

' Raises the error of the call that has just been made.
Private Sub Check(ByVal Status As Long)
    Dim Text As String
    If Status >= 0 Then Exit Sub
    Text = TextAt(ShmLastErrorText())
    If Len(Text) = 0 Then Text = TextAt(ShmErrorText(Status))
    RaiseStatus Status, Text
End Sub

Private Sub RaiseStatus(ByVal Status As Long, ByVal Text As String)
    Err.Raise SHM_ERROR - Status, "ShmBroker", Text
End Sub

Private Function TextAt(ByVal Address As LongPtr) As String
    Dim Text As String
    Text = String$(lstrlenW(Address), vbNullChar)
    If Len(Text) > 0 Then RtlMoveMemory StrPtr(Text), Address, LenB(Text)
    TextAt = Text
End Function
