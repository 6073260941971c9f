// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lathe {

std::vector<std::string> splitText(std::string_view text, char separator);
std::string joinText(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trimText(std::string_view text);
/// Shortest text that reads back as the same value, independent of locale.
std::string realText(double value);
std::string realText(float value);
/// `digits` after the point, independent of locale.
std::string fixedText(double value, int digits);
/// "1.1 MB", "312 B": powers of 1000, three significant digits.
std::string sizeText(std::int64_t bytes);
/// The whole of `text` as a number; throws Error{invalidArgument} naming `where`.
std::int64_t parseInteger(std::string_view text, std::string_view where);
double parseReal(std::string_view text, std::string_view where);

}  // namespace lathe
