// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/layer_row.h"

#include <algorithm>
#include <map>
#include <set>

namespace lathe {
namespace {

QString shapeText(const Graph& graph, ValueId id)
{
    if (!id.valid() || !graph.value(id).shape)
        return QStringLiteral("?");
    return QString::fromStdString(graph.value(id).shape->text());
}

/// How many scales the weights have. In groups: what the axis that is summed over makes, layers that cannot have any by
/// channel, as resolve has it.
std::int64_t scaleCount(const Shape& shape, const Layer& layer, const Granularity& granularity)
{
    if (granularity.kind == Granularity::Kind::tensor)
        return 1;
    const int channels = layer.weightChannelAxis, summed = channels == 0 ? 1 : channels - 1;
    const bool grouped = granularity.kind == Granularity::Kind::group && summed < shape.rank() && shape[summed] > 1 &&
                         !layer.depthwise;
    if (!grouped)
        return shape[channels];
    const std::int64_t groups = (shape[summed] + granularity.groupSize - 1) / granularity.groupSize;
    return shape.elements() / std::max<std::int64_t>(shape[summed], 1) * groups;
}

/// A learned table is stored beside each scale; the others are the format's.
std::int64_t tableBytes(const NumberFormat& format)
{
    return format.kind == NumberFormat::Kind::kmeans ? std::int64_t{4} << format.bits : 0;
}

/// Bytes of weights at their bit-width, of a 32-bit bias, and of scales and zero-points.
std::int64_t storedBytes(const Graph& graph, const Layer& layer, const QuantSpec& spec)
{
    if (!layer.weight.valid())
        return 0;
    const Value& weight = graph.value(layer.weight);
    if (!weight.shape || !weight.shape->isStatic())
        return 0;
    const std::int64_t elements = weight.shape->elements();
    std::int64_t bytes = (elements * spec.format.bits + 7) / 8;
    if (spec.format.hasScale())
        bytes += scaleCount(*weight.shape, layer, spec.granularity) * (4 + tableBytes(spec.format));
    if (layer.bias.valid() && graph.value(layer.bias).shape && graph.value(layer.bias).shape->isStatic())
        bytes += graph.value(layer.bias).shape->elements() * 4;
    return bytes;
}

QString refusalText(const Refusal& refusal)
{
    return QString::fromStdString(refusal.reason + (refusal.nearest.empty() ? "" : " " + refusal.nearest));
}

void addFigures(LayerRow& row, const Layer& layer, const PlanFigures& figures)
{
    if (const LayerFigures* measured = figures.layer(layer.id)) {
        row.localSqnrDb = measured->local.sqnrDb();
        row.accumulatedSqnrDb = measured->accumulated.sqnrDb();
        row.clippedShare = measured->clippedShare();
    }
    const auto weight = figures.weightSqnrDb.find(layer.id);
    if (layer.weight.valid() && weight != figures.weightSqnrDb.end())
        row.weightSqnrDb = weight->second;
    for (const Refusal& refusal : shownRefusals(figures.targetRefusals))
        if (refusal.layer == layer.id)
            row.problem = refusalText(refusal);
    if (!figures.resolved)
        return;
    for (const Refusal& refusal : figures.resolved->refusals)
        if (refusal.layer == layer.id)
            row.problem = refusalText(refusal);
}

/// Nothing where the layer's weights are in another format by now, or save nothing.
void addGain(LayerRow& row, const Layer& layer, const Graph& graph, const QuantPlan& plan, const PlanGains& gains)
{
    const auto found = gains.sqnrDb.find(layer.id);
    const std::int64_t saved = storedBytes(graph, layer, QuantSpec::parse("float32")) - row.sizeBytes;
    if (found == gains.sqnrDb.end() || saved <= 0 || !(gains.plan.weightSpec(layer.id) == plan.weightSpec(layer.id)))
        return;
    row.lossPerKib = found->second * 1024 / static_cast<double>(saved);
    row.lossIsOld = !(gains.plan == plan);
}

LayerRow rowOf(const Model& model, const Layer& layer, const QuantPlan& plan)
{
    const Graph& graph = graphOf(layer, model.graph);
    LayerRow row;
    row.id = QString::fromStdString(layer.id);
    row.name = QString::fromStdString(layer.name);
    row.op = operatorText(layer);
    row.inputShape = layer.nodes.empty() ? QString() : shapeText(graph, graph.node(layer.nodes.front()).input(0));
    row.outputShape = shapeText(graph, layer.output);
    row.parameters = layer.parameters;
    row.macs = layer.macs;
    row.hasWeights = layer.weight.valid();
    const QuantSpec& weights = plan.weightSpec(layer.id);
    row.weights = row.hasWeights ? weights.format : NumberFormat::float32();
    row.activations = plan.activationSpec(layer.id).format;
    const auto own = plan.layers.find(layer.id);
    row.locked = own != plan.layers.end() && own->second.locked;
    row.sizeBytes = storedBytes(graph, layer, weights);
    return row;
}

}

QString operatorText(const Layer& layer)
{
    return layer.depthwise ? QStringLiteral("DepthwiseConv") : QString::fromStdString(layer.op);
}

std::shared_ptr<const LayerRows> layerRows(const Model& model, const QuantPlan& plan, const PlanFigures* figures,
                                           const PlanGains* gains)
{
    auto rows = std::make_shared<LayerRows>();
    std::map<std::string, const UnsupportedNode*> unsupported;
    for (const UnsupportedNode& node : model.unsupported)
        unsupported[node.node] = &node;
    for (const Layer& layer : model.layers) {
        LayerRow row = rowOf(model, layer, plan);
        if (figures)
            addFigures(row, layer, *figures);
        if (gains)
            addGain(row, layer, graphOf(layer, model.graph), plan, *gains);
        for (const std::string& key : {layer.id, layer.name})
            if (const auto found = unsupported.find(key); found != unsupported.end()) {
                row.unsupported = true;
                row.problem = QString::fromStdString(found->second->reason);
                unsupported.erase(found);
                break;
            }
        rows->push_back(std::move(row));
    }
    for (const UnsupportedNode& node : model.unsupported) {
        if (!unsupported.contains(node.node))
            continue;
        LayerRow row;
        row.id = row.name = QString::fromStdString(node.node);
        row.op = QString::fromStdString(node.op);
        row.unsupported = true;
        row.problem = QString::fromStdString(node.reason);
        rows->push_back(std::move(row));
    }
    return rows;
}

}
