// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/control.h"
#include "core/data/samples.h"
#include "core/ops/layers.h"

namespace lathe {

/// How much the outputs depend on one tensor, by gradients.
struct GradientFigures
{
    double gradient = 0; ///< mean magnitude of an element's gradient
    double fisher =
        0; ///< mean over the samples of the trace of the Fisher matrix: sum over elements of the diagonal
    double elements = 0;
    double signalSquares = 0; ///< mean over the samples of the sum of the tensor's own squares
    std::string blocked; ///< why there are none: "LSTM l1 has no reverse"; empty where there are
};

/// The divergence in nats that an error of the whole tensor at this SQNR is expected to make: half the sum over
/// its elements of the Fisher matrix's diagonal times the squared error, with the mean of both for each
/// element (Dong et al., "HAWQ-V2: Hessian Aware trace-Weighted Quantization of Neural Networks", 2020).
double expectedDivergence(const GradientFigures& figures, double sqnrDb);

/// A cheap estimate of a layer's sensitivity.
struct GradientEstimate
{
    std::string layer;     ///< id
    bool weighted = false; ///< `weights` is of a tensor that there is
    GradientFigures weights;
    GradientFigures activations;
};

struct GradientOptions
{
    std::int64_t samples = 8; ///< the first ones
    int workers = 0;          ///< 0 = all cores
    std::uint64_t seed = 0;   ///< of the random gradients at the outputs
};

/// One forward and one backward pass a sample, in float32; the same figures for any number of workers. Memory
/// is that of every value of one sample for each worker. Throws Error{datasetEmpty, stopped ...}.
std::vector<GradientEstimate> estimateByGradients(const Graph& graph, const std::vector<Layer>& layers,
                                                  const Samples& samples, const GradientOptions& options,
                                                  const Control& control);

}
