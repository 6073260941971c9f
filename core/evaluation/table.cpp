// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/evaluate.h"

namespace lathe {

#define METRIC(file) void register_##file(Table<Metric>&);
#include "core/evaluation/metrics.def"
#undef METRIC

const Table<Metric>& metrics()
{
    static const Table<Metric> table = [] {
        Table<Metric> result;
#define METRIC(file) register_##file(result);
#include "core/evaluation/metrics.def"
#undef METRIC
        return result;
    }();
    return table;
}

} // namespace lathe
