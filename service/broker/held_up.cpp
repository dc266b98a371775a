// Looks now and then whether a channel stands still, and tells it when that lasts.
#include "service/broker/request.h"
#include "service/support/event_log.h"

namespace shmbroker::service {

// Returns the milliseconds until it wants to be called again, or INFINITE.
DWORD Broker::tend_held_up() {
  constexpr ULONGLONG kPause = 1000;  // milliseconds
  const uint64_t after = 1000 * config_.log.held_up_after;
  if (after == 0) held_up_ = {};
  if (after == 0 || (watch_.places() == 0 && held_up_.is_empty())) return INFINITE;
  const ULONGLONG now = GetTickCount64();
  if (now < held_up_due_) return static_cast<DWORD>(held_up_due_ - now);
  held_up_due_ = now + kPause;
  std::set<std::wstring> held_up;
  for (const auto& [name, channel] : channels_) {
    if (channel->is_held_up()) held_up.insert(name);
  }
  for (const HeldUpChannels::News& news : held_up_.update(held_up, after, now)) tell(news);
  return kPause;
}

void Broker::tell(const HeldUpChannels::News& news) {
  const std::string channel = "channel '" + win::display_utf8(news.channel) + "'";
  const std::string lasted = std::to_string(news.lasted / 1000) + " s";
  if (news.goes_on) {
    const std::string text = channel + " goes on; it was held up for " + lasted;
    log_about({}, 0, ClientLog::Level::info, text);
    report_event(Event::goes_on, text);
    return;
  }
  const std::optional<Client> blocker = channels_.at(news.channel)->blocking_client();
  const std::wstring account = blocker ? watch_.account_of(*blocker) : L"";
  const std::string who =
      blocker ? "by " + process_words(blocker->pid, watch_.program_of(*blocker), known_name(account))
              : "since no reader takes a message";
  const std::string text = channel + " has been held up for " + lasted + " " + who;
  log_about(account, blocker ? blocker->pid : 0, ClientLog::Level::warning, text);
  report_event(Event::held_up, text);
}

}  // namespace shmbroker::service
