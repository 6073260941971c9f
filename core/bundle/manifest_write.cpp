// SPDX-License-Identifier: GPL-3.0-or-later
#include <bit>
#include <cstdint>

#include "core/base/text.h"
#include "core/bundle/manifest.h"

namespace lathe {

namespace {

void putText(Json& object, const char* key, const std::string& value)
{
    if (!value.empty())
        object[key] = value;
}

template <typename T>
void putOptional(Json& object, const char* key, const std::optional<T>& value)
{
    if (value)
        object[key] = *value;
}

std::string hexOf(float value)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "0x";
    for (int shift = 28; shift >= 0; shift -= 4)
        text += digits[(std::bit_cast<std::uint32_t>(value) >> shift) & 15u];
    return text;
}

std::string prefixed(const Digest& digest)
{
    return "sha256:" + digest.hex();
}

Json sliceJson(const ManifestSlice& slice)
{
    return Json::array({slice.first, slice.count});
}

Json targetJson(const ManifestTarget& target)
{
    Json object{{"profile", target.profile}, {"runtime", target.runtime}};
    putText(object, "minRuntime", target.minRuntime);
    putText(object, "arch", target.arch);
    return object;
}

Json fileJson(const ManifestFile& file)
{
    return {{"path", file.path},
            {"role", file.role},
            {"mediaType", file.mediaType},
            {"size", file.size},
            {"sha256", file.sha256.hex()}};
}

Json tensorJson(const ManifestTensor& tensor)
{
    Json object{{"name", tensor.name}, {"dtype", tensor.dtype}, {"shape", tensor.shape}};
    if (tensor.range) {
        object["offset"] = tensor.range->offset;
        object["length"] = tensor.range->length;
        object["sha256"] = tensor.range->sha256.hex();
    }
    if (tensor.quant)
        object["quant"] = {{"axis", tensor.quant->axis},
                           {"block", tensor.quant->block},
                           {"scaleRef", sliceJson(tensor.quant->scale)},
                           {"zpRef", sliceJson(tensor.quant->zeroPoint)}};
    return object;
}

Json layerJson(const ManifestLayer& layer)
{
    Json bits = Json::object(), scheme = Json::object(), tensors = Json::array();
    putOptional(bits, "w", layer.weightBits);
    putOptional(bits, "a", layer.activationBits);
    putText(scheme, "w", layer.weightScheme);
    putText(scheme, "a", layer.activationScheme);
    for (const ManifestTensor& tensor : layer.tensors)
        tensors.push_back(tensorJson(tensor));
    return {{"id", layer.id}, {"op", layer.op}, {"bits", bits}, {"scheme", scheme}, {"tensors", tensors}};
}

Json artifactJson(const ManifestArtifact& artifact)
{
    Json layers = Json::array();
    for (const ManifestLayer& layer : artifact.layers)
        layers.push_back(layerJson(layer));
    Json object{{"file", artifact.file}, {"format", artifact.format}, {"layers", layers}};
    putText(object, "formatVersion", artifact.formatVersion);
    putOptional(object, "opset", artifact.opset);
    return object;
}

Json quantizationJson(const ManifestQuantization& quantization)
{
    return {{"recipe",
             {{"sha256", quantization.recipe.hex()},
              {"algorithm", quantization.algorithm},
              {"rounding", quantization.rounding}}},
            {"params", {{"file", quantization.paramsFile}, {"layout", quantization.paramsLayout}}}};
}

Json sourceJson(const ManifestSource& source)
{
    Json object{{"name", source.name},
                {"format", source.format},
                {"sha256", source.sha256.hex()},
                {"size", source.size}};
    putOptional(object, "irVersion", source.irVersion);
    putOptional(object, "opset", source.opset);
    if (!source.externalData.empty())
        object["externalData"] = Json::array();
    for (const ManifestExternalData& data : source.externalData)
        object["externalData"].push_back({{"location", data.location}, {"sha256", data.sha256.hex()}});
    return object;
}

Json metricJson(const ManifestMetric& metric)
{
    Json object{{"name", metric.name},
                {"float", hexOf(metric.floatValue)},
                {"quantized", hexOf(metric.quantizedValue)},
                {"delta", realText(metric.delta)},
                {"pass", metric.pass}};
    if (metric.threshold)
        object["threshold"] = realText(*metric.threshold);
    return object;
}

Json calibrationJson(const ManifestCalibration& calibration)
{
    Json object{{"datasetDigest", prefixed(calibration.dataset)}, {"samples", calibration.samples}};
    putText(object, "order", calibration.order);
    putText(object, "preprocess", calibration.preprocess);
    putText(object, "method", calibration.method);
    return object;
}

Json provenanceJson(const ManifestProvenance& provenance)
{
    Json tool{{"name", provenance.tool.name}, {"version", provenance.tool.version}};
    putText(tool, "commit", provenance.tool.commit);
    putText(tool, "build", provenance.tool.build);
    Json metrics = Json::array();
    for (const ManifestMetric& metric : provenance.metrics)
        metrics.push_back(metricJson(metric));
    Json object{{"tool", tool}, {"source", sourceJson(provenance.source)}, {"metrics", metrics}};
    if (provenance.calibration)
        object["calibration"] = calibrationJson(*provenance.calibration);
    if (provenance.validation)
        object["validation"] = {{"datasetDigest", prefixed(provenance.validation->dataset)},
                                {"samples", provenance.validation->samples}};
    return object;
}

} // namespace

std::string writeManifest(const Manifest& manifest)
{
    Json object{{"@context", {{"@vocab", std::string(manifestVocabulary)}}},
                {"@type", "QuantizedModelBundle"},
                {"schemaVersion", 1},
                {"product", manifest.product},
                {"channel", manifest.channel},
                {"version", manifest.version},
                {"releaseCounter", manifest.releaseCounter},
                {"minReleaseCounter", manifest.minReleaseCounter},
                {"created", manifest.created},
                {"target", targetJson(manifest.target)},
                {"files", Json::array()},
                {"artifact", artifactJson(manifest.artifact)},
                {"quantization", quantizationJson(manifest.quantization)},
                {"provenance", provenanceJson(manifest.provenance)}};
    for (const ManifestFile& file : manifest.files)
        object["files"].push_back(fileJson(file));
    if (!manifest.supersedes.empty())
        object["supersedes"] = Json::array();
    for (const Digest& digest : manifest.supersedes)
        object["supersedes"].push_back(prefixed(digest));
    putText(object, "expires", manifest.expires);
    putText(object, "notes", manifest.notes);
    putText(object, "license", manifest.license);
    for (const auto& [name, value] : manifest.extensions)
        object[name] = value;
    return dumpJson(object);
}

} // namespace lathe
