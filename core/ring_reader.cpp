#include "core/ring_reader.h"

#include <algorithm>
#include <utility>

#include "core/crash_point.h"
#include "core/space_waking.h"

namespace shmbroker::core {
namespace {

constexpr int kCopyTries = 16;      // of a topic's message that writers overwrite meanwhile
constexpr int kClaimTries = 10000;  // so many messages in a row other readers get only where one forges it
constexpr int kJoinTries = 100;     // then the head is not what writers of ours would make of it

}  // namespace

RingReader::RingReader(const Ring& ring, uint32_t slot)
    : ring_(ring),
      slot_(ring.readers().readers[slot]),
      slot_index_(slot),
      // A largest message needs its footprint, and less than that is left before the ring's end. Where no
      // writer waits, none is in its way.
      largest_unpublished_(ring.waits() ? ring.capacity() - 2 * ring.footprint(ring.max_message())
                                        : UINT64_MAX),
      most_unpublished_(ring.capacity() / 8) {}

RingReader::Result RingReader::join(Start start) {
  // acquire: pairs with the release in give_back() and recover_readers(): what was given back before is seen
  // by our walk.
  returns_.store(ring_.readers().returns.load(std::memory_order_acquire), std::memory_order_relaxed);
  bool joined = false;
  for (int i = 0; i < kJoinTries && !joined; ++i) {
    Ring::Head head;
    if (!ring_.read_join_position(head)) return Result::corrupt;
    position_.store(head.position, std::memory_order_relaxed);
    passed_ = head.messages;
    note_published(head.position);
    slot_.cursor.store(published_, std::memory_order_release);
    SHM_CRASH_POINT("reader.joined");
    // Partner: the fence in RingWriter::announce().
    std::atomic_thread_fence(std::memory_order_seq_cst);
    joined = ring_.join_position() <= head.position;
  }
  // Where nobody waits for us, writers go on all the while, and may well be faster.
  if (!joined && ring_.waits()) return Result::corrupt;
  // A writer may have found no space because of a cursor that we have stored and moved on since.
  if (ring_.waits()) wake_writers_ |= take_waiting_writers(ring_.readers()) != 0;
  find_plain_end();
  if (start == Start::oldest || ring_.is_queue()) return Result::ok;
  start_ = ring_.tail();
  Frame frame;
  return next(frame) == Result::corrupt ? Result::corrupt : Result::ok;
}

void RingReader::leave() {
  if (peeked_ && ring_.is_queue()) give_back();
  peeked_ = false;
  // release: pairs with the acquire in slowest_reader().
  slot_.cursor.store(0, std::memory_order_release);
  SHM_CRASH_POINT("reader.left");
  wake_writers_ |= take_waiting_writers(ring_.readers()) != 0;
}

// What lies at a position. ok: a frame that is complete.
RingReader::Result RingReader::look(uint64_t here, Frame& frame) const {
  // acquire: pairs with the release in RingWriter::publish_header(), and with the one of the padding in
  // reserve().
  frame = unpack(ring_.header(here).word.load(std::memory_order_acquire));
  // The word means something only if it was no writer's payload yet: as Ring::is_still_intact(). SUBTLE: one
  // look at the head, which may pass us at any time; a second one would take that for damage.
  std::atomic_thread_fence(std::memory_order_acquire);
  const uint64_t head = ring_.head_position();
  if (head > here) return Result::overtaken;
  if (frame.state == FrameState::empty) return Result::empty;
  if (!ring_.is_sound(frame, here) || here - head > ring_.capacity()) return Result::corrupt;
  return Result::ok;
}

void RingReader::step_over(const Frame& frame) {
  if (frame.state == FrameState::ready) ++passed_;
  last_footprint_ = ring_.footprint(frame.size);
  position_.store(position() + last_footprint_, std::memory_order_relaxed);
}

// Goes to the next message that may be this reader's. In a sound ring at most as many steps lie before it as
// frames fit into the ring.
RingReader::Result RingReader::next(Frame& frame) {
  const Result result = walk(frame);
  find_plain_end();
  return result;
}

RingReader::Result RingReader::walk(Frame& frame) {
  if (ring_.is_queue() && has_returns()) {
    // acquire: as in has_returns(). Those that come later are found by the next walk.
    returns_.store(ring_.readers().returns.load(std::memory_order_acquire), std::memory_order_relaxed);
    if (!go_to_head()) return Result::corrupt;
  }
  for (uint64_t step = 0; step <= ring_.capacity() / kTopicAlign; ++step) {
    const Result result = look(position(), frame);
    if (result == Result::empty) publish_cursor();
    if (result == Result::empty || result == Result::corrupt) return result;
    if (result == Result::overtaken) {
      if (!catch_up()) return Result::corrupt;
    } else if (frame.state == FrameState::ready && position() >= start_ &&
               (!ring_.is_queue() || ring_.claims().is_offered(position()))) {
      return Result::ok;
    } else {
      step_over(frame);
    }
  }
  return Result::overtaken;
}

bool RingReader::go_to_head() {
  Ring::Head head;
  if (!ring_.read_head(head)) return false;
  position_.store(head.position, std::memory_order_relaxed);
  passed_ = head.messages;
  return true;
}

// Writers have overwritten what is at the position: goes on with the oldest frame kept, and counts what is
// lost.
bool RingReader::catch_up() {
  const uint64_t from = position();
  const uint64_t passed = passed_;
  if (!go_to_head()) return false;
  // In a queue, others have had those messages. What came before the start is nobody's loss.
  if (ring_.is_queue() || position() <= start_) return true;
  const uint64_t lost = passed_ - passed;
  if (lost > (position() - from) / kTopicAlign) return false;
  lost_ += lost;
  return true;
}

// For a reader that was overtaken while it copied: the oldest message is about to be overwritten too, so it
// leaves half of what is kept, and has as long as writers take for that. It does not leave the newest:
// perhaps no other ever comes.
bool RingReader::skip_half() {
  if (!ring_.is_still_intact(position()) && !catch_up()) return false;
  const uint64_t from = position();
  uint64_t passed = passed_;
  Frame frame;
  for (uint64_t at = from; at - from < ring_.capacity() && look(at, frame) == Result::ok;
       at += ring_.footprint(frame.size)) {
    if (frame.state != FrameState::ready) continue;
    position_.store(at, std::memory_order_relaxed);
    lost_ += passed - passed_;
    passed_ = passed++;
    if (at - from >= ring_.capacity() / 2) break;
  }
  find_plain_end();
  return true;
}

// Where it lies: as copy_out(). The message gets its number once it is the reader's: what is described before
// may yet be another one's, should this reader die.
void RingReader::describe(const Frame& frame, Message& message) const {
  message = {};
  message.data = ring_.payload(position());
  message.size = frame.size;
  if (frame.has_timestamp)
    message.timestamp = ring_.header(position()).timestamp.load(std::memory_order_relaxed);
  message.lost = lost_;
  message.writer = frame.slot;
}

// Makes the message at the position of a queue this reader's own.
bool RingReader::claim(Message& message) {
  SHM_CRASH_POINT("reader.found");
  if (!ring_.claims().claim(position(), slot_index_, message.redelivered)) return false;
  if (ring_.is_still_intact(position())) return true;
  // SUBTLE: a claim's lap has 24 bits. A reader that slept since next() for exactly so many laps has claimed
  // what lies here now.
  give_back();
  return false;
}

void RingReader::give_back() {
  ring_.claims().give_back(position(), slot_index_);
  SHM_CRASH_POINT("reader.given-back");
  // release: pairs with the acquires in join(), next() and has_returns().
  ring_.readers().returns.fetch_add(1, std::memory_order_release);
}

RingReader::Result RingReader::read_carefully(std::byte* to, uint64_t space, Message& message) {
  if (std::exchange(was_overtaken_, false) && !skip_half()) return Result::corrupt;
  const int tries = ring_.is_queue() ? kClaimTries : kCopyTries;
  for (int i = 0; i < tries; ++i) {
    Frame frame;
    const Result result = next(frame);
    if (result != Result::ok) return result;
    describe(frame, message);
    if (message.size > space) return Result::too_small;
    if (ring_.is_queue() && !claim(message)) continue;
    SHM_CRASH_POINT("reader.claimed");
    copy_from_shared(to, message.data, static_cast<size_t>(message.size));
    SHM_CRASH_POINT("reader.copied");
    if (ring_.is_still_intact(position())) {
      message.sequence = passed_ + 1;
      finish(frame);
      return Result::ok;
    }
    if (!ring_.is_queue() && !skip_half()) return Result::corrupt;
  }
  return Result::overtaken;
}

// What is damaged, or overwritten too fast, is left to read() to say.
bool RingReader::seek() {
  Frame frame;
  return next(frame) != Result::empty;
}

RingReader::Result RingReader::peek(Message& message) {
  for (int i = 0; i < kClaimTries; ++i) {
    const Result result = next(peeked_frame_);
    if (result != Result::ok) return result;
    describe(peeked_frame_, message);
    if (ring_.is_queue() && !claim(message)) continue;
    peeked_ = true;
    SHM_CRASH_POINT("reader.peeked");
    message.sequence = passed_ + 1;
    lost_ = 0;
    find_plain_end();
    return Result::ok;
  }
  return Result::overtaken;
}

bool RingReader::release() {
  peeked_ = false;
  // What was overtaken is not finished: it is gone, and next() goes on from the head.
  if (!ring_.is_still_intact(position())) return false;
  finish(peeked_frame_);
  return true;
}

// Goes on behind the message at the position.
void RingReader::finish(const Frame& frame) {
  lost_ = 0;
  if (ring_.is_queue()) {
    ring_.claims().finish(position(), slot_index_);
    SHM_CRASH_POINT("reader.finished");
    step_over(frame);
    wake_writers_ |= take_waiting_writers(ring_.readers()) != 0;
    return;
  }
  step_over(frame);
  find_plain_end();
  maybe_publish_cursor(ring_, position());
}

void RingReader::note_published(uint64_t position) {
  published_ = position;
  unpublished_end_ = position + most_unpublished_;
  quiet_end_ = position + std::min(most_unpublished_, largest_unpublished_);
}

void RingReader::publish_cursor() {
  // relaxed: our own, and yet another reader may have changed it; a writer that waited for us then would do
  // so for ever.
  if (published_ == position() && slot_.cursor.load(std::memory_order_relaxed) == published_) return;
  note_published(position());
  // release: pairs with the acquire in slowest_reader(); what we read stays before its being overwritten.
  slot_.cursor.store(published_, std::memory_order_release);
  SHM_CRASH_POINT("reader.cursor-moved");
  if (ring_.waits()) wake_writers_ |= take_waiting_writers(ring_.readers()) != 0;
}

bool RingReader::has_more() const {
  // While it slept, others may have gone on for laps, or given back what lies before its position.
  const uint64_t head = ring_.head_position();
  uint64_t at = has_returns() ? head : std::max(position(), head);
  Frame frame;
  Result result = Result::ok;
  for (const uint64_t a_lap = at + ring_.capacity(); at < a_lap; at += ring_.footprint(frame.size)) {
    result = look(at, frame);
    if (result != Result::ok) break;
    if (frame.state == FrameState::ready && ring_.claims().is_offered(at)) return true;
  }
  return result == Result::overtaken;
}

bool RingReader::may_be_readable() const {
  const uint64_t here = position();
  if (ring_.is_queue() && has_returns()) return true;
  // acquire: as in look(), for callers that go on to read.
  const Frame frame = unpack(ring_.header(here).word.load(std::memory_order_acquire));
  return frame.state != FrameState::empty || ring_.head_position() > here;
}

}  // namespace shmbroker::core
