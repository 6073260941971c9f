// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/manifest.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/base/checked.h"
#include "core/base/error.h"
#include "core/bundle/container.h"
#include "core/bundle/manifest_object.h"

namespace lathe {

namespace {

constexpr JsonLimits kManifestLimits{.maxBytes = 8u << 20, .maxDepth = 32, .allowReals = false};
constexpr std::int64_t kMaxBits = 64;

constexpr std::array<std::string_view, 7> kRoles{"artifact", "params", "tensors",   "selftest",
                                                 "drift",    "report", "provenance"};

ManifestTarget readTarget(ManifestObject object)
{
    ManifestTarget target{object.filled("profile"), object.filled("runtime"), object.string("minRuntime", ""),
                          object.string("arch", "")};
    object.expectNoMore();
    return target;
}

ManifestFile readFile(ManifestObject object)
{
    ManifestFile file{object.string("path"), object.string("role"), object.filled("mediaType"),
                      object.count("size"), object.digest("sha256")};
    if (!isContainerName(file.path))
        object.fail("path", "is not allowed");
    if (std::find(kRoles.begin(), kRoles.end(), file.role) == kRoles.end())
        object.fail("role", "is not known");
    object.expectNoMore();
    return file;
}

ManifestSlice readSlice(ManifestObject& object, std::string_view key)
{
    const Json& pair = object.array(key);
    if (pair.size() != 2 || !pair[0].is_number_integer() || !pair[1].is_number_integer() ||
        pair[0].get<std::int64_t>() < 0 || pair[1].get<std::int64_t>() < 0)
        object.fail(key, "is not a pair of counts");
    return {pair[0].get<std::int64_t>(), pair[1].get<std::int64_t>()};
}

ManifestQuant readQuant(ManifestObject object)
{
    ManifestQuant quant;
    quant.axis = object.integer("axis");
    quant.block = object.count("block");
    quant.scale = readSlice(object, "scaleRef");
    quant.zeroPoint = readSlice(object, "zpRef");
    if (quant.axis < -1)
        object.fail("axis", "is out of range");
    object.expectNoMore();
    return quant;
}

ManifestTensor readTensor(ManifestObject object)
{
    ManifestTensor tensor;
    tensor.name = object.filled("name");
    tensor.dtype = object.filled("dtype");
    for (const Json& dim : object.array("shape")) {
        if (!dim.is_number_integer() || dim.get<std::int64_t>() < 0)
            object.fail("shape", "is not a list of counts");
        tensor.shape.push_back(dim.get<std::int64_t>());
    }
    if (object.has("offset") || object.has("length") || object.has("sha256"))
        tensor.range = ManifestRange{object.count("offset"), object.count("length"), object.digest("sha256")};
    if (object.has("quant"))
        tensor.quant = readQuant(object.child("quant"));
    object.expectNoMore();
    return tensor;
}

ManifestLayer readLayer(ManifestObject object)
{
    ManifestLayer layer;
    layer.id = object.filled("id");
    layer.op = object.filled("op");
    ManifestObject bits = object.child("bits");
    layer.weightBits = bits.optionalCount("w");
    layer.activationBits = bits.optionalCount("a");
    for (const auto& value : {layer.weightBits, layer.activationBits})
        if (value && (*value < 1 || *value > kMaxBits))
            object.fail("bits", "is out of range");
    bits.expectNoMore();
    ManifestObject scheme = object.child("scheme");
    layer.weightScheme = scheme.string("w", "");
    layer.activationScheme = scheme.string("a", "");
    scheme.expectNoMore();
    for (const Json& tensor : object.array("tensors"))
        layer.tensors.push_back(readTensor(ManifestObject(tensor, object.nameOf("tensors"))));
    object.expectNoMore();
    return layer;
}

ManifestArtifact readArtifact(ManifestObject object)
{
    ManifestArtifact artifact;
    artifact.file = object.string("file");
    artifact.format = object.filled("format");
    artifact.formatVersion = object.string("formatVersion", "");
    artifact.opset = object.optionalCount("opset");
    std::set<std::string> ids;
    for (const Json& layer : object.array("layers")) {
        artifact.layers.push_back(readLayer(ManifestObject(layer, object.nameOf("layers"))));
        if (!ids.insert(artifact.layers.back().id).second)
            object.fail("layers", "has one id twice");
    }
    object.expectNoMore();
    return artifact;
}

ManifestQuantization readQuantization(ManifestObject object)
{
    ManifestObject recipe = object.child("recipe");
    ManifestObject params = object.child("params");
    ManifestQuantization quantization{recipe.digest("sha256"), recipe.filled("algorithm"),
                                      recipe.filled("rounding"), params.string("file"),
                                      params.string("layout")};
    recipe.expectNoMore();
    params.expectNoMore();
    object.expectNoMore();
    return quantization;
}

ManifestTool readTool(ManifestObject object)
{
    ManifestTool tool{object.filled("name"), object.filled("version"), object.string("commit", ""),
                      object.string("build", "")};
    object.expectNoMore();
    return tool;
}

ManifestSource readSource(ManifestObject object)
{
    ManifestSource source;
    source.name = object.filled("name");
    source.format = object.filled("format");
    source.sha256 = object.digest("sha256");
    source.size = object.count("size");
    source.irVersion = object.optionalCount("irVersion");
    source.opset = object.optionalCount("opset");
    if (object.has("externalData"))
        for (const Json& value : object.array("externalData")) {
            ManifestObject data(value, object.nameOf("externalData"));
            source.externalData.push_back({data.filled("location"), data.digest("sha256")});
            data.expectNoMore();
        }
    object.expectNoMore();
    return source;
}

ManifestMetric readMetric(ManifestObject object)
{
    ManifestMetric metric;
    metric.name = object.filled("name");
    metric.floatValue = object.single("float");
    metric.quantizedValue = object.single("quantized");
    metric.delta = object.decimal("delta");
    if (object.has("threshold"))
        metric.threshold = object.decimal("threshold");
    if (!object.has("pass"))
        object.fail("pass", "is missing");
    metric.pass = object.boolean("pass", false);
    object.expectNoMore();
    return metric;
}

ManifestCalibration readCalibration(ManifestObject object)
{
    ManifestCalibration calibration{object.digest("datasetDigest", "sha256:"), object.count("samples"),
                                    object.string("order", ""), object.string("preprocess", ""),
                                    object.string("method", "")};
    object.expectNoMore();
    return calibration;
}

ManifestValidation readValidation(ManifestObject object)
{
    ManifestValidation validation{object.digest("datasetDigest", "sha256:"), object.count("samples")};
    object.expectNoMore();
    return validation;
}

ManifestProvenance readProvenance(ManifestObject object)
{
    ManifestProvenance provenance;
    provenance.tool = readTool(object.child("tool"));
    provenance.source = readSource(object.child("source"));
    if (object.has("calibration"))
        provenance.calibration = readCalibration(object.child("calibration"));
    if (object.has("validation"))
        provenance.validation = readValidation(object.child("validation"));
    for (const Json& metric : object.array("metrics"))
        provenance.metrics.push_back(readMetric(ManifestObject(metric, object.nameOf("metrics"))));
    object.expectNoMore();
    return provenance;
}

void checkHead(ManifestObject& object)
{
    const Json context{{"@vocab", std::string(manifestVocabulary)}};
    if (object.object("@context") != context)
        object.fail("@context", "is not the one of this format");
    if (object.string("@type") != "QuantizedModelBundle")
        object.fail("@type", "is not QuantizedModelBundle");
    if (object.integer("schemaVersion") != 1)
        object.fail("schemaVersion", "is not 1; a newer version of the program may read it");
}

const ManifestFile& fileOfRole(const Manifest& manifest, const std::string& path, std::string_view role,
                               const ManifestObject& object, std::string_view member)
{
    const auto found =
        std::find_if(manifest.files.begin(), manifest.files.end(),
                     [&](const ManifestFile& file) { return file.path == path && file.role == role; });
    if (found == manifest.files.end())
        object.fail(member, "names a file that is not there");
    return *found;
}

void checkFiles(const Manifest& manifest, const ManifestObject& object)
{
    std::set<std::string> paths;
    for (const ManifestFile& file : manifest.files)
        if (!paths.insert(file.path).second)
            object.fail("files", "has one path twice");
    fileOfRole(manifest, manifest.quantization.paramsFile, "params", object, "quantization");
    const ManifestFile& artifact =
        fileOfRole(manifest, manifest.artifact.file, "artifact", object, "artifact");
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
    for (const ManifestLayer& layer : manifest.artifact.layers)
        for (const ManifestTensor& tensor : layer.tensors)
            if (tensor.range)
                ranges.emplace_back(tensor.range->offset, tensor.range->length);
    std::sort(ranges.begin(), ranges.end());
    std::int64_t end = 0;
    for (const auto& [offset, length] : ranges) {
        const auto next = checkedAdd(offset, length);
        if (offset < end || !next || *next > artifact.size)
            object.fail("artifact", "has tensors that overlap or lie outside its file");
        end = *next;
    }
}

Manifest readRoot(const Json& root)
{
    ManifestObject object(root, "manifest");
    checkHead(object);
    Manifest manifest;
    manifest.product = object.word("product");
    manifest.channel = object.word("channel");
    manifest.version = object.word("version", "._-+");
    manifest.releaseCounter = object.count("releaseCounter");
    manifest.minReleaseCounter = object.count("minReleaseCounter");
    if (manifest.minReleaseCounter > manifest.releaseCounter)
        object.fail("minReleaseCounter", "is above releaseCounter");
    manifest.created = object.time("created");
    if (object.has("expires"))
        manifest.expires = object.time("expires");
    manifest.target = readTarget(object.child("target"));
    for (const Json& file : object.array("files"))
        manifest.files.push_back(readFile(ManifestObject(file, "files")));
    manifest.artifact = readArtifact(object.child("artifact"));
    manifest.quantization = readQuantization(object.child("quantization"));
    manifest.provenance = readProvenance(object.child("provenance"));
    if (object.has("supersedes"))
        for (const Json& digest : object.array("supersedes"))
            manifest.supersedes.push_back(object.digestOf(digest.is_string() ? digest.get<std::string>() : "",
                                                          "supersedes", "sha256:"));
    manifest.notes = object.string("notes", "");
    manifest.license = object.string("license", "");
    for (const auto& member : root.items())
        if (member.key().starts_with("x-"))
            manifest.extensions[member.key()] = object.any(member.key());
    object.expectNoMore();
    checkFiles(manifest, object);
    return manifest;
}

} // namespace

Manifest readManifest(std::string_view text, std::string_view where)
{
    try {
        return readRoot(parseJson(text, "manifest", kManifestLimits));
    } catch (const Error& error) {
        if (error.code() != ErrorCode::jsonSyntax && error.code() != ErrorCode::jsonField)
            throw;
        throw Error(ErrorCode::bundleInvalid, std::string(where), {{"reason", error.message()}});
    }
}

} // namespace lathe
