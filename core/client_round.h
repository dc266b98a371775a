// How a server finds the clients that have a request: one after the other, round all that ring. So a client
// with a thousand requests does not keep another one waiting for more than one of them.
//
// A bell is a hint, so that a server need not look at the desks of all clients each time. A client posts,
// then rings if it does not ring yet; a server takes a bell off, then looks at that desk once more. Each has
// a full fence between the two, so at least one sees the other. What makes a server sleep is no bell: before
// that it looks at every desk.
#pragma once

#include "core/call_layout.h"
#include "core/slots.h"

namespace shmbroker::core {

// For a client that has posted.
inline void ring_bell(Bells& bells, uint32_t client) {
  const uint64_t bit = uint64_t{1} << client % 64;
  std::atomic<uint64_t>& rung = bells.rung[client / 64];
  // Partner: the fence in take_bell(). The store before it is the caller's: the request.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  // relaxed: nothing is read on the strength of it.
  if ((rung.load(std::memory_order_relaxed) & bit) == 0) rung.fetch_or(bit, std::memory_order_relaxed);
}

// For a server, which must look at that client's desk afterwards.
inline void take_bell(Bells& bells, uint32_t client) {
  bells.rung[client / 64].fetch_and(~(uint64_t{1} << client % 64), std::memory_order_relaxed);
  // Partner: the fence in ring_bell().
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

// One server's way round the clients.
class ClientRound {
 public:
  ClientRound(Bells& bells, const ClientsSection& clients, uint32_t count)
      : bells_(bells), clients_(clients), words_((count + 63) / 64) {}

  static constexpr uint32_t kNone = UINT32_MAX;

  // The next client that rings and has a request, as has_request(client) says. Leaves the bells of a few that
  // have none: they may soon have another one, and a bell that stays is not rung.
  template <class HasRequest>
  uint32_t next(HasRequest&& has_request) {
    uint32_t idle = 0;
    return visit([&](uint32_t word) { return rung(word); },
                 [&](uint32_t client) {
                   if (has_request(client)) return true;
                   if (++idle <= kIdleBells) return false;
                   take_bell(bells_, client);
                   return has_request(client) && (ring_bell(bells_, client), true);
                 });
  }

  // The same of all clients, whether they ring or not.
  template <class HasRequest>
  uint32_t next_of_all(HasRequest&& has_request) {
    return visit(
        // acquire: pairs with the broker's release: of a client that is seen here, the record is there.
        [&](uint32_t word) { return clients_.present[word].load(std::memory_order_acquire); },
        [&](uint32_t client) {
          if ((rung(client / 64) >> client % 64 & 1) != 0) take_bell(bells_, client);
          return has_request(client) && (ring_bell(bells_, client), true);
        });
  }

  // The one that next() has found has had its turn.
  void pass(uint32_t client) { from_ = (client + 1) % (words_ * 64); }

 private:
  static constexpr uint32_t kIdleBells = 4;

  // relaxed: a hint.
  uint64_t rung(uint32_t word) const { return bells_.rung[word].load(std::memory_order_relaxed); }

  // Begins at from_ and ends before it. wanted(client): whether that is the one.
  template <class BitsOf, class Wanted>
  uint32_t visit(BitsOf&& bits_of, Wanted&& wanted) {
    const uint64_t upper = ~uint64_t{0} << from_ % 64;
    for (uint32_t step = 0; step <= words_; ++step) {
      const uint32_t word = (from_ / 64 + step) % words_;
      const uint64_t mask = step == 0 ? upper : step == words_ ? ~upper : ~uint64_t{0};
      for (uint64_t bits = bits_of(word) & mask; bits != 0; bits &= bits - 1) {
        const uint32_t client = word * 64 + static_cast<uint32_t>(std::countr_zero(bits));
        if (wanted(client)) return client;
      }
    }
    return kNone;
  }

  Bells& bells_;
  const ClientsSection& clients_;
  uint32_t words_;
  uint32_t from_ = 0;
};

}  // namespace shmbroker::core
