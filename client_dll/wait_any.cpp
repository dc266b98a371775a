#include "client_dll/wait_any.h"

#include <algorithm>
#include <vector>

#include "client_dll/channel_table.h"
#include "core/waking.h"

namespace shmbroker::client {

static_assert(2 * SHM_WAIT_MAX <= MAXIMUM_WAIT_OBJECTS, "an event and a nudge for each channel");

// The channels of one call, held open while it lasts.
class AnyWait {
 public:
  explicit AnyWait(uint32_t timeout_ms) : deadline_(timeout_ms) {}

  // Gives the marks up that this wait has set, unless they are also somebody else's, and lets the channels
  // go.
  ~AnyWait() {
    for (const Held& held : held_) {
      Attachment& at = held.channel.at();
      if (marked_ && !held.channel.notification_->is_wanted())
        core::unmark_waiting(at.readers(), at.reader());
      ReleaseSRWLockShared(&held.entry.guard);
    }
  }
  AnyWait(const AnyWait&) = delete;
  AnyWait& operator=(const AnyWait&) = delete;

  int32_t hold(ShmChannel handle) {
    Entry* entry = entry_of(handle);
    if (entry == nullptr) return fail(SHM_E_HANDLE);
    AcquireSRWLockShared(&entry->guard);
    if (!is_open(*entry, handle) || !entry->channel->at().can_read()) {
      const int32_t status = is_open(*entry, handle) ? SHM_E_ACCESS : SHM_E_HANDLE;
      ReleaseSRWLockShared(&entry->guard);
      return fail(status);
    }
    Channel& channel = *entry->channel;
    held_.push_back({*entry, channel, Patience(entry->interrupts, SHM_INFINITE, &channel.at().data().ended)});
    handles_.push_back(channel.at().reader_event());
    handles_.push_back(channel.read_nudge_.get());
    return SHM_OK;
  }

  int32_t wait(uint32_t& index) {
    for (;;) {
      if (find_news(index)) return SHM_OK;
      for (const Held& held : held_)
        core::mark_waiting(held.channel.at().readers(), held.channel.at().reader());
      marked_ = true;
      if (find_news(index)) return SHM_OK;
      for (const Held& held : held_) {
        const WaitEnd end = held.patience.end();
        if (end != WaitEnd::none) return held.channel.refuse_wait(end, SHM_E_EMPTY);
      }
      const DWORD left = deadline_.left();
      if (left == 0) return fail(SHM_E_EMPTY);
      WaitForMultipleObjects(static_cast<DWORD>(handles_.size()), handles_.data(), FALSE, left);
    }
  }

 private:
  struct Held {
    Entry& entry;
    Channel& channel;
    Patience patience;
  };

  bool find_news(uint32_t& index) const {
    const auto found = std::ranges::find_if(held_, [](const Held& held) { return held.channel.has_news(); });
    if (found == held_.end()) return false;
    index = static_cast<uint32_t>(found - held_.begin());
    return true;
  }

  Deadline deadline_;
  std::vector<Held> held_;
  std::vector<HANDLE> handles_;
  bool marked_ = false;
};

int32_t wait_any(std::span<const ShmChannel> channels, uint32_t& index, uint32_t timeout_ms) {
  return no_throw([&] {
    AnyWait wait(timeout_ms);
    for (const ShmChannel channel : channels) {
      const int32_t status = wait.hold(channel);
      if (status != SHM_OK) return status;
    }
    return wait.wait(index);
  });
}

}  // namespace shmbroker::client
