// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/release.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/version.h"

namespace lathe {

namespace {

constexpr int kFloatBits = 32;

std::string createdTime(const Release& release, const EvaluationRun* validation)
{
    if (!release.created.empty())
        return release.created;
    if (validation && !validation->finishedUtc.empty())
        return validation->finishedUtc;
    throw Error(
        ErrorCode::invalidArgument, "",
        {{"what",
          "The time of the release is not known: validate the model first, or set SOURCE_DATE_EPOCH."}});
}

const Encoding* find(const std::map<std::string, EncodingPtr>& encodings, const std::string& name)
{
    const auto found = encodings.find(name);
    return found == encodings.end() ? nullptr : found->second.get();
}

std::string schemeOf(const Encoding& encoding)
{
    if (encoding.format.isDynamic())
        return "dynamic";
    if (encoding.scale.empty())
        return "rounded";
    // An unsigned grid with zero-point 0 is the asymmetric grid of a range that starts at 0.
    const bool symmetric =
        encoding.format.isSigned && std::all_of(encoding.zeroPoint.begin(), encoding.zeroPoint.end(),
                                                [](std::int32_t zeroPoint) { return zeroPoint == 0; });
    const std::string kind = symmetric ? "sym" : "asym";
    if (encoding.grouped())
        return kind + "-per-group:" + std::to_string(encoding.groupSize);
    return encoding.perChannel() ? kind + "-per-channel:" + std::to_string(encoding.axis)
                                 : kind + "-per-tensor";
}

ManifestTensor tensorOf(const Value& value, const Encoding& encoding)
{
    ManifestTensor tensor;
    tensor.name = value.name;
    tensor.dtype = encoding.format.name();
    if (value.shape && value.shape->isStatic())
        tensor.shape = value.shape->dims();
    return tensor;
}

ManifestLayer layerOf(const Layer& layer, const Graph& graph, const Encodings& encodings)
{
    ManifestLayer result;
    result.id = layer.id;
    result.op = layer.op;
    const Graph& owner = graphOf(layer, graph);
    if (layer.weight.valid()) {
        const Value& weight = owner.value(layer.weight);
        const Encoding* encoding = find(encodings.weights, weight.name);
        result.weightBits = encoding ? encoding->format.bits : kFloatBits;
        if (encoding) {
            result.weightScheme = schemeOf(*encoding);
            result.tensors.push_back(tensorOf(weight, *encoding));
        }
    }
    const Value& output = owner.value(layer.output);
    const Encoding* encoding = find(encodings.activations, output.name);
    result.activationBits = encoding ? encoding->format.bits : kFloatBits;
    if (encoding) {
        result.activationScheme = schemeOf(*encoding);
        result.tensors.push_back(tensorOf(output, *encoding));
    }
    return result;
}

ManifestMetric metricOf(const MetricResult& result, const std::optional<double>& maxLoss)
{
    ManifestMetric metric;
    metric.name = result.id;
    metric.floatValue = static_cast<float>(result.floatValue);
    metric.quantizedValue = static_cast<float>(result.quantizedValue);
    metric.delta = result.quantizedValue - result.floatValue;
    metric.threshold = maxLoss;
    metric.pass = !maxLoss || result.loss <= *maxLoss;
    return metric;
}

ManifestSource sourceOf(const Model& model)
{
    ManifestSource source;
    source.name = model.path.filename().string();
    source.format = model.format;
    source.sha256 = model.fileDigest;
    source.opset = model.opset;
    std::error_code failed;
    const auto size = std::filesystem::file_size(model.path, failed);
    source.size = failed ? 0 : static_cast<std::int64_t>(size);
    return source;
}

ManifestProvenance provenanceOf(const Release& release, const ReleaseParts& parts)
{
    ManifestProvenance provenance;
    provenance.tool.name = "tensorlathe";
    provenance.tool.version = version();
    provenance.source = sourceOf(parts.model);
    if (parts.statistics) {
        ManifestCalibration calibration;
        calibration.dataset = parts.statistics->data;
        calibration.samples = static_cast<std::int64_t>(parts.statistics->sampleIds.size());
        calibration.method = parts.quantized.plan.method.text();
        provenance.calibration = calibration;
    }
    if (parts.validation) {
        provenance.validation = ManifestValidation{
            parts.validation->data, static_cast<std::int64_t>(parts.validation->samples.size())};
        for (const MetricResult& result : parts.validation->metrics)
            provenance.metrics.push_back(metricOf(result, release.maxLoss));
    }
    return provenance;
}

} // namespace

std::string productName(std::string_view text)
{
    std::string name;
    for (const char c : text.substr(0, 64)) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        const bool inside = c == '.' || c == '_' || c == '-';
        if (plain || (inside && !name.empty()))
            name += c;
        else if (!name.empty() && name.back() != '-')
            name += '-';
    }
    while (!name.empty() && name.back() == '-')
        name.pop_back();
    return name.empty() ? "model" : name;
}

BundleInput describeRelease(const Release& release, const ReleaseParts& parts)
{
    BundleInput input;
    Manifest& manifest = input.manifest;
    manifest.product = release.product;
    manifest.channel = release.channel;
    manifest.version = release.version;
    manifest.releaseCounter = release.releaseCounter;
    manifest.minReleaseCounter = release.minReleaseCounter;
    manifest.created = createdTime(release, parts.validation);
    manifest.expires = release.expires;
    manifest.notes = release.notes;
    manifest.license = release.license;
    manifest.target = {parts.quantized.plan.target, release.runtime, release.minRuntime, release.arch};
    manifest.artifact.format = parts.artifactFormat;
    manifest.artifact.opset = parts.artifactOpset;
    for (const Layer& layer : parts.model.layers)
        manifest.artifact.layers.push_back(
            layerOf(layer, parts.model.graph, parts.quantized.resolved.encodings));
    manifest.quantization.recipe = parts.quantized.plan.digest();
    manifest.quantization.algorithm = "ptq-" + parts.quantized.plan.method.id;
    manifest.quantization.rounding = "half-even";
    manifest.provenance = provenanceOf(release, parts);
    input.artifactName = "model." + parts.artifactFormat;
    input.artifact = parts.artifact;
    input.params = paramsOf(parts.quantized.resolved.encodings);
    return input;
}

} // namespace lathe
