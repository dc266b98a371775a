#include "service/support/event_log.h"

#include <windows.h>

#include "messages.h"
#include "service/support/error.h"
#include "service/support/service_name.h"

namespace shmbroker::service {
namespace {

constexpr wchar_t kSourceKey[] = L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\ShmBroker";
constexpr ULONGLONG kMinute = 60'000;
constexpr int kMostAMinute = 10;

struct Kind {
  WORD type;
  DWORD id;
  ULONGLONG minute = 0;  // when the present one began
  int count = 0;         // of events in it
};

Kind& kind_of(Event event) {
  static Kind kinds[] = {
      {EVENTLOG_INFORMATION_TYPE, static_cast<DWORD>(EVENT_STARTED)},
      {EVENTLOG_INFORMATION_TYPE, static_cast<DWORD>(EVENT_STOPPED)},
      {EVENTLOG_WARNING_TYPE, static_cast<DWORD>(EVENT_DENIED)},
      {EVENTLOG_WARNING_TYPE, static_cast<DWORD>(EVENT_QUOTA)},
      {EVENTLOG_WARNING_TYPE, static_cast<DWORD>(EVENT_RECOVERED)},
      {EVENTLOG_WARNING_TYPE, static_cast<DWORD>(EVENT_HELD_UP)},
      {EVENTLOG_INFORMATION_TYPE, static_cast<DWORD>(EVENT_GOES_ON)},
      {EVENTLOG_ERROR_TYPE, static_cast<DWORD>(EVENT_CONFIG)},
      {EVENTLOG_ERROR_TYPE, static_cast<DWORD>(EVENT_SQUATTED)},
      {EVENTLOG_ERROR_TYPE, static_cast<DWORD>(EVENT_FAILED)},
      {EVENTLOG_ERROR_TYPE, static_cast<DWORD>(EVENT_UNAVAILABLE)},
  };
  return kinds[static_cast<size_t>(event)];
}

bool is_one_too_many(Kind& kind) {
  const ULONGLONG now = GetTickCount64();
  if (now - kind.minute >= kMinute) {
    kind.minute = now;
    kind.count = 0;
  }
  return ++kind.count > kMostAMinute;
}

void set_value(HKEY key, const wchar_t* name, DWORD type, const void* value, size_t size) {
  const LSTATUS status =
      RegSetValueExW(key, name, 0, type, static_cast<const BYTE*>(value), static_cast<DWORD>(size));
  if (status != ERROR_SUCCESS)
    throw win32_error("cannot register the event log's texts", static_cast<DWORD>(status));
}

}  // namespace

void report_event(Event event, const std::string& text) {
  Kind& kind = kind_of(event);
  if (is_one_too_many(kind)) return;  // the log file has it
  const HANDLE log = RegisterEventSourceW(nullptr, kServiceName);
  if (log == nullptr) return;
  const std::wstring wide = event_text(text);
  const wchar_t* strings[] = {wide.c_str()};
  ReportEventW(log, kind.type, 0, kind.id, nullptr, 1, 0, strings, nullptr);
  DeregisterEventSource(log);
}

std::wstring event_text(const std::string& text) {
  constexpr size_t kMost = 31'000;  // ReportEvent takes 31,839 units
  std::wstring escaped;
  wchar_t last = 0;
  for (const wchar_t unit : win::to_utf16(text).value_or(L"")) {
    if (last == L'%' && unit >= L'0' && unit <= L'9') escaped += L' ';
    escaped += last = unit;
  }
  if (escaped.size() > kMost) {
    escaped.resize(kMost);
    escaped += L"\x2026; the log has the rest";
  }
  return escaped;
}

void register_event_source(const std::filesystem::path& program) {
  HKEY key = nullptr;
  const LSTATUS status =
      RegCreateKeyExW(HKEY_LOCAL_MACHINE, kSourceKey, 0, nullptr, 0, KEY_SET_VALUE, nullptr, &key, nullptr);
  if (status != ERROR_SUCCESS)
    throw win32_error("cannot register the event log's texts", static_cast<DWORD>(status));
  const std::unique_ptr<std::remove_pointer_t<HKEY>, LSTATUS(WINAPI*)(HKEY)> closer(key, RegCloseKey);
  const std::wstring file = program.wstring();
  const DWORD types = EVENTLOG_INFORMATION_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_ERROR_TYPE;
  set_value(key, L"EventMessageFile", REG_SZ, file.c_str(), (file.size() + 1) * sizeof(wchar_t));
  set_value(key, L"TypesSupported", REG_DWORD, &types, sizeof types);
}

void unregister_event_source() { RegDeleteKeyW(HKEY_LOCAL_MACHINE, kSourceKey); }

}  // namespace shmbroker::service
