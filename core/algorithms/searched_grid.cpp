// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/searched_grid.h"

#include <set>

#include "core/algorithms/weight_layer.h"

namespace lathe {

namespace {

bool sameForm(const Encoding& a, const Encoding& b)
{
    return a.format == b.format && a.axis == b.axis && a.scale.size() == b.scale.size() &&
           a.minimumCode == b.minimumCode && a.maximumCode == b.maximumCode;
}

Range rangeOf(const Encoding& encoding)
{
    return {encoding.lowestReal(), encoding.highestReal()};
}

/// False where the grid is none that the plan's format gives, or must stay.
bool takePoint(const QuantState& state, const AlgorithmContext& context, const QuantPlan& plan,
               const PointLayout::ActivationPoint& point, SearchedGrid& grid)
{
    grid.points.push_back(point.value);
    const auto own = plan.layers.find(point.layer);
    if (point.fixed || (own != plan.layers.end() && own->second.clip))
        return false;
    if (grid.points.size() > 1)
        return true;
    grid.layer = point.layer;
    grid.encoding = state.resolved.encodings.activations.at(point.value);
    grid.spec = plan.activationSpec(point.layer);
    grid.spec.symmetric = grid.spec.symmetric || context.rules.symmetricActivations;
    if (!grid.spec.format.isInteger() || grid.spec.format.isDynamic() || grid.encoding->scale.size() != 1 ||
        grid.spec.granularity.kind != Granularity::Kind::tensor)
        return false;
    const Range range = rangeOf(*grid.encoding);
    return sameForm(makeEncoding(grid.spec, {&range, 1}, -1, false), *grid.encoding);
}

} // namespace

std::vector<SearchedGrid> searchedGrids(const QuantState& state, const AlgorithmContext& context)
{
    const std::vector<Layer> layers = findLayers(state.graph);
    const QuantPlan plan = withLayerIds(context.plan, layers);
    const PointLayout layout = findPoints(state.graph, layers, context.rules);
    std::vector<SearchedGrid> grids;
    std::map<const Encoding*, std::size_t> known;
    std::set<std::size_t> stay;
    for (const PointLayout::ActivationPoint& point : layout.activations) {
        const auto held = state.resolved.encodings.activations.find(point.value);
        if (held == state.resolved.encodings.activations.end())
            continue;
        const auto [entry, isNew] = known.emplace(held->second.get(), grids.size());
        if (isNew)
            grids.emplace_back();
        if (!takePoint(state, context, plan, point, grids[entry->second]))
            stay.insert(entry->second);
    }
    for (const PointLayout::WeightPoint& weight : layout.weights) {
        const auto input = state.resolved.encodings.activations.find(weight.input);
        if (input != state.resolved.encodings.activations.end() && !weight.bias.empty() &&
            state.resolved.codes.biases.contains(weight.bias))
            grids[known.at(input->second.get())].biases.push_back(weight);
    }
    std::vector<SearchedGrid> result;
    for (std::size_t i = 0; i < grids.size(); ++i)
        if (!stay.contains(i))
            result.push_back(std::move(grids[i]));
    return result;
}

std::optional<GridChoice> choiceOf(const QuantState& state, const SearchedGrid& grid, const Range& range)
{
    GridChoice choice{std::make_shared<const Encoding>(makeEncoding(grid.spec, {&range, 1}, -1, false)), {}};
    if (*choice.encoding == *grid.encoding)
        return std::nullopt;
    for (const PointLayout::WeightPoint& point : grid.biases) {
        const Tensor& bias = presentBias(state, point.bias);
        ResolvedWeight weight;
        weight.encoding = state.resolved.encodings.weights.at(point.value);
        const std::vector<double> floors =
            weightScaleFloor(bias, choice.encoding->scale[0], weight.encoding->channels());
        for (std::size_t c = 0; c < floors.size(); ++c)
            if (floors[c] > double{weight.encoding->scale[c]})
                return std::nullopt;
        resolveBias(point, &bias, choice.encoding.get(), weight);
        if (!weight.biasEncoding)
            return std::nullopt;
        choice.biases.emplace(point.bias, std::move(weight));
    }
    return choice;
}

std::map<int, SlotSetting> settingsOf(const Program& program, const SearchedGrid& grid,
                                      const GridChoice& choice)
{
    std::map<int, SlotSetting> settings;
    for (const std::string& point : grid.points)
        settings[program.findSlot(point, Slot::Kind::activation)] = {choice.encoding, nullptr};
    for (const auto& [bias, weight] : choice.biases)
        settings[program.findSlot(bias, Slot::Kind::bias)] = {
            weight.biasEncoding, std::make_shared<const Tensor>(weight.biasCodes)};
    settings.erase(-1);
    return settings;
}

void keepChoice(QuantState& state, SearchedGrid& grid, const GridChoice& choice)
{
    grid.encoding = choice.encoding;
    for (const std::string& point : grid.points) {
        state.resolved.encodings.activations[point] = choice.encoding;
        state.resolved.encodings.ranges[point] = rangeOf(*choice.encoding);
    }
    for (const auto& [bias, weight] : choice.biases) {
        state.resolved.encodings.biases[bias] = weight.biasEncoding;
        state.resolved.codes.biases[bias] = weight.biasCodes;
    }
}

} // namespace lathe
