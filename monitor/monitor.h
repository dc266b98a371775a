/* The numbers of the monitor's windows, controls and commands, for its code, its templates and its tests. */
#define IDD_MONITOR 100
#define IDC_CHANNELS 101
#define IDC_FACTS 102
#define IDC_RATE_TITLE 103
#define IDC_RATE 104
#define IDC_LAG_TITLE 105
#define IDC_LAG 106
#define IDC_CLIENTS_TITLE 107
#define IDC_CLIENTS 108
#define IDC_HELD_UP 109
#define IDC_STATUS 110
#define IDC_FACTS_TITLE 111

#define IDD_MESSAGES 200
#define IDC_MESSAGES 201
#define IDC_CONTENT_TITLE 202
#define IDC_CONTENT 203
#define IDC_HOW 204
#define IDC_COUNTS 205

#define IDM_OPEN 300
#define IDM_REFRESH 301
#define IDM_CLOSE 302
#define IDM_KEYS 303
#define IDM_PAUSE 310
#define IDM_TOGGLE_HEX 311
#define IDM_UTF16 312
#define IDM_UTF8 313
#define IDM_HEX 314
#define IDM_SORT 400 /* by the first column; those that follow it, by the next ones */
#define IDM_SORT_LAST 409
