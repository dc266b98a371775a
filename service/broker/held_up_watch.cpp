#include "service/broker/held_up_watch.h"

#include <optional>
#include <set>
#include <string>

#include "service/broker/process_words.h"
#include "service/support/event_log.h"

namespace shmbroker::service {

DWORD HeldUpWatch::look_if_due() {
  constexpr ULONGLONG kPause = 1000;  // milliseconds
  const uint64_t after = 1000 * configuration_.config().log.held_up_after;
  if (after == 0) held_up_ = {};
  if (watch_.slots() == 0 && held_up_.is_empty()) return INFINITE;
  const ULONGLONG now = GetTickCount64();
  if (now < due_) return static_cast<DWORD>(due_ - now);
  due_ = now + kPause;
  std::set<std::wstring> held_up;
  for (const auto& [name, channel] : channels_.all()) {
    channel->watch_takers();
    if (after != 0 && channel->is_held_up()) held_up.insert(name);
  }
  for (const HeldUpChannels::News& news : held_up_.update(held_up, after, now)) tell(news);
  return kPause;
}

void HeldUpWatch::tell(const HeldUpChannels::News& news) {
  const std::string channel = "channel '" + win::display_utf8(news.channel) + "'";
  const std::string lasted = std::to_string(news.lasted / 1000) + " s";
  if (news.goes_on) {
    const std::string text = channel + " goes on; it was held up for " + lasted;
    log_.note({}, 0, ClientLog::Level::info, text, GetTickCount64());
    report_event(Event::goes_on, text);
    return;
  }
  const std::optional<Client> blocker = channels_.all().at(news.channel)->blocking_client();
  const std::wstring account = blocker ? watch_.account_of(*blocker) : L"";
  const std::string who =
      blocker ? "by " + process_words(blocker->pid, watch_.program_of(*blocker), names_.known_name(account))
              : "since no reader takes a message";
  const std::string text = channel + " has been held up for " + lasted + " " + who;
  log_.note(account, blocker ? blocker->pid : 0, ClientLog::Level::warning, text, GetTickCount64());
  report_event(Event::held_up, text);
}

}  // namespace shmbroker::service
