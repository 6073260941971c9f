// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/classes.h"
#include "core/evaluation/evaluate.h"

namespace lathe {
namespace {

double top1(const MetricSample& sample)
{
    return largestIndex(sample.output) == *sample.label ? 1 : 0;
}
double top5(const MetricSample& sample)
{
    return rankOf(sample.output, *sample.label) < 5 ? 1 : 0;
}
double agreement(const MetricSample& sample)
{
    return largestIndex(sample.output) == largestIndex(sample.floatOutput) ? 1 : 0;
}

} // namespace

void register_classification(Table<Metric>& table)
{
    table.add({.id = "top1", .label = "Top-1 accuracy", .needsLabel = true, .score = top1});
    table.add({.id = "top5", .label = "Top-5 accuracy", .needsLabel = true, .score = top5});
    table.add(
        {.id = "agreement", .label = "Top-1 agreement with float", .needsClasses = true, .score = agreement});
}

} // namespace lathe
