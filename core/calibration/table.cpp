// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/calibrator.h"

namespace lathe {

#define CALIBRATOR(file) void register_##file(Table<Calibrator>& table);
#include "core/calibration/calibrators.def"
#undef CALIBRATOR

const Table<Calibrator>& calibrators()
{
    static const Table<Calibrator> table = [] {
        Table<Calibrator> filled;
#define CALIBRATOR(file) register_##file(filled);
#include "core/calibration/calibrators.def"
#undef CALIBRATOR
        return filled;
    }();
    return table;
}

} // namespace lathe
