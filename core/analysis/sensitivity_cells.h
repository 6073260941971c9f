// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <vector>

#include "core/analysis/sensitivity.h"
#include "core/runtime/program.h"

namespace lathe {

/// The plan's format for a layer with another number of bits; one that is no integer gives way to the usual
/// one.
QuantSpec weightSpecWithBits(const QuantPlan& plan, const std::string& layer, int bits);
QuantSpec activationSpecWithBits(const QuantPlan& plan, const std::string& layer, int bits);

/// A cell with what its slots are set to and where a run that differs from float begins.
struct PlannedCell
{
    SensitivityCell cell;
    std::map<int, SlotSetting> settings; ///< by slot of the program
    int firstStep = 0;
    std::int64_t settingBytes = 0; ///< of weights packed anew
    Digest made;                   ///< of grids and codes, where a store asks for it
};

/// The cells of all layers, kinds and bit-widths that change anything, with their estimates.
std::vector<PlannedCell> planCells(const Program& program, const Graph& graph,
                                   const std::vector<Layer>& layers, const Statistics& statistics,
                                   const QuantPlan& plan, const PlacementRules& rules,
                                   const SensitivityOptions& options, const Control& control);

}
