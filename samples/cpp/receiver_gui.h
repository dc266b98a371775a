/* The numbers of the receiver window's controls, for its code and its template. */
#define IDD_RECEIVER 100
#define IDC_CHANNEL 101
#define IDC_BY_MESSAGE 102
#define IDC_BY_EVENT 103
#define IDC_MESSAGES 104
#define IDC_COUNTS 105
#define IDC_CLEAR 106
#define IDC_STATUS 107
#define IDC_STATUS_LABEL 108
#define IDM_REFRESH 109
