// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "core/quant/clamps.h"
#include "core/quant/export_qdq.h"
#include "core/quant/file_grid.h"

namespace lathe {

/// How one activation pair is written.
struct PairForm
{
    FileGrid grid;
    ValueId source;                 ///< what is quantized, in the applied graph: before an absorbed clamp
    bool clipCodes = false;         ///< a Clip of the codes stands between
    std::optional<Limits> clipReal; ///< or one of the real values before, where codes cannot be clipped
};

/// What an export does with the nodes of an applied graph, decided before anything is written.
struct ExportPlan
{
    std::vector<std::optional<PairForm>> forms; ///< by node: of QuantizeLinear nodes
    std::vector<bool> dropped;                  ///< by node: clamps that code clips stand for
    std::vector<AbsorbedClamp> clamps;          ///< the dropped ones
    std::vector<Refusal> refusals;
};

ExportPlan planExport(const Graph& applied, const ExportOptions& options);

} // namespace lathe
