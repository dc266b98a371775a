// A shmclient.dll whose service is slow to refuse: for what a binding does meanwhile.
#include <windows.h>

#include <atomic>
#include <cwchar>
#include <string>

#include "shmbroker/notify_call.h"

namespace {

constexpr DWORD kSlow = 2000;
constexpr ShmChannel kWithoutInfo = 7;
constexpr ShmChannel kWriter = 8;

thread_local std::wstring text;
std::atomic<uint32_t> closes{0};

int32_t refuse(int32_t status, const wchar_t* why) {
  text = why;
  return status;
}

int32_t refuse_slowly(int32_t status, const wchar_t* why) {
  Sleep(kSlow);
  return refuse(status, why);
}

}  // namespace

extern "C" {

// How many channels were closed.
uint32_t SHM_CALL ShmVersion() { return closes.load(); }

const wchar_t* SHM_CALL ShmErrorText(int32_t) { return L"a general text"; }
const wchar_t* SHM_CALL ShmLastErrorText() { return text.c_str(); }
const char* SHM_CALL ShmErrorTextUtf8(int32_t) { return "a general text"; }
const char* SHM_CALL ShmLastErrorTextUtf8() { return ""; }

int32_t SHM_CALL ShmOpen(const wchar_t* name, const ShmOptions*, ShmChannel* channel) {
  if (std::wcscmp(name, L"slow") == 0) return refuse_slowly(SHM_E_NOT_FOUND, L"no 'slow' here");
  *channel = std::wcscmp(name, L"writer") == 0 ? kWriter : kWithoutInfo;
  return SHM_OK;
}
int32_t SHM_CALL ShmClose(ShmChannel) {
  ++closes;
  return SHM_OK;
}
int32_t SHM_CALL ShmGetInfo(ShmChannel channel, ShmInfo* info) {
  if (channel != kWriter) return refuse(SHM_E_CLOSED, L"it has ended meanwhile");
  info->kind = SHM_BLOCK;
  info->access = SHM_WRITE;
  info->capacity = info->max_message = 64;
  return SHM_OK;
}
int32_t SHM_CALL ShmFlush(ShmChannel) { return refuse_slowly(SHM_E_SYSTEM, L"the disk is full"); }
int32_t SHM_CALL ShmListChannels(ShmInfo*, uint32_t, uint32_t*) {
  return refuse_slowly(SHM_E_NO_SERVICE, L"the service is gone");
}

int32_t SHM_CALL ShmOpenUtf8(const char*, const ShmOptions*, ShmChannel*) { return SHM_E_STATE; }
int32_t SHM_CALL ShmCancel(ShmChannel) { return SHM_E_STATE; }
int32_t SHM_CALL ShmSetCancelled(ShmChannel, int32_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmGetInfoUtf8(ShmChannel, ShmInfoUtf8*) { return SHM_E_STATE; }
int32_t SHM_CALL ShmGetStats(ShmChannel, ShmStats*) { return SHM_E_STATE; }
int32_t SHM_CALL ShmListChannelsUtf8(ShmInfoUtf8*, uint32_t, uint32_t*) { return SHM_E_STATE; }
int32_t SHM_CALL ShmWrite(ShmChannel, const void*, size_t, uint32_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmRead(ShmChannel, void*, size_t, size_t*, uint32_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmWriteBatch(ShmChannel, const ShmMessage*, uint32_t, uint32_t*, uint32_t) {
  return SHM_E_STATE;
}
int32_t SHM_CALL ShmReadBatch(ShmChannel, ShmMessage*, uint32_t, void*, size_t, uint32_t*, uint32_t) {
  return SHM_E_STATE;
}
int32_t SHM_CALL ShmLoan(ShmChannel, size_t, void**, uint32_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmCommit(ShmChannel, size_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmAbort(ShmChannel) { return SHM_E_STATE; }
int32_t SHM_CALL ShmLock(ShmChannel, void**, size_t*, uint32_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmUnlock(ShmChannel, size_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmPeek(ShmChannel, const void**, size_t*, uint32_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmRelease(ShmChannel) { return SHM_E_STATE; }
int32_t SHM_CALL ShmLastRefusal() { return 0; }
int32_t SHM_CALL ShmCall(ShmChannel, const void*, size_t, void*, size_t, size_t*, uint32_t) {
  return SHM_E_STATE;
}
int32_t SHM_CALL ShmCallBegin(ShmChannel, const void*, size_t, ShmToken*, uint32_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmCallEnd(ShmChannel, ShmToken, void*, size_t, size_t*, uint32_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmCallCancel(ShmChannel, ShmToken) { return SHM_E_STATE; }
int32_t SHM_CALL ShmCallLoan(ShmChannel, size_t, void**, ShmToken*, uint32_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmCallCommit(ShmChannel, ShmToken, size_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmCallPeek(ShmChannel, ShmToken, const void**, size_t*, uint32_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmCallRelease(ShmChannel, ShmToken) { return SHM_E_STATE; }
int32_t SHM_CALL ShmServePeek(ShmChannel, const void**, size_t*, ShmToken*, uint32_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmAnswerLoan(ShmChannel, ShmToken, void**, size_t*) { return SHM_E_STATE; }
int32_t SHM_CALL ShmServe(ShmChannel, void*, size_t, size_t*, ShmToken*, uint32_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmAnswer(ShmChannel, ShmToken, const void*, size_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmRefuse(ShmChannel, ShmToken, int32_t, const wchar_t*) { return SHM_E_STATE; }
int32_t SHM_CALL ShmRefuseUtf8(ShmChannel, ShmToken, int32_t, const char*) { return SHM_E_STATE; }
int32_t SHM_CALL ShmGetCaller(ShmChannel, ShmToken, ShmCaller*) { return SHM_E_STATE; }
int32_t SHM_CALL ShmGetCallerUtf8(ShmChannel, ShmToken, ShmCallerUtf8*) { return SHM_E_STATE; }
int32_t SHM_CALL ShmGetWaitHandle(ShmChannel, void**) { return SHM_E_STATE; }
int32_t SHM_CALL ShmNotifyWindow(ShmChannel, void*, uint32_t, uintptr_t) { return SHM_E_STATE; }
int32_t SHM_CALL ShmNotifyPipe(ShmChannel, void*) { return SHM_E_STATE; }
int32_t SHM_CALL ShmNotifyCall(ShmChannel, ShmNotice, void*) { return SHM_E_STATE; }
int32_t SHM_CALL ShmWaitAny(const ShmChannel*, uint32_t, uint32_t*, uint32_t) { return SHM_E_STATE; }

}  // extern "C"
