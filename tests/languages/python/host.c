// python.exe for Wine, where no package carries the real one: Debian's Python in a program of Winelib. Python
// calls as Linux does and a DLL as Windows does; bridge.py makes of the functions here what ctypes has on
// Windows.
//
// Built by winegcc, with PYTHON_LIBRARY, the path of libpython.
#include <windows.h>

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// Calls a function of a DLL, whose address is in rax, with up to 12 arguments that are integers or addresses.
void call_dll(void);
__asm__(
    ".text\n"
    "call_dll:\n"
    "  push %rbp\n"
    "  mov %rsp, %rbp\n"
    "  sub $96, %rsp\n"  // 32 bytes that the callee may use, then 8 arguments
    "  mov %r8, 32(%rsp)\n"
    "  mov %r9, 40(%rsp)\n"
    "  mov 16(%rbp), %r10\n  mov %r10, 48(%rsp)\n"
    "  mov 24(%rbp), %r10\n  mov %r10, 56(%rsp)\n"
    "  mov 32(%rbp), %r10\n  mov %r10, 64(%rsp)\n"
    "  mov 40(%rbp), %r10\n  mov %r10, 72(%rsp)\n"
    "  mov 48(%rbp), %r10\n  mov %r10, 80(%rsp)\n"
    "  mov 56(%rbp), %r10\n  mov %r10, 88(%rsp)\n"
    "  mov %rcx, %r9\n"
    "  mov %rdx, %r8\n"
    "  mov %rsi, %rdx\n"
    "  mov %rdi, %rcx\n"
    "  call *%rax\n"
    "  leave\n"
    "  ret\n");

enum { kBridges = 4096, kBridgeSize = 32 };

// Gives a function that Linux can call and that calls this one: movabs rax, function; movabs r11, call_dll;
// jmp r11.
static void* bridge_to(void* function) {
  static unsigned char* next;
  static unsigned char* end;
  if (next == end) {
    next = mmap(NULL, kBridges * kBridgeSize, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0);
    if (next == MAP_FAILED) abort();
    end = next + kBridges * kBridgeSize;
  }
  unsigned char* code = next;
  next += kBridgeSize;
  void* const caller = (void*)call_dll;
  memcpy(code, "\x48\xb8", 2);
  memcpy(code + 2, &function, 8);
  memcpy(code + 10, "\x49\xbb", 2);
  memcpy(code + 12, &caller, 8);
  memcpy(code + 20, "\x41\xff\xe3", 3);
  return code;
}

static void* load(const WCHAR* path) { return LoadLibraryW(path); }

static void* function_of(void* module, const char* name) {
  void* const function = (void*)GetProcAddress(module, name);
  return function == NULL ? NULL : bridge_to(function);
}

static unsigned last_error(void) { return GetLastError(); }

typedef void (*ThreadBody)(void* argument);
struct Thread {
  ThreadBody body;
  void* argument;
};

static DWORD WINAPI run_thread(void* memory) {
  const struct Thread thread = *(struct Thread*)memory;
  free(memory);
  thread.body(thread.argument);
  return 0;
}

// Wine's functions may be called by threads alone that Wine has made.
static int start_thread(ThreadBody body, void* argument) {
  struct Thread* const thread = malloc(sizeof *thread);
  *thread = (struct Thread){body, argument};
  const HANDLE handle = CreateThread(NULL, 8 << 20, run_thread, thread, 0, NULL);
  if (handle == NULL) return 0;
  CloseHandle(handle);
  return 1;
}

// Python would end by Linux' exit(), of whose code Windows does not hear.
static int exit_code;
static void set_exit_code(int code) { exit_code = code; }

static pthread_t main_thread;

static BOOL WINAPI ctrl_c(DWORD event) {
  (void)event;
  return pthread_kill(main_thread, SIGINT) == 0;
}

static char* utf8_of(const WCHAR* text) {
  const int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
  char* const utf8 = malloc(size);
  WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, size, NULL, NULL);
  return utf8;
}

// Python's modules look for its functions among those of the whole program.
static int (*python(void))(int argc, char** argv) {
  void* const library = dlopen(PYTHON_LIBRARY, RTLD_NOW | RTLD_GLOBAL);
  void* const function = library == NULL ? NULL : dlsym(library, "Py_BytesMain");
  if (function == NULL) fprintf(stderr, "cannot load %s: %s\n", PYTHON_LIBRARY, dlerror());
  return (int (*)(int, char**))function;
}

int wmain(int argc, WCHAR** argv) {
  int (*const run)(int, char**) = python();
  if (run == NULL) return 1;
  main_thread = pthread_self();
  SetConsoleCtrlHandler(ctrl_c, TRUE);
  char addresses[128];
  snprintf(addresses, sizeof addresses, "%p %p %p %p %p", (void*)load, (void*)function_of, (void*)last_error,
           (void*)start_thread, (void*)set_exit_code);
  setenv("SHM_BRIDGE", addresses, 1);
  setenv("PYTHONUTF8", "1", 1);
  setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
  setenv("PYTHONNOUSERSITE", "1", 1);
  char** const arguments = malloc((argc + 2) * sizeof *arguments);
  arguments[0] = "python3";
  arguments[1] = "bridge.py";
  for (int i = 1; i < argc; ++i) arguments[i + 1] = utf8_of(argv[i]);
  arguments[argc + 1] = NULL;
  const int failed = run(argc + 1, arguments);
  return failed != 0 ? failed : exit_code;
}
