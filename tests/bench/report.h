// What a run has found, for people and for charts.
#pragma once

#include <filesystem>
#include <ostream>

#include "tests/bench/results.h"

namespace shmbroker::bench {

// A table of each row: every peer with median, middle half, and ratio to ShmBroker.
void print_rows(const std::vector<Row>& rows, const Results& results, std::ostream& out);

// What a message costs each reader, against what it costs one reader. rows: those of reader_rows().
void print_readers(const std::vector<Row>& rows, const Results& results, std::ostream& out);

// Tables that charts.gp and readers.gp draw.
void write_chart_data(const Results& results, const std::filesystem::path& folder);
void write_readers_chart_data(const std::vector<Row>& rows, const Results& results,
                              const std::filesystem::path& folder);

}  // namespace shmbroker::bench
