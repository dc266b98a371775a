// The two tables: all channels, and the clients of one.
#pragma once

#include <string>
#include <vector>

#include "observations.h"
#include "table.h"

namespace samples::monitor {

const std::vector<Column>& channel_columns();
std::vector<Row> channel_rows(const Observations& observations, const Programs& programs);

const std::vector<Column>& client_columns();
std::vector<Row> client_rows(const Watched& watched, const Programs& programs);

// What the channel is, who may use it, and what became of it, as lines for an edit control.
std::wstring facts_of(const Observed& observed);

// "Held up by process 412 receiver.exe, a reader that has not read 64 KiB." or "".
std::wstring held_up_text(const Observed& observed, const Programs& programs);

// What the two charts show: their titles, with the newest figure.
std::wstring rate_title(uint32_t kind, const Figures& figures);
std::wstring lag_title(const Observed& observed);

}  // namespace samples::monitor
