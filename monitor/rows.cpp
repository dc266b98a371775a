#include "rows.h"

#include <algorithm>
#include <map>

#include "words.h"

namespace samples::monitor {
namespace {

Cell text_cell(std::wstring text) { return {std::move(text)}; }
Cell count_cell(uint64_t count) { return {number_word(count), static_cast<double>(count)}; }
Cell size_cell(uint64_t bytes) { return {size_word(static_cast<double>(bytes)), static_cast<double>(bytes)}; }

// Where there is nothing to tell, which sorts below 0.
Cell no_cell() { return {L"\u2013", -1}; }

Cell rate_cell(const std::optional<double>& rate, std::wstring (*word)(double)) {
  return rate ? Cell{word(*rate), *rate} : no_cell();
}

Cell full_cell(const ShmChannelState& state) {
  if (!is_ring(state)) return no_cell();
  const uint32_t percent = percent_full(state);
  return {std::to_wstring(percent) + L" %", static_cast<double>(percent)};
}

std::wstring blocker_word(const Figures& figures, const Programs& programs) {
  switch (figures.held_up_by) {
    case HeldUpBy::process:
      return process_word(figures.blocker, programs);
    case HeldUpBy::unseen:
      return L"a process that you may not see";
    case HeldUpBy::no_reader:
      return L"no reader takes a message";
    default:
      return L"";
  }
}

bool is_unavailable(const ShmChannelState& state) { return (state.flags & SHM_CHANNEL_UNAVAILABLE) != 0; }

Row channel_row(const Observed& observed, const Programs& programs) {
  const ShmChannelState& state = observed.watched.state;
  const Figures& figures = observed.figures;
  const bool is_topic = state.kind == SHM_TOPIC;
  const std::wstring blocker = is_unavailable(state) ? L"unavailable" : blocker_word(figures, programs);
  return {state.name,
          {text_cell(state.name), text_cell(kind_word(state)), rate_cell(figures.messages, rate_word),
           rate_cell(figures.bytes, size_word), full_cell(state),
           is_topic ? size_cell(figures.lag) : no_cell(), is_topic ? count_cell(figures.lost) : no_cell(),
           count_cell(state.readers), count_cell(state.writers), text_cell(blocker)},
          !blocker.empty()};
}

std::wstring session_word(const ShmClientState& client) {
  return client.session == UINT32_MAX ? L"?" : std::to_wstring(client.session);
}

// ordinal: a process may have the channel open several times.
Row client_row(uint32_t kind, const ShmClientState& client, size_t ordinal, const Programs& programs) {
  const bool reads = client.access == SHM_READ && kind != SHM_SERVICE;
  const bool writes = client.access == SHM_WRITE && kind != SHM_SERVICE;
  const std::wstring account = client.account[0] != 0 ? client.account : L"?";
  return {
      std::to_wstring(client.pid) + L' ' + side_word(kind, client.access) + L' ' + std::to_wstring(ordinal),
      {{process_word(client.pid, programs), static_cast<double>(client.pid)},
       text_cell(side_word(kind, client.access)),
       text_cell(account),
       {session_word(client), static_cast<double>(client.session)},
       count_cell(client.messages),
       reads ? size_cell(client.lag) : no_cell(),
       reads ? count_cell(client.lost) : no_cell(),
       count_cell(client.waits),
       writes ? count_cell(client.loan) : no_cell(),
       text_cell(client_words(kind, client))},
      blocks(client)};
}

std::wstring how_it_blocks(const ShmClientState& client, const Watched& watched) {
  if (client.access == SHM_WRITE) return L"a writer that has not committed its loan";
  if (watched.state.kind == SHM_QUEUE) return L"a reader that has taken a message and not finished it";
  return L"a reader that has not read " + size_word(static_cast<double>(client.lag));
}

// What a service has done so far, and how quickly.
std::wstring calls_text(const ShmChannelState& state) {
  std::wstring text = L"Calls so far: " + number_word(state.messages) + L"; under way: " +
                      number_word(state.calls_under_way) + L".";
  if (state.serve_p50 == 0) return text;
  return text + L"\r\nServed within " + duration_word(state.serve_p50) + L" (half of the last requests), " +
         duration_word(state.serve_p99) + L" (99 of 100).";
}

std::wstring written_text(const ShmChannelState& state) {
  const std::wstring text = L"Written so far: " + number_word(state.messages);
  if (!is_ring(state)) return text + L".";
  return text + L"; still to be read: " + size_word(static_cast<double>(state.backlog)) + L", " +
         std::to_wstring(percent_full(state)) + L" %.";
}

std::wstring origin_line(const ShmChannelState& state) {
  std::wstring line = L"Created by ";
  if ((state.flags & SHM_CHANNEL_CREATED) == 0) {
    line += L"the configuration";
  } else {
    line += (state.flags & SHM_CHANNEL_KEPT) != 0 ? L"a client, kept until the service stops"
                                                  : L"a client, ends with its last handle";
  }
  return line + ((state.flags & SHM_CHANNEL_FILE) != 0 ? L"; its value is kept in a file." : L".");
}

}  // namespace

const std::vector<Column>& channel_columns() {
  static const std::vector<Column> columns = {
      {L"Channel", 100, Content::text},     {L"Kind", 98, Content::text},
      {L"Messages/s", 84, Content::number}, {L"Bytes/s", 70, Content::number},
      {L"Full", 46, Content::number},       {L"Lag", 68, Content::number},
      {L"Lost", 84, Content::number},       {L"Readers", 58, Content::number},
      {L"Writers", 54, Content::number},    {L"Held up by", 170, Content::text}};
  return columns;
}

std::vector<Row> channel_rows(const Observations& observations, const Programs& programs) {
  std::vector<Row> rows;
  for (const Observed* observed : observations.channels()) rows.push_back(channel_row(*observed, programs));
  return rows;
}

const std::vector<Column>& client_columns() {
  static const std::vector<Column> columns = {
      {L"Process", 124, Content::number}, {L"Side", 52, Content::text},
      {L"Account", 100, Content::text},   {L"Session", 54, Content::number},
      {L"Messages", 88, Content::number}, {L"Lag", 66, Content::number},
      {L"Lost", 80, Content::number},     {L"Waits", 66, Content::number},
      {L"Loan", 44, Content::number},     {L"State", 158, Content::text}};
  return columns;
}

std::vector<Row> client_rows(const Watched& watched, const Programs& programs) {
  std::vector<Row> rows;
  std::map<std::pair<uint32_t, uint32_t>, size_t> seen;
  for (const ShmClientState& client : watched.clients) {
    rows.push_back(client_row(watched.state.kind, client, ++seen[{client.pid, client.access}], programs));
  }
  return rows;
}

std::wstring facts_of(const Observed& observed) {
  const ShmChannelState& state = observed.watched.state;
  const auto size = [](uint64_t bytes) { return size_word(static_cast<double>(bytes)); };
  const bool is_service = state.kind == SHM_SERVICE;
  std::wstring text = std::wstring(state.name) + L": " + kind_word(state) + L", ";
  text += (is_service ? L"answers up to " : L"") + size(state.capacity);
  if (state.kind != SHM_BLOCK)
    text += (is_service ? L", requests up to " : L", messages up to ") + size(state.max_message);
  text += L".\r\nYou may: " + rights_word(state.kind, state.access) + L".\r\n";
  if (!observed.watched.is_summary)
    text += std::wstring(L"Rights: ") + state.rights + L".\r\nOwner: " + state.owner + L".\r\n";
  text += origin_line(state) + L"\r\n" + (is_service ? calls_text(state) : written_text(state));
  return text + L"\r\nTaken back from processes that died: " + number_word(state.recoveries) +
         L". Openings refused: " + number_word(state.denials) + L".";
}

std::wstring held_up_text(const Observed& observed, const Programs& programs) {
  const Figures& figures = observed.figures;
  if (is_unavailable(observed.watched.state))
    return std::wstring(L"Unavailable: ") + observed.watched.state.reason;
  if (figures.held_up_by == HeldUpBy::nobody) return L"";
  if (figures.held_up_by == HeldUpBy::no_reader)
    return L"Held up: it is full, and no reader takes a message.";
  const std::wstring who = blocker_word(figures, programs);
  const auto& clients = observed.watched.clients;
  const auto blocker = std::ranges::find_if(clients, blocks);
  if (blocker == clients.end()) return L"Held up by " + who + L".";
  return L"Held up by process " + who + L", " + how_it_blocks(*blocker, observed.watched) + L".";
}

std::wstring rate_title(uint32_t kind, const Figures& figures) {
  std::wstring text = L"Rate: ";
  if (!figures.messages) return text + L"not known yet";
  text += rate_word(*figures.messages) + (kind == SHM_SERVICE ? L" calls/s" : L" messages/s");
  return figures.bytes ? text + L", " + size_word(*figures.bytes) + L"/s" : text;
}

std::wstring lag_title(const Observed& observed) {
  const ShmChannelState& state = observed.watched.state;
  if (state.kind != SHM_TOPIC) return L"Lag: of topics only";
  const auto lag = static_cast<double>(observed.figures.lag);
  const double percent = state.capacity != 0 ? 100 * lag / static_cast<double>(state.capacity) : 0;
  return L"Lag: " + size_word(lag) + L", " + std::to_wstring(static_cast<int>(percent)) +
         L" % of the channel";
}

}  // namespace samples::monitor
