// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "core/base/control.h"
#include "core/calibration/bit_counter.h"
#include "core/calibration/statistics.h"
#include "core/data/samples.h"
#include "core/graph/graph.h"

namespace lathe {

struct CollectOptions {
    std::int64_t limit = 0;     ///< at most this many samples; 0 = all
    int workers = 0;            ///< 0 = all cores
    HistogramSampling sampling; ///< which elements histograms count; all else always sees every element
    /// Called now and then (at most ~4 times a second) with a snapshot of what is known so far: histograms fill.
    std::function<void(std::shared_ptr<const Statistics>)> partial;
};

/// Pass 1: runs every sample through the float graph, batch 1, one thread a worker, and merges in sample
/// order: the same bytes for any number of workers. Memory does not grow with the number of samples except
/// for per-sample extremes. Watches every graph input and layer output; those in bodies of If, Loop and Scan
/// by their layer's id, and only what the samples made run. Throws Error{stopped, ...}.
Statistics collectStatistics(const Graph& graph, const Samples& samples, const Digest& dataDigest,
                             const CollectOptions& options, const Control& control);

}  // namespace lathe
