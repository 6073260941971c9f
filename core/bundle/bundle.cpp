// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/bundle.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/bundle/jws.h"

namespace lathe {

namespace {

constexpr std::string_view kManifestName = "manifest.jsonld";
constexpr std::string_view kSignatureName = "manifest.jws";
constexpr std::string_view kParamsName = "payload/params.bin";

const JwsProfile& profile()
{
    static const JwsProfile value{"application/ld+json", "tensorlathe-manifest+jws"};
    return value;
}

[[noreturn]] void refuse(std::string_view where, const std::string& reason)
{
    throw Error(ErrorCode::bundleInvalid, std::string(where), {{"reason", reason}});
}

/// Fed in pieces, so that a stop is noticed within a large file.
Digest digestOf(std::span<const std::byte> data, const Control& control)
{
    constexpr std::size_t piece = std::size_t{8} << 20;
    Hasher hasher;
    while (!data.empty()) {
        control.throwIfStopped();
        const auto part = data.first(std::min(piece, data.size()));
        hasher.bytes(part);
        data = data.subspan(part.size());
    }
    return hasher.finish();
}

ManifestFile fileOf(std::string path, std::string role, std::string mediaType,
                    std::span<const std::byte> data)
{
    return {std::move(path), std::move(role), std::move(mediaType), static_cast<std::int64_t>(data.size()),
            sha256(data)};
}

/// Gives every tensor that has a grid the place of its scales in the params file.
void fillReferences(Manifest& manifest, std::span<const ParamsEntry> params)
{
    std::map<std::string, ManifestQuant> places;
    std::int64_t first = 0;
    for (const ParamsEntry& entry : params) {
        const auto count = static_cast<std::int64_t>(entry.scale.size());
        places[entry.name] = {entry.axis, entry.block, {first, count}, {first, count}};
        first += count;
    }
    for (ManifestLayer& layer : manifest.artifact.layers)
        for (ManifestTensor& tensor : layer.tensors)
            if (const auto place = places.find(tensor.name); place != places.end())
                tensor.quant = place->second;
}

Manifest completeManifest(const BundleInput& input, std::span<const std::byte> params)
{
    Manifest manifest = input.manifest;
    const std::string artifactPath = "payload/" + input.artifactName;
    manifest.files = {fileOf(artifactPath, "artifact", input.artifactMediaType, input.artifact),
                      fileOf(std::string(kParamsName), "params", "application/octet-stream", params)};
    manifest.artifact.file = artifactPath;
    manifest.quantization.paramsFile = kParamsName;
    manifest.quantization.paramsLayout = paramsLayout;
    fillReferences(manifest, input.params);
    return manifest;
}

/// The entries after manifest and signature must be the files of the manifest, in its order.
std::vector<ContainerEntry> matchFiles(const Manifest& manifest, std::span<const ContainerEntry> entries,
                                       std::string_view where, const Control& control)
{
    if (entries.size() != manifest.files.size())
        refuse(where, "its files are not those of its manifest");
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const ManifestFile& file = manifest.files[i];
        if (entries[i].name != file.path || entries[i].data.size() != static_cast<std::uint64_t>(file.size))
            refuse(where, "its files are not those of its manifest");
        control.progress(static_cast<std::int64_t>(i), static_cast<std::int64_t>(entries.size()), "files");
        if (digestOf(entries[i].data, control) != file.sha256)
            refuse(where, "the file \"" + file.path + "\" was changed");
    }
    return {entries.begin(), entries.end()};
}

/// Every range that the manifest names must be one of the params file, or lie in it.
void checkReferences(const BundleContents& contents, std::string_view where)
{
    std::size_t values = 0;
    for (const ParamsEntry& entry : contents.params)
        values += entry.scale.size();
    const auto isInside = [&](const ManifestSlice& slice) {
        const auto size = static_cast<std::int64_t>(values);
        return slice.first <= size && slice.count <= size - slice.first;
    };
    for (const ManifestLayer& layer : contents.manifest.artifact.layers)
        for (const ManifestTensor& tensor : layer.tensors) {
            if (tensor.quant && (!isInside(tensor.quant->scale) || !isInside(tensor.quant->zeroPoint)))
                refuse(where, "the tensor \"" + tensor.name + "\" refers to scales that are not there");
            if (!tensor.range)
                continue;
            const auto data = contents.file(contents.manifest.artifact.file)
                                  .subspan(static_cast<std::size_t>(tensor.range->offset),
                                           static_cast<std::size_t>(tensor.range->length));
            if (sha256(data) != tensor.range->sha256)
                refuse(where, "the tensor \"" + tensor.name + "\" is not where the manifest says");
        }
}

/// Container and manifest; `trust` looks at manifest and signature before the manifest is read, and gives the
/// signers.
template <typename Trust>
BundleContents readBundle(std::shared_ptr<const FileBytes> bytes, std::string_view where,
                          const Control& control, Trust&& trust)
{
    const std::vector<ContainerEntry> entries = readContainer(bytes->bytes(), where);
    if (entries.size() < 2 || entries[0].name != kManifestName || entries[1].name != kSignatureName)
        refuse(where, "it does not start with a manifest and its signature");
    const auto manifestBytes = entries[0].data;
    BundleContents contents;
    contents.signers = trust(asText(entries[1].data), manifestBytes);
    contents.identity = sha256(manifestBytes);
    contents.manifest = readManifest(asText(manifestBytes), where);
    contents.files = matchFiles(contents.manifest, std::span(entries).subspan(2), where, control);
    if (contents.manifest.quantization.paramsLayout != paramsLayout)
        refuse(where, "its table of scales has a layout that is not known");
    contents.params = readParams(contents.file(contents.manifest.quantization.paramsFile), where);
    contents.storage = std::move(bytes);
    checkReferences(contents, where);
    return contents;
}

} // namespace

Digest createBundle(const BundleInput& input, const SigningKey& key, Fs& fs, const Path& path)
{
    const Bytes params = writeParams(input.params);
    const Manifest manifest = completeManifest(input, params);
    const std::string text = writeManifest(manifest);
    if (readManifest(text, path.string()) != manifest)
        refuse(path.string(), "its manifest does not read back as it was");
    const SigningKey* keys[] = {&key};
    const std::string signature = writeJws(asBytes(text), keys, profile());

    const ContainerEntry entries[] = {{std::string(kManifestName), asBytes(text)},
                                      {std::string(kSignatureName), asBytes(signature)},
                                      {manifest.artifact.file, input.artifact},
                                      {std::string(kParamsName), params}};
    const auto file = fs.create(path);
    writeContainer(entries, [&](std::span<const std::byte> piece) { file->write(piece); });
    file->commit();
    return sha256(text);
}

std::span<const std::byte> BundleContents::file(std::string_view path) const
{
    for (const ContainerEntry& entry : files)
        if (entry.name == path)
            return entry.data;
    refuse("", "it has no file \"" + std::string(path) + "\"");
}

VerifiedBundle verifyBundle(std::shared_ptr<const FileBytes> bytes, std::string_view where,
                            std::span<const PublicKey> trusted, std::size_t threshold, const Control& control)
{
    return VerifiedBundle(readBundle(std::move(bytes), where, control,
                                     [&](std::string_view signature, std::span<const std::byte> manifest) {
                                         return verifyJws(signature, manifest, profile(), trusted, threshold);
                                     }));
}

VerifiedBundle verifyBundle(const Fs& fs, const Path& path, std::span<const PublicKey> trusted,
                            std::size_t threshold, const Control& control)
{
    return verifyBundle(fs.map(path), path.string(), trusted, threshold, control);
}

BundleContents showBundle(std::shared_ptr<const FileBytes> bytes, std::string_view where, const Control& control)
{
    const auto claimedSigners = [](std::string_view text, std::span<const std::byte>) {
        std::vector<std::string> claimed;
        for (const JwsSignature& signature : readJws(text))
            claimed.push_back(signature.keyId());
        return claimed;
    };
    return readBundle(std::move(bytes), where, control, claimedSigners);
}

BundleContents showBundle(const Fs& fs, const Path& path, const Control& control)
{
    return showBundle(fs.map(path), path.string(), control);
}

} // namespace lathe
