// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/possible_metrics.h"

namespace lathe {

bool hasTruthFor(const Metric& metric, const Samples& samples)
{
    return (!metric.needsLabel || samples.label(0)) && suitsTargets(metric, samples.targetInfo());
}

std::vector<const Metric*> possibleMetrics(const Samples& samples, const Graph& graph)
{
    const bool classes = givesClasses(graph, samples);
    std::vector<const Metric*> possible;
    for (const Metric& metric : metrics())
        if (hasTruthFor(metric, samples) && (!metric.needsClasses || classes))
            possible.push_back(&metric);
    return possible;
}

}
