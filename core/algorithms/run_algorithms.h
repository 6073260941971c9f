// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/algorithms/algorithm.h"

namespace lathe {

/// One algorithm and what it brought, on samples that it did not see.
struct AlgorithmStep
{
    std::string choice;       ///< AlgorithmChoice::text()
    double beforeDb = 0;      ///< SQNR of the outputs against the float model, held-out samples
                              ///< (with biases corrected analytically where Algorithm::judgedWithBias)
    double afterDb = 0;       ///< with what the algorithm made, also where it was reverted
    double floatDb = 0;       ///< the float graph after it against the one before; +infinity: nothing changed
    bool reverted = false;    ///< it made the output worse: everything is as before
    std::vector<LayerNote> layers;
    double seconds = 0;       ///< measured; not stored
};

struct AlgorithmRequest
{
    const Graph& model;       ///< float: what all is compared with
    const QuantPlan& plan;
    const PlacementRules& rules;
    const Samples& calibration;
    Digest dataDigest;
    int workers = 0;          ///< 0 = all cores
    const Table<Algorithm>& known = algorithms();
};

/// Runs the algorithms one after the other in the given order. Every fifth calibration sample is withheld from them; one
/// that makes the output worse there is reverted. The outputs of a last Softmax are compared before it, where an error is
/// not hidden by confidence; what a last Concat joins, part by part (OutputError). Throws Error{stopped}, and
/// Error{datasetEmpty} where there are fewer than two samples.
std::vector<AlgorithmStep> runAlgorithms(const std::vector<AlgorithmChoice>& choices, const AlgorithmRequest& request,
                                         QuantState& state, const Control& control);

} // namespace lathe
