// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/project/model.h"
#include "core/quant/quant_plan.h"
#include "widgets/session/plan_figures.h"

#include <QString>
#include <memory>
#include <optional>
#include <vector>

namespace lathe {

/// One line of a layer table: everything that its columns show, as values.
struct LayerRow
{
    QString id;
    QString name;
    QString op;
    QString inputShape;
    QString outputShape;
    std::int64_t parameters = 0;
    std::int64_t macs = 0;
    NumberFormat weights;     ///< float32 where there are none
    bool hasWeights = false;
    NumberFormat activations;
    bool locked = false;
    std::optional<double> weightSqnrDb;
    std::optional<double> localSqnrDb;
    std::optional<double> accumulatedSqnrDb;
    std::optional<double> clippedShare;
    std::int64_t sizeBytes = 0;           ///< weights as the plan stores them, bias and scales
    std::optional<double> lossPerKib;     ///< dB of output SQNR for each KiB that the weights' format saves
    bool lossIsOld = false;               ///< measured in an earlier plan, in which this layer was as it is now
    QString problem;                      ///< why it cannot run, or what the plan asked that cannot be had
    bool unsupported = false;
};

using LayerRows = std::vector<LayerRow>;

/// The operator as tables name it: depthwise convolutions apart.
QString operatorText(const Layer& layer);

/// Rows of a model, with what the plan says and what `figures` and `gains` (may be null) measured. Layers in order; nodes that are no
/// layer and cannot run follow at the end, so that the model that fails can be seen.
std::shared_ptr<const LayerRows> layerRows(const Model& model, const QuantPlan& plan, const PlanFigures* figures,
                                           const PlanGains* gains = nullptr);

}
