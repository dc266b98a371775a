Attribute VB_Name = "ShmCalls"
' A caller and a server for Excel. CallSelection calls the service "Echo" with the selected cell, and writes the answer
' beside it. StartServing answers its calls with what was asked and who has asked it, StopServing ends that.
'
' The server looks once a second, as ShmPoll.bas does and for its reasons: so a call takes up to that long, and longer
' while its user edits a cell. What must answer at once is a program of its own. Excel has one thread: a call
' of the server in the same Excel waits in vain.
'
' Excel ends its server by Auto_Close. ShmPoll.bas has one, too: where both are imported, delete one of them
' and call its Stop from the other.
Option Explicit

Private Const RequestsPerLook As Long = 200 ' so that fast callers leave Excel time for its user
Private Const LongestWait As Long = 3000 ' milliseconds; Excel stands still meanwhile

' Why it refuses: its own codes, for programs.
Private Const NothingSaid As Long = 1
Private Const TooMuchSaid As Long = 2

Private Channel As Long
Private NextLook As Date

Public Sub CallSelection()
    Dim Calling As Long
    Dim Target As Range
    On Error GoTo Failed
    Set Target = ActiveCell
    Calling = ShmOpenChannel("Echo", SHM_CLIENT)
    Target.Offset(0, 1).NumberFormat = "@" ' a text, whatever it begins with
    Target.Offset(0, 1).Value = ShmCallText(Calling, CStr(Target.Value), LongestWait)
    ShmCloseChannel Calling
    Exit Sub
Failed:
    MsgBox Err.Description, vbExclamation, "ShmBroker"
    ShmCloseChannel Calling
End Sub

Public Sub StartServing()
    StopServing
    Channel = ShmOpenChannel("Echo", SHM_SERVER)
    Serve
End Sub

Public Sub StopServing()
    If NextLook <> 0 Then
        On Error Resume Next ' there may be nothing left to cancel
        Application.OnTime NextLook, "ShmCalls.Serve", , False
        On Error GoTo 0
    End If
    NextLook = 0
    ShmCloseChannel Channel
End Sub

' Excel calls it when its user closes the workbook, and would open that again for a look still to come.
Public Sub Auto_Close()
    StopServing
End Sub

' Answers who calls now, and comes back: in a second, or as soon as Excel has time if there may be more.
Public Sub Serve()
    Dim Text As String
    Dim Token As Currency
    Dim Served As Long
    Dim Failure As String
    NextLook = 0
    If Channel = 0 Then Exit Sub ' code was reset meanwhile
    On Error GoTo Failed
    NextLook = Now
    For Served = 1 To RequestsPerLook
        If Not ShmServeText(Channel, Text, Token) Then
            NextLook = Now + TimeSerial(0, 0, 1)
            Exit For
        End If
        Answer Token, Text
    Next
    Application.OnTime NextLook, "ShmCalls.Serve"
    Exit Sub
Failed:
    Failure = Err.Description
    NextLook = 0
    StopServing
    MsgBox Failure, vbExclamation, "ShmBroker"
End Sub

Private Sub Answer(ByVal Token As Currency, ByVal Text As String)
    On Error GoTo Failed
    If Len(Text) = 0 Then
        ShmRefuseText Channel, Token, NothingSaid, "say something"
    Else
        ShmAnswerText Channel, Token, Text & ", said process " & ShmCallerProcess(Channel, Token)
    End If
    Exit Sub
Failed:
    If Err.Number = SHM_ERROR - SHM_E_STATE Then Exit Sub ' who has asked is gone
    If Err.Number <> SHM_ERROR - SHM_E_SIZE Then Err.Raise Err.Number, Err.Source, Err.Description
    ShmRefuseText Channel, Token, TooMuchSaid, "say less"
End Sub
