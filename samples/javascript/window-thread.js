// The thread of a message-only window: tells the main thread of the window's message, until WM_QUIT comes.
import { parentPort, workerData } from "node:worker_threads";
import koffi from "koffi";

const HWND_MESSAGE = -3n;

koffi.struct("MSG", {
  hwnd: "void *",
  message: "uint32_t",
  wParam: "uintptr_t",
  lParam: "intptr_t",
  time: "uint32_t",
  x: "int32_t",
  y: "int32_t",
});
const user32 = koffi.load("user32.dll");
const CreateWindowEx = user32.func(
  `void *__stdcall CreateWindowExW(
     uint32_t exStyle, const char16_t *className, const char16_t *title, uint32_t style, int x, int y,
     int width, int height, intptr_t parent, void *menu, void *instance, void *parameter)`,
);
const DestroyWindow = user32.func("int __stdcall DestroyWindow(void *window)");
const GetMessage = user32.func(
  "int __stdcall GetMessageW(_Out_ MSG *message, void *window, uint32_t first, uint32_t last)",
);
const DispatchMessage = user32.func("intptr_t __stdcall DispatchMessageW(const MSG *message)");
const GetCurrentThreadId = koffi.load("kernel32.dll").func("uint32_t __stdcall GetCurrentThreadId()");

const window = CreateWindowEx(0, "STATIC", null, 0, 0, 0, 0, 0, HWND_MESSAGE, null, null, null);
parentPort?.postMessage({ window, thread: GetCurrentThreadId() });
/** @type {{ hwnd: bigint, message: number }} */
const message = { hwnd: 0n, message: 0 };
while (window && GetMessage(message, null, 0, 0) > 0) {
  if (message.message === workerData) parentPort?.postMessage("readable");
  else DispatchMessage(message);
}
if (window) DestroyWindow(window);
