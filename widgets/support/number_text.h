// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QString>

namespace lathe {

/// Three significant digits: "0.0123", "1.23e−05"; whole numbers from 1000 on: "1240". "∞", and "–" for NaN.
QString numberText(double value);
/// One decimal, without unit; "exact" for +infinity, "–" for NaN.
QString sqnrText(double sqnrDb);
/// "1.1 MB", "312 B".
QString bytesText(std::int64_t bytes);
/// "12.3 k", "1.20 M" for counts (parameters, MACs).
QString countText(std::int64_t count);
/// "0.310 %"; exact zero is "0", tiny shares are "< 0.01 %".
QString shareText(double share);
/// "12 s", "3 min 20 s", "2 h 5 min"; rounded up to whole seconds.
QString durationText(double seconds);
/// `base` with tabular figures, for columns of numbers.
QFont tabularFont(const QFont& base);

}
