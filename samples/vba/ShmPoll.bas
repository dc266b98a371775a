Attribute VB_Name = "ShmPoll"
' A receiver for Excel: StartReceiving writes what comes into the first column of the active sheet,
' StopReceiving ends it. It looks once a second: a look that finds nothing costs less than a microsecond and
' waits for nothing.
'
' Nothing here is called by Windows. A window procedure or a timer of Windows' own, set by AddressOf, would be
' called while code stands at a breakpoint or has been reset, and Excel would end without a word.
'
' Code that is reset (by End in the dialog of an error, or by the editor's square button) forgets the channel,
' which stays open until Excel ends: writers of a waiting topic wait for it in vain.
Option Explicit

Private Const MessagesPerLook As Long = 200 ' so that a fast sender leaves Excel time for its user
Private Const LongestText As Long = 32767 ' that a cell holds

Private Channel As Long
Private Target As Range
Private Received As Long
Private NextLook As Date

Public Sub StartReceiving()
    StopReceiving
    Set Target = ActiveSheet.Range("A1")
    Received = 0
    Channel = ShmOpenChannel("MapName", SHM_READ)
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

' Excel calls it when its user closes the workbook, and would open that again for a look still to come.
Public Sub Auto_Close()
    StopReceiving
End Sub

' Reads what there is, and comes back: in a second, or as soon as Excel has time if there may be more.
Public Sub Look()
    Dim Text As String
    Dim News As Long
    Dim Looked As Long
    Dim Failure As String
    NextLook = 0
    If Channel = 0 Then Exit Sub ' code was reset meanwhile
    On Error GoTo Failed
    NextLook = Now
    For Looked = 1 To MessagesPerLook
        If Not ShmReadText(Channel, Text, 0, News) Then
            NextLook = Now + TimeSerial(0, 0, 1)
            Exit For
        End If
        Received = Received + 1
        Show Text, ShmNewsText(News, Received)
    Next
    Application.OnTime NextLook, "ShmPoll.Look"
    Exit Sub
Failed:
    If Err.Number = SHM_ERROR - SHM_E_OVERTAKEN Then
        Application.OnTime NextLook, "ShmPoll.Look" ' the next message tells of the loss
        Exit Sub
    End If
    Failure = Err.Description
    NextLook = 0
    StopReceiving
    MsgBox Failure, vbExclamation, "ShmBroker"
End Sub

' One below the other; behind the sheet's last row comes the first one again.
Private Sub Show(ByVal Text As String, ByVal NewsText As String)
    Target.NumberFormat = "@" ' a text, whatever it begins with
    Target.Value = Left$(Text, LongestText)
    Target.Offset(0, 1).Value = NewsText
    If Target.Row < Target.Worksheet.Rows.Count Then
        Set Target = Target.Offset(1, 0)
    Else
        Set Target = Target.Worksheet.Range("A1")
    End If
End Sub

Public Sub SendSelection()
    Dim Sending As Long
    On Error GoTo Failed
    Sending = ShmOpenChannel("MapName", SHM_WRITE)
    ShmWriteText Sending, CStr(ActiveCell.Value)
    ShmCloseChannel Sending
    Exit Sub
Failed:
    MsgBox Err.Description, vbExclamation, "ShmBroker"
    ShmCloseChannel Sending
End Sub
