// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/analysis/probe.h"

#include <algorithm>

namespace lathe {
namespace {

Checkpoint checkpointAt(const Program& program, const Execution& execution, int step)
{
    Checkpoint checkpoint{step, execution.boundaryValues(step), 0};
    for (const std::string& name : checkpoint.values) {
        const Value& value = program.graph().value(program.graph().find(name));
        checkpoint.bytes += value.shape->elements() * static_cast<std::int64_t>(sizeof(float));
    }
    return checkpoint;
}

}

std::vector<Checkpoint> chooseCheckpoints(const Program& program, const Execution& execution, int count)
{
    std::vector<Checkpoint> chosen;
    const int steps = program.stepCount();
    const int stretch = std::max(1, steps / std::max(count, 1));
    for (int first = 1; first < steps; first += stretch) {
        Checkpoint best = checkpointAt(program, execution, first);
        for (int step = first + 1; step < std::min(first + stretch, steps); ++step) {
            Checkpoint other = checkpointAt(program, execution, step);
            if (other.bytes < best.bytes)
                best = std::move(other);
        }
        chosen.push_back(std::move(best));
    }
    return chosen;
}

}
