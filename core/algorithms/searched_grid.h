// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/algorithms/algorithm.h"
#include "core/quant/weight_resolver.h"
#include "core/runtime/program.h"

namespace lathe {

/// An integer grid of activations whose range may be another one: not fixed by the target, not clipped by
/// hand.
struct SearchedGrid
{
    EncodingPtr encoding;                         ///< as it is now
    QuantSpec spec;                               ///< what it was made of
    std::vector<std::string> points;              ///< all that share it
    std::vector<PointLayout::WeightPoint> biases; ///< layers that read it and keep their biases on its scale
    std::string layer;                            ///< whose plan decides
};

/// What another range makes of a grid.
struct GridChoice
{
    EncodingPtr encoding;
    std::map<std::string, ResolvedWeight> biases; ///< by bias value
};

/// Grids of the state that may be searched, in the order of their first points.
std::vector<SearchedGrid> searchedGrids(const QuantState& state, const AlgorithmContext& context);

/// The grid over another range; nothing where that is the present one, or a bias would not fit its codes.
std::optional<GridChoice> choiceOf(const QuantState& state, const SearchedGrid& grid, const Range& range);

/// What a program's slots are set to by a choice.
std::map<int, SlotSetting> settingsOf(const Program& program, const SearchedGrid& grid,
                                      const GridChoice& choice);

/// Puts the choice into the state.
void keepChoice(QuantState& state, SearchedGrid& grid, const GridChoice& choice);

} // namespace lathe
