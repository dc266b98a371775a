#include "service/broker/value_saver.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "service/support/event_log.h"

namespace shmbroker::service {
namespace {

constexpr ULONGLONG kSaverPause = 30'000;  // milliseconds until a save that failed is tried again

void report(const Channel& channel, const std::exception& failure) {
  const std::string text = "channel '" + channel.config().name + "': " + failure.what();
  spdlog::error("{}", text);
  report_event(Event::failed, text);
}

}  // namespace

void ValueSaver::save(const std::shared_ptr<Channel>& channel, Done done) {
  if (is_saved(channel)) {
    if (done) done(nullptr);
    return;
  }
  want(channel, /*last=*/false, std::move(done));
}

void ValueSaver::save_and_close(const std::shared_ptr<Channel>& channel) {
  if (channel->has_file()) want(channel, /*last=*/true, {});
}

void ValueSaver::want(const std::shared_ptr<Channel>& channel, bool last, Done done) {
  std::vector<Done> waiting;
  if (done) waiting.push_back(std::move(done));
  const auto found = under_way_.find(channel.get());
  if (found == under_way_.end()) return start(channel, last, std::move(waiting));
  Wanted& wanted = found->second;
  wanted.again = true;
  wanted.last = wanted.last || last;
  std::ranges::move(waiting, std::back_inserter(wanted.waiting));
}

void ValueSaver::start(const std::shared_ptr<Channel>& channel, bool last, std::vector<Done> waiting) {
  under_way_[channel.get()] = {};
  failed_.erase(channel.get());
  worker_.run(
      [channel, last] {
        const uint64_t saved = channel->save_value();
        // Here, and not when the completion is called: a reload may want to open the file right behind this
        // job.
        if (last) channel->close_file();
        return saved;
      },
      [this, channel, last, waiting = std::move(waiting)](std::future<uint64_t> outcome) {
        finish(channel, last, std::move(outcome), waiting);
      });
}

void ValueSaver::finish(const std::shared_ptr<Channel>& channel, bool last, std::future<uint64_t> outcome,
                        const std::vector<Done>& waiting) {
  std::exception_ptr failure;
  try {
    channel->note_saved(outcome.get());
  } catch (const std::exception& error) {  // a full disk, or no memory for the value
    failure = std::current_exception();
    channel->note_save_failure(error.what());
    report(*channel, error);
    failed_[channel.get()] = {channel, last, GetTickCount64() + kSaverPause};
  }
  Wanted next = std::move(under_way_[channel.get()]);
  under_way_.erase(channel.get());
  const bool is_closed = last && !failure;
  if (next.again && !is_closed) start(channel, last || next.last, std::move(next.waiting));
  for (const Done& done : waiting) done(failure);
}

DWORD ValueSaver::save_if_due(ULONGLONG now) {
  ULONGLONG next = INFINITE;
  for (auto at = failed_.begin(); at != failed_.end();) {
    const Failed failed = (at++)->second;
    if (failed.due > now) {
      next = std::min(next, failed.due - now);
    } else {
      want(failed.channel, failed.last, {});
    }
  }
  return static_cast<DWORD>(next);
}

void ValueSaver::save_what_failed() {
  for (const auto& [key, failed] : std::exchange(failed_, {})) want(failed.channel, failed.last, {});
}

}  // namespace shmbroker::service
