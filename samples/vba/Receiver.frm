VERSION 5.00
Begin VB.Form Receiver
   Caption         =   "MapName - Receiver"
   ClientHeight    =   3600
   ClientLeft      =   60
   ClientTop       =   345
   ClientWidth     =   6000
   LinkTopic       =   "Receiver"
   ScaleHeight     =   3600
   ScaleWidth      =   6000
   StartUpPosition =   3  'Windows Default
   Begin VB.Timer GoOn
      Enabled         =   0   'False
      Interval        =   10
      Left            =   0
      Top             =   0
   End
   Begin VB.PictureBox Notice
      Height          =   255
      Left            =   0
      ScaleHeight     =   195
      ScaleWidth      =   195
      TabIndex        =   1
      TabStop         =   0   'False
      Top             =   0
      Visible         =   0   'False
      Width           =   255
   End
   Begin VB.ListBox Messages
      Height          =   3375
      IntegralHeight  =   0   'False
      Left            =   120
      TabIndex        =   0
      Top             =   120
      Width           =   5775
   End
End
Attribute VB_Name = "Receiver"
Attribute VB_GlobalNameSpace = False
Attribute VB_Creatable = False
Attribute VB_PredeclaredId = True
Attribute VB_Exposed = False
' A receiver for VB6, told by window message. The message is a mouse move, posted to a picture box that nobody
' sees, where Visual Basic makes an event of it: as a tray icon of VB6 does. So no window procedure is
' replaced, and the program may be stopped at any line.
Option Explicit

Private Const WM_MOUSEMOVE As Long = &H200
Private Const MessagesPerTurn As Long = 200
Private Const MostRows As Long = 10000

Private Channel As Long
Private Received As Long

Private Sub Form_Load()
    On Error GoTo Failed
    Channel = ShmOpenChannel("MapName", SHM_READ)
    ShmNotify Channel, Notice.hWnd, WM_MOUSEMOVE
    Exit Sub
Failed:
    MsgBox Err.Description, vbExclamation, Caption
End Sub

Private Sub Form_Unload(Cancel As Integer)
    GoOn.Enabled = False
    If Channel <> 0 Then ShmNotify Channel, 0, 0
    ShmCloseChannel Channel
End Sub

' There is something to read. It is told again only after a read has found nothing.
Private Sub Notice_MouseMove(Button As Integer, Shift As Integer, X As Single, Y As Single)
    ShowNew
End Sub

Private Sub GoOn_Timer()
    ShowNew
End Sub

' Shows what there is, but not for ever: where a sender is faster than the list, the rest is left to a timer,
' which comes after keys, mouse and painting.
Private Sub ShowNew()
    Dim Text As String
    Dim News As Long
    Dim Shown As Long
    If Channel = 0 Then Exit Sub ' closed, and the message was on its way
    GoOn.Enabled = False
    On Error GoTo Failed
    For Shown = 1 To MessagesPerTurn
        If Not ShmReadText(Channel, Text, 0, News) Then Exit Sub
        Received = Received + 1
        If News <> SHM_OK Then AddRow "(" & ShmNewsText(News, Received) & ")"
        AddRow Text
    Next
    GoOn.Enabled = True
    Exit Sub
Failed:
    If Err.Number = SHM_ERROR - SHM_E_OVERTAKEN Then
        GoOn.Enabled = True ' the next message tells of the loss
    Else
        AddRow Err.Description
    End If
End Sub

Private Sub AddRow(ByVal Text As String)
    If Messages.ListCount >= MostRows Then Messages.RemoveItem 0
    Messages.AddItem Text
End Sub
