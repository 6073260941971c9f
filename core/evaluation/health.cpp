// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/text.h"
#include "core/evaluation/evaluate.h"

namespace lathe {
namespace {

/// Clipping below this share is what percentile and MSE ranges do on purpose.
constexpr double notableClippedShare = 0.01;

std::string counted(std::int64_t count, const char* what)
{
    return std::to_string(count) + " " + what;
}

} // namespace

std::vector<HealthFinding> healthFindings(const EvaluationRun& run)
{
    std::vector<HealthFinding> findings;
    for (const LayerFigures& layer : run.layers) {
        const auto add = [&](const char* kind, double value, std::string text) {
            findings.push_back({layer.id, kind, value, std::move(text)});
        };
        if (layer.nans > 0)
            add("nan", static_cast<double>(layer.nans), counted(layer.nans, "activations are not a number."));
        if (layer.infinities > 0)
            add("inf", static_cast<double>(layer.infinities),
                counted(layer.infinities, "activations are infinite."));
        if (layer.zeroScale)
            add("zeroScale", 0, "The scale is zero or not a number: all values become one code.");
        if (layer.clippedShare() > notableClippedShare)
            add("clipped", layer.clippedShare(),
                fixedText(100 * layer.clippedShare(), 1) +
                    " % of the activations lie outside the range and are clipped.");
    }
    return findings;
}

} // namespace lathe
