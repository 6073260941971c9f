// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/digest.h"
#include "core/base/json.h"
#include "core/base/utc.h"

namespace lathe {

/// What a bundle says about itself: manifest.jsonld. Numbers are integers up to 2^53; real numbers are
/// written as texts, or as the eight hexadecimal digits of their IEEE 754 single, so that no reader can round
/// them. Optional members are left out, never null. `std::string` members that may be empty are left out when
/// they are.

struct ManifestTarget
{
    std::string profile; ///< id of the device profile
    std::string runtime;
    std::string minRuntime; ///< may be empty
    std::string arch;       ///< may be empty
    bool operator==(const ManifestTarget&) const = default;
};

struct ManifestFile
{
    std::string path; ///< name in the container
    std::string role; ///< "artifact", "params", "tensors", "selftest", "drift", "report", "provenance"
    std::string mediaType;
    std::int64_t size = 0;
    Digest sha256;
    bool operator==(const ManifestFile&) const = default;
};

/// A run of values in the params file.
struct ManifestSlice
{
    std::int64_t first = 0;
    std::int64_t count = 0;
    bool operator==(const ManifestSlice&) const = default;
};

struct ManifestQuant
{
    std::int64_t axis = -1;
    std::int64_t block = 0;
    ManifestSlice scale;
    ManifestSlice zeroPoint;
    bool operator==(const ManifestQuant&) const = default;
};

/// Bytes [offset, offset + length) of the artifact.
struct ManifestRange
{
    std::int64_t offset = 0;
    std::int64_t length = 0;
    Digest sha256;
    bool operator==(const ManifestRange&) const = default;
};

struct ManifestTensor
{
    std::string name;
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::optional<ManifestRange> range;
    std::optional<ManifestQuant> quant;
    bool operator==(const ManifestTensor&) const = default;
};

struct ManifestLayer
{
    std::string id;
    std::string op;
    std::optional<std::int64_t> weightBits, activationBits;
    std::string weightScheme, activationScheme; ///< "sym-per-channel:0", "asym-per-tensor"; may be empty
    std::vector<ManifestTensor> tensors;
    bool operator==(const ManifestLayer&) const = default;
};

struct ManifestArtifact
{
    std::string file;
    std::string format; ///< "onnx", "tflite" ...
    std::string formatVersion;
    std::optional<std::int64_t> opset;
    std::vector<ManifestLayer> layers;
    bool operator==(const ManifestArtifact&) const = default;
};

struct ManifestQuantization
{
    Digest recipe; ///< of the plan
    std::string algorithm;
    std::string rounding;
    std::string paramsFile;
    std::string paramsLayout;
    bool operator==(const ManifestQuantization&) const = default;
};

struct ManifestTool
{
    std::string name, version;
    std::string commit, build; ///< may be empty
    bool operator==(const ManifestTool&) const = default;
};

struct ManifestExternalData
{
    std::string location;
    Digest sha256;
    bool operator==(const ManifestExternalData&) const = default;
};

struct ManifestSource
{
    std::string name, format;
    Digest sha256;
    std::int64_t size = 0;
    std::optional<std::int64_t> irVersion, opset;
    std::vector<ManifestExternalData> externalData;
    bool operator==(const ManifestSource&) const = default;
};

struct ManifestCalibration
{
    Digest dataset;
    std::int64_t samples = 0;
    std::string order, preprocess, method; ///< may be empty
    bool operator==(const ManifestCalibration&) const = default;
};

struct ManifestValidation
{
    Digest dataset;
    std::int64_t samples = 0;
    bool operator==(const ManifestValidation&) const = default;
};

struct ManifestMetric
{
    std::string name;
    float floatValue = 0;
    float quantizedValue = 0;
    double delta = 0;
    std::optional<double> threshold;
    bool pass = true;
    bool operator==(const ManifestMetric&) const = default;
};

struct ManifestProvenance
{
    ManifestTool tool;
    ManifestSource source;
    std::optional<ManifestCalibration> calibration;
    std::optional<ManifestValidation> validation;
    std::vector<ManifestMetric> metrics;
    bool operator==(const ManifestProvenance&) const = default;
};

struct Manifest
{
    std::string product; ///< [A-Za-z0-9][A-Za-z0-9._-]*, at most 64
    std::string channel = "stable";
    std::string version; ///< as product, and '+'
    std::int64_t releaseCounter = 1;
    std::int64_t minReleaseCounter = 0;
    std::string created; ///< "2026-11-20T12:00:00Z", always UTC
    std::string expires; ///< as created; may be empty
    ManifestTarget target;
    std::vector<ManifestFile> files;
    ManifestArtifact artifact;
    ManifestQuantization quantization;
    ManifestProvenance provenance;
    std::vector<Digest> supersedes;         ///< digests of earlier manifests
    std::string notes, license;             ///< may be empty
    std::map<std::string, Json> extensions; ///< members whose names start with "x-"
    bool operator==(const Manifest&) const = default;
};

/// Expands every member to a name of ours, without anything to fetch.
inline constexpr std::string_view manifestVocabulary = "https://tensorlathe.org/ns/bundle/v1#";

/// The exact bytes of manifest.jsonld: sorted members, no white space.
std::string writeManifest(const Manifest& manifest);

/// Strict: every member known and typed, unknown ones only at the top and only as "x-...", every reference
/// inside the manifest resolved, tensors inside the artifact and not overlapping. Throws
/// Error{bundleInvalid}.
Manifest readManifest(std::string_view text, std::string_view where);

} // namespace lathe
