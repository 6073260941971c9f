// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/samples.h"
#include "core/evaluation/layer_figures.h"
#include "core/evaluation/watched_outputs.h"

#include <map>
#include <string>
#include <vector>

namespace lathe {

/// What is kept of one probe sample: its inputs, the float run, and the newest quantized run.
struct ProbeSample
{
    TensorMap inputs;
    TensorMap floatOutputs;
    WatchedOutputs::Values floatParts;                     ///< of the first output
    std::map<std::string, std::vector<float>> floatValues; ///< by value name, watched layers only

    TensorMap outputs;
    WatchedOutputs::Values parts;
    std::vector<LayerFigures> figures;         ///< by watched layer
    std::map<int, TensorMap> checkpoints;      ///< boundary values by step
};

/// Steps at which boundary values are kept, spread over the program, with what each costs for one sample.
struct Checkpoint
{
    int step = 0;
    std::vector<std::string> values;
    std::int64_t bytes = 0;
};

/// The cheapest boundary in each of about `count` equal stretches of the program.
std::vector<Checkpoint> chooseCheckpoints(const Program& program, const Execution& execution, int count);

}
