// {fmt} of what Debian's package has: its headers hold the implementation, too, and here it is compiled once
// instead of in every file that formats or logs.
#include <fmt/format-inl.h>

template std::locale fmt::detail::locale_ref::get<std::locale>() const;
template fmt::detail::thousands_sep_result<char> fmt::detail::thousands_sep_impl(locale_ref);
template fmt::detail::thousands_sep_result<wchar_t> fmt::detail::thousands_sep_impl(locale_ref);
template char fmt::detail::decimal_point_impl(locale_ref);
template wchar_t fmt::detail::decimal_point_impl(locale_ref);
template fmt::detail::dragonbox::decimal_fp<float> fmt::detail::dragonbox::to_decimal(float) noexcept;
template fmt::detail::dragonbox::decimal_fp<double> fmt::detail::dragonbox::to_decimal(double) noexcept;
template void fmt::detail::vformat_to(buffer<char>&, string_view, format_args, locale_ref);
