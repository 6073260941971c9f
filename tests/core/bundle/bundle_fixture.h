// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/bundle/bundle.h"

namespace lathe::test {

inline constexpr std::string_view sampleArtifact =
    "not really a model, but seventy-two bytes that a bundle can carry about.";

/// A manifest with every member given, as a caller of createBundle fills it.
inline Manifest sampleManifest()
{
    Manifest manifest;
    manifest.product = "face-detector";
    manifest.version = "2.1.0";
    manifest.releaseCounter = 17;
    manifest.minReleaseCounter = 12;
    manifest.created = "2026-11-20T12:00:00Z";
    manifest.expires = "2027-11-20T00:00:00Z";
    manifest.target = {"generic", "onnxruntime", "1.17", "x86_64"};
    manifest.artifact.format = "onnx";
    manifest.artifact.formatVersion = "8";
    manifest.artifact.opset = 13;
    ManifestLayer layer{"conv1", "Conv", 8, 8, "sym-per-channel:0", "asym-per-tensor", {}};
    layer.tensors.push_back(
        {"conv1/w", "int8", {2, 2}, ManifestRange{4, 4, sha256(sampleArtifact.substr(4, 4))}, {}});
    layer.tensors.push_back({"conv1/out", "uint8", {1, 2}, {}, {}});
    manifest.artifact.layers.push_back(layer);
    manifest.artifact.layers.push_back({"relu1", "Relu", {}, 8, "", "asym-per-tensor", {}});
    manifest.quantization = {sha256("plan"), "ptq-mse", "half-even", {}, {}};
    manifest.provenance.tool = {"tensorlathe", "0.1.0", "abc", "release"};
    manifest.provenance.source = {
        "model.onnx", "onnx", sha256("model"), 1000, 8, 13, {{"model.data", sha256("data")}}};
    manifest.provenance.calibration =
        ManifestCalibration{sha256("set"), 512, "digest-of-sorted-lines", "resize", "mse"};
    manifest.provenance.validation = ManifestValidation{sha256("set"), 1000};
    manifest.provenance.metrics.push_back({"top1", 0.7196f, 0.7176f, -0.002, 0.005, true});
    manifest.provenance.metrics.push_back({"agreement", 1.0f, 0.99f, -0.01, {}, false});
    manifest.supersedes.push_back(sha256("previous"));
    manifest.notes = "Caf\xC3\xA9 \"quoted\" \\ <script>";
    manifest.license = "Apache-2.0";
    manifest.extensions["x-mine"] = {{"a", {1, 2, "3"}}};
    return manifest;
}

inline BundleInput sampleInput()
{
    BundleInput input;
    input.manifest = sampleManifest();
    input.artifact = asBytes(sampleArtifact);
    input.artifactMediaType = "application/vnd.onnx";
    input.params.push_back({.name = "conv1/out",
                            .format = "uint8",
                            .bits = 8,
                            .maximumCode = 255,
                            .scale = {0.1f},
                            .zeroPoint = {128}});
    input.params.push_back({.name = "conv1/w",
                            .format = "int8",
                            .bits = 8,
                            .axis = 0,
                            .minimumCode = -127,
                            .maximumCode = 127,
                            .scale = {0.5f, 0.25f},
                            .zeroPoint = {0, 0}});
    return input;
}

/// sampleManifest() with the members that createBundle adds.
inline Manifest completeManifest()
{
    Manifest manifest = sampleManifest();
    manifest.files = {{"payload/model.onnx", "artifact", "application/vnd.onnx",
                       static_cast<std::int64_t>(sampleArtifact.size()), sha256(sampleArtifact)},
                      {"payload/params.bin", "params", "application/octet-stream", 64, sha256("params")}};
    manifest.artifact.file = "payload/model.onnx";
    manifest.quantization.paramsFile = "payload/params.bin";
    manifest.quantization.paramsLayout = paramsLayout;
    manifest.artifact.layers[0].tensors[0].quant = ManifestQuant{0, 0, {1, 2}, {1, 2}};
    return manifest;
}

}
