// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/evaluation/layer_figures.h"

#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

bool hasZeroScale(const Encoding& encoding)
{
    return std::any_of(encoding.scale.begin(), encoding.scale.end(),
                       [](float scale) { return !(scale > 0) || !std::isfinite(scale); });
}

/// Comparisons of every channel along `axis` of a row-major tensor.
std::vector<Comparison> compareChannels(std::span<const float> reference, const TapView& view, int axis)
{
    if (axis < 0 || axis >= view.shape.rank())
        return {};
    const auto channels = static_cast<std::size_t>(view.shape[axis]);
    const auto inner = static_cast<std::size_t>(view.shape.elements(axis + 1, view.shape.rank()));
    std::vector<Comparison> result(channels);
    for (std::size_t at = 0, c = 0; at < reference.size(); at += inner, c = (c + 1) % channels)
        result[c].add(reference.subspan(at, inner), view.reals.subspan(at, inner));
    return result;
}

constexpr std::size_t blockSize = 4096;

std::shared_ptr<const Encoding> gridOf(const Runnable& run, const std::string& value)
{
    if (const int slot = run.program->findSlot(value, Slot::Kind::activation); slot >= 0)
        return run.binding.setting(slot).encoding;
    const Encoding* bytes = run.program->byteGrid(value);
    return bytes ? std::make_shared<const Encoding>(*bytes) : nullptr;
}

}

std::vector<WatchedLayer> watchedLayers(const Program& floating, const Runnable& quantized,
                                        const std::vector<Layer>& layers)
{
    std::vector<WatchedLayer> watched;
    const Graph& graph = floating.graph();
    for (const Layer& layer : layers) {
        const std::string value = valueOfLayer(layer.id);
        const ValueId id = graph.find(value);
        const auto isFixed = [](const Value& known) { return known.shape && known.shape->isStatic(); };
        if (!id.valid() || !isFloat(graph.value(id).dtype) || !isFixed(graph.value(id)) ||
            !floating.canTap(value) || !quantized.program->canTap(value))
            continue;
        watched.push_back({layer.id, value, graph.value(id).channelAxis, gridOf(quantized, value)});
    }
    return watched;
}

void measureLocal(const WatchedLayer& layer, std::span<const float> reference, LayerFigures& figures)
{
    figures.elements = static_cast<std::int64_t>(reference.size());
    if (!layer.encoding) {
        figures.local.add(reference, reference);
        return;
    }
    figures.zeroScale = hasZeroScale(*layer.encoding);
    std::vector<float> block;
    for (std::size_t at = 0; at < reference.size(); at += blockSize) {
        const auto part = reference.subspan(at, std::min(blockSize, reference.size() - at));
        block.assign(part.begin(), part.end());
        figures.clipped += fakeQuantizeBlock(block, *layer.encoding, 0);
        figures.local.add(part, block);
    }
}

void measureAccumulated(const WatchedLayer& layer, std::span<const float> reference, const TapView& view,
                        bool perChannel, LayerFigures& figures)
{
    figures.accumulated.add(reference, view.reals);
    for (const float value : view.reals) {
        figures.nans += std::isnan(value) ? 1 : 0;
        figures.infinities += std::isinf(value) ? 1 : 0;
    }
    if (perChannel)
        figures.channels = compareChannels(reference, view, layer.channelAxis);
}

void addFigures(LayerFigures& sum, const LayerFigures& sample)
{
    sum.local.merge(sample.local);
    sum.accumulated.merge(sample.accumulated);
    sum.channels.resize(std::max(sum.channels.size(), sample.channels.size()));
    for (std::size_t c = 0; c < sample.channels.size(); ++c)
        sum.channels[c].merge(sample.channels[c]);
    sum.clipped += sample.clipped;
    sum.elements += sample.elements;
    sum.nans += sample.nans;
    sum.infinities += sample.infinities;
    sum.zeroScale = sum.zeroScale || sample.zeroScale;
}

}
