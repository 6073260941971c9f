// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/evaluation/evaluate.h"
#include "core/project/model.h"
#include "widgets/models/grid_model.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lathe {

/// A layer that hurts: how little of its signal is left, and which part loses it.
struct WeakLayer
{
    std::string id;
    QString name;
    QString op;
    double weightSqnrDb = 0;     ///< +infinity without weights or where not known
    double activationSqnrDb = 0; ///< local
    bool weightsWeaker() const { return weightSqnrDb < activationSqnrDb; }
    double sqnrDb() const { return weightsWeaker() ? weightSqnrDb : activationSqnrDb; }
};

/// A validation run as tables.
struct RunGrids
{
    std::shared_ptr<const EvaluationRun> run;
    std::shared_ptr<const Grid> metrics;
    std::shared_ptr<const Grid> outputs;
    std::shared_ptr<const Grid> layers;  ///< in order of the model
    std::shared_ptr<const Grid> samples; ///< those that quantization hurt first
    std::shared_ptr<const Grid> health;
    std::vector<WeakLayer> weakest;      ///< weakest first, all that were measured and are not exact
    std::optional<std::int64_t> changed; ///< samples whose class changed; nothing where there are no classes
};

/// Slow for many samples: made on a worker. `weightSqnrDb` by layer id, may be empty.
std::shared_ptr<const RunGrids> runGrids(std::shared_ptr<const EvaluationRun> run, const Model& model,
                                         const std::map<std::string, double>& weightSqnrDb);

}
