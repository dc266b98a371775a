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

Private Channel As Long

Private Sub Form_Load()
    On Error GoTo Failed
    Channel = ShmOpenChannel("MapName", SHM_READ)
    ShmNotify Channel, Notice.hWnd, WM_MOUSEMOVE
    Exit Sub
Failed:
    MsgBox Err.Description, vbExclamation, Caption
End Sub

Private Sub Form_Unload(Cancel As Integer)
    If Channel <> 0 Then ShmNotify Channel, 0, 0
    ShmCloseChannel Channel
End Sub

' There is something to read. It is told again only after a read has found nothing.
Private Sub Notice_MouseMove(Button As Integer, Shift As Integer, X As Single, Y As Single)
    Dim Text As String
    On Error GoTo Failed
    Do While ShmReadText(Channel, Text)
        Messages.AddItem Text
    Loop
    Exit Sub
Failed:
    Messages.AddItem Err.Description
End Sub
