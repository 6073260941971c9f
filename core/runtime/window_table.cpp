// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/window_table.h"

namespace lathe {

WindowTables tabulate(const Window& window, bool average, bool includePad)
{
    WindowTables tables;
    std::vector<std::int64_t> position(window.rank(), 0);
    std::vector<WindowTap> taps;
    const std::int64_t width = window.kernel.back();
    do {
        windowTaps(window, position, taps);
        tables.hasEmpty = tables.hasEmpty || taps.empty();
        for (const WindowTap& tap : taps)
            tables.rows.taps.push_back(static_cast<std::int32_t>(tap.input));
        tables.rows.endWindow();
        if (!average)
            continue;
        for (std::int64_t column = 0; column < width; ++column) {
            for (const WindowTap& tap : taps)
                if (tap.kernel % width == column)
                    tables.columns.taps.push_back(static_cast<std::int32_t>(tap.input));
            tables.columns.endGroup();
        }
        tables.columns.endWindow();
        tables.counts.push_back(static_cast<float>(averageCount(window, position, includePad)));
    } while (nextPosition(position, window.output));
    return tables;
}

}
