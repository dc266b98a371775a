// What the service includes of other projects' headers, parsed once for all of it. Each source still includes
// what it uses: see cmake/precompile.cmake.
#include <windows.h>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#ifdef SPDLOG_COMPILED_LIB
// cmake/fmt.cpp has it: spdlog would have every source that logs compile it anew.
extern template void fmt::detail::vformat_to(buffer<char>&, string_view, format_args, locale_ref);
#endif
