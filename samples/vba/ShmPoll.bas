Attribute VB_Name = "ShmPoll"
' A receiver for Excel: StartReceiving writes what comes into the first column of the active sheet,
' StopReceiving ends it. It looks once a second: a look that finds nothing costs less than a microsecond and
' waits for nothing.
'
' Nothing here is called by Windows. A window procedure or a timer of Windows' own, set by AddressOf, would be
' called while code stands at a breakpoint or has been reset, and Excel would end without a word.
Option Explicit

Private Channel As Long
Private Target As Range
Private NextLook As Date

Public Sub StartReceiving()
    StopReceiving
    Channel = ShmOpenChannel("MapName", SHM_READ)
    Set Target = ActiveSheet.Range("A1")
    Look
End Sub

Public Sub StopReceiving()
    If NextLook <> 0 Then
        On Error Resume Next ' there may be nothing left to cancel
        Application.OnTime NextLook, "ShmPoll.Look", , False
        On Error GoTo 0
    End If
    NextLook = 0
    ShmCloseChannel Channel
End Sub

' Reads all that there is, and comes back.
Public Sub Look()
    Dim Text As String
    NextLook = 0
    If Channel = 0 Then Exit Sub ' code was reset meanwhile
    Do While ShmReadText(Channel, Text)
        Target.NumberFormat = "@" ' a text, whatever it begins with
        Target.Value = Text
        Set Target = Target.Offset(1, 0)
    Loop
    NextLook = Now + TimeSerial(0, 0, 1)
    Application.OnTime NextLook, "ShmPoll.Look"
End Sub

Public Sub SendSelection()
    Dim Sending As Long
    Sending = ShmOpenChannel("MapName", SHM_WRITE)
    On Error GoTo Failed
    ShmWriteText Sending, CStr(ActiveCell.Value)
    ShmCloseChannel Sending
    Exit Sub
Failed:
    MsgBox Err.Description, vbExclamation, "ShmBroker"
    ShmCloseChannel Sending
End Sub
