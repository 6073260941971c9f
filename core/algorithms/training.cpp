// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/training.h"

#include <cmath>

#include "core/base/ordered.h"
#include "core/runtime/widen_halves.h"

namespace lathe {

Option batchOption()
{
    return {.id = "batch",
            .label = "Samples a step",
            .kind = Option::Kind::integer,
            .minimum = 1,
            .maximum = 1024,
            .defaultValue = 8};
}

std::vector<Option> rateOptions(const TuneRates& byDefault)
{
    return {{.id = "weights",
             .label = "Rate of weights",
             .help = "How far a step moves them, in steps of their grid; 0 keeps their codes",
             .defaultValue = byDefault.weights},
            {.id = "scales",
             .label = "Rate of weight scales",
             .help = "Relative",
             .defaultValue = byDefault.scales},
            {.id = "biases",
             .label = "Rate of biases",
             .help = "In standard deviations of the layer's output",
             .defaultValue = byDefault.biases},
            {.id = "ranges",
             .label = "Rate of activation ranges",
             .help = "Relative",
             .defaultValue = byDefault.ranges}};
}

TuneRates ratesOf(const std::vector<Option>& declared, const OptionValues& values)
{
    return {optionValue(declared, values, "weights"), optionValue(declared, values, "scales"),
            optionValue(declared, values, "biases"), optionValue(declared, values, "ranges")};
}

Graph trainingGraph(Graph graph)
{
    widenHalves(graph);
    return graph;
}

TensorMap trainingInputs(const Samples& samples, std::int64_t index)
{
    TensorMap inputs = samples.load(index);
    for (auto& [name, input] : inputs)
        if (isFloat(input.dtype()))
            input = input.converted(DType::float32);
    return inputs;
}

GridTape::Result batchGradients(const std::vector<std::int64_t>& batch, const TapeState& state, int workers,
                                const Control& control,
                                const std::function<GridTape::Result(std::int64_t sample)>& gradients)
{
    GridTape::Result sum;
    sum.grids.resize(state.grids.size());
    parallelOrdered(
        static_cast<std::int64_t>(batch.size()), workers, control,
        [&](std::int64_t i, int) { return gradients(batch[static_cast<std::size_t>(i)]); },
        [&](std::int64_t, GridTape::Result found) { addResult(sum, std::move(found)); });
    return sum;
}

double shareOfRates(std::int64_t step, std::int64_t steps)
{
    return 0.5 * (1 + std::cos(M_PI * (static_cast<double>(step) / static_cast<double>(steps))));
}

} // namespace lathe
