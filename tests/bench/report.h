// What a run has found, for people and for charts.
#pragma once

#include <filesystem>
#include <ostream>

#include "tests/bench/results.h"

namespace shmbroker::bench {

// A table of each row: every peer with median, middle half, and ratio to ShmBroker.
void print_rows(const std::vector<Row>& rows, const Results& results, std::ostream& out);

// Tables that charts.gp draws.
void write_chart_data(const Results& results, const std::filesystem::path& folder);

}  // namespace shmbroker::bench
