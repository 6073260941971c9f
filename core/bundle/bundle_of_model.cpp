// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/bundle_of_model.h"

#include "core/base/text.h"
#include "core/base/utc.h"
#include "core/base/version.h"

#include <algorithm>
#include <cctype>

namespace lathe {
namespace {

constexpr std::size_t longestProductName = 64;

std::string schemeOf(const Encoding& encoding)
{
    if (!encoding.format.isInteger())
        return encoding.format.name();
    const bool symmetric = std::all_of(encoding.zeroPoint.begin(), encoding.zeroPoint.end(), [](auto z) { return z == 0; });
    return std::string(symmetric ? "sym" : "asym") +
           (encoding.perChannel() ? "-per-channel:" + std::to_string(encoding.axis) : "-per-tensor");
}

ManifestTensor tensorOf(const std::string& name, const Encoding& encoding, const Shape& shape)
{
    ManifestTensor tensor;
    tensor.name = name;
    tensor.dtype = encoding.format.name();
    tensor.shape = shape.dims();
    return tensor;
}

ManifestLayer layerOf(const Layer& layer, const Graph& graph, const Encodings& encodings)
{
    ManifestLayer entry;
    entry.id = layer.id;
    entry.op = layer.op;
    if (layer.weight.valid()) {
        const Value& weight = graph.value(layer.weight);
        entry.weightBits = 32;
        if (const auto found = encodings.weights.find(weight.name); found != encodings.weights.end()) {
            entry.weightBits = found->second->format.bits;
            entry.weightScheme = schemeOf(*found->second);
            entry.tensors.push_back(tensorOf(weight.name, *found->second, weight.constant.shape()));
        }
    }
    entry.activationBits = 32;
    const std::string value = graph.value(layer.output).name;
    if (const auto found = encodings.activations.find(value); found != encodings.activations.end()) {
        entry.activationBits = found->second->format.bits;
        entry.activationScheme = schemeOf(*found->second);
    }
    return entry;
}

ManifestMetric metricOf(const MetricResult& metric)
{
    ManifestMetric entry;
    entry.name = metric.id;
    entry.floatValue = static_cast<float>(metric.floatValue);
    entry.quantizedValue = static_cast<float>(metric.quantizedValue);
    entry.delta = metric.quantizedValue - metric.floatValue;
    return entry;
}

ManifestProvenance provenanceOf(const Model& model, const Quantized& quantized, const Statistics& statistics,
                                const EvaluationRun& run)
{
    ManifestProvenance provenance;
    provenance.tool = {"tensorlathe", std::string(version()), {}, {}};
    provenance.source.name = model.path.filename().string();
    provenance.source.format = model.format;
    provenance.source.sha256 = model.fileDigest;
    std::error_code code;
    const auto size = std::filesystem::file_size(model.path, code);
    provenance.source.size = code ? 0 : static_cast<std::int64_t>(size);
    provenance.source.opset = model.opset;
    provenance.calibration = ManifestCalibration{statistics.data, static_cast<std::int64_t>(statistics.sampleIds.size()),
                                                 "dataset", {}, quantized.plan.method.text()};
    provenance.validation = ManifestValidation{run.data, static_cast<std::int64_t>(run.samples.size())};
    for (const MetricResult& metric : run.metrics)
        provenance.metrics.push_back(metricOf(metric));
    return provenance;
}

}

std::string productName(std::string_view text)
{
    std::string name;
    for (const char c : text) {
        const bool kept = std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
        if (kept && !(name.empty() && !std::isalnum(static_cast<unsigned char>(c))))
            name += c;
        else if (!name.empty() && name.back() != '-')
            name += '-';
    }
    name.resize(std::min(name.size(), longestProductName));
    while (!name.empty() && name.back() == '-')
        name.pop_back();
    return name.empty() ? "model" : name;
}

BundleInput describeBundle(const Model& model, const Quantized& quantized, const Statistics& statistics,
                           const EvaluationRun& run, std::span<const std::byte> artifact, const ReleaseInfo& release)
{
    if (run.plan != quantized.plan.digest())
        throw Error(ErrorCode::invalidArgument, model.path.string(),
                    {{"what", "The last validation run belongs to another plan. Validate again before making a bundle."}});
    BundleInput input;
    Manifest& manifest = input.manifest;
    manifest.product = release.product.empty() ? productName(model.path.stem().string()) : release.product;
    manifest.version = release.version;
    manifest.channel = release.channel;
    manifest.releaseCounter = release.releaseCounter;
    manifest.minReleaseCounter = release.minReleaseCounter;
    manifest.expires = release.expires;
    manifest.license = release.license;
    manifest.notes = release.notes;
    manifest.created = sourceDateEpoch().value_or(run.finishedUtc);
    manifest.target.profile = quantized.plan.target;
    manifest.target.runtime = "onnxruntime";
    manifest.artifact.format = "onnx";
    manifest.artifact.formatVersion = "8";
    for (const Layer& layer : model.layers)
        manifest.artifact.layers.push_back(layerOf(layer, model.graph, quantized.resolved.encodings));
    manifest.quantization.recipe = quantized.plan.digest();
    manifest.quantization.algorithm = "ptq-" + quantized.plan.method.id;
    manifest.quantization.rounding = "half-even";
    manifest.provenance = provenanceOf(model, quantized, statistics, run);
    input.artifactMediaType = "application/onnx";
    input.artifact = artifact;
    input.params = paramsOf(quantized.resolved.encodings);
    return input;
}

}
