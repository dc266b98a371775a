/* The numbers of the sender window's controls, for its code and its template. */
#define IDD_SENDER 100
#define IDC_CHANNEL 101
#define IDC_TEXT 102
#define IDC_REPEAT 103
#define IDC_INTERVAL 104
#define IDC_STATUS 105
#define IDM_REFRESH 106
