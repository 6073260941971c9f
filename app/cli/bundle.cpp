// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bundle/bundle.h"

#include "app/cli/passphrase.h"
#include "app/cli/source.h"
#include "app/cli/verb.h"
#include "core/base/text.h"
#include "core/base/utc.h"
#include "core/bundle/release.h"

#include <memory>

namespace lathe::cli {
namespace {

struct BundleOptions
{
    std::string source;
    std::string output;
    std::string key;
    std::string passphraseFile;
    std::vector<std::string> trusted;
    std::size_t threshold = 1;
    bool packed = false;
    Release release;
};

/// The project's newest run of its plan, or a new one that is stored.
EvaluationRun runFor(Source& source, const Quantized& quantized, const BundleOptions& options, Context& context)
{
    const std::vector<EvaluationRun> runs = source.project->runs();
    for (auto run = runs.rbegin(); run != runs.rend(); ++run)
        if (run->plan == quantized.digest() && run->precision == "simulated")
            return *run;
    const auto dataset = openData(*source.model, source.datasetFile, context);
    ValidateOptions validateOptions;
    validateOptions.evaluate.workers = context.workers();
    EvaluationRun run = validate(*source.model, quantized, *dataset, validateOptions, context.control);
    run.finishedUtc = utcNow();
    source.project = Project::open(options.source);
    source.project->addRun(run);
    return run;
}

int create(const BundleOptions& options, Context& context)
{
    Source source = openSource(options.source, context);
    if (!source.project || !source.statistics)
        throw UsageError("bundle create takes a calibrated project (.lathe); make one with \"tensorlathe-cli calibrate\".");
    const SigningKey key =
        SigningKey::read(*context.fs, options.key, readPassphrase(*context.fs, options.passphraseFile, false));
    const auto quantized = source.quantized(context);
    const EvaluationRun run = runFor(source, *quantized, options, context);
    ExportOptions exporting;
    exporting.packed = options.packed;
    const Bytes artifact = exportOnnx(*source.model, *quantized, exporting, context.control);
    Release release = options.release;
    release.created = sourceDateEpoch().value_or(run.finishedUtc);
    if (release.product.empty())
        release.product = productName(source.model->path.stem().string());
    const BundleInput input = describeRelease(
        release, {*source.model, *quantized, source.statistics.get(), &run, artifact, "onnx", exporting.packed ? 21 : 13});
    const Digest identity = createBundle(input, key, *context.fs, options.output);
    const auto size = static_cast<std::int64_t>(std::filesystem::file_size(options.output));
    context.report({{"output", options.output},
                    {"manifestSha256", identity.hex()},
                    {"kid", key.publicKey().kid()},
                    {"sizeBytes", size},
                    {"product", input.manifest.product},
                    {"version", input.manifest.version}},
                   options.output + ": " + sizeText(size) + ", signed by " + key.publicKey().kid() + "\n");
    return done;
}

Json filesToJson(const Manifest& manifest)
{
    Json files = Json::array();
    for (const ManifestFile& file : manifest.files)
        files.push_back({{"path", file.path}, {"role", file.role}, {"size", file.size}, {"sha256", file.sha256.hex()}});
    return files;
}

Json contentsToJson(const BundleContents& contents, bool verified)
{
    const Manifest& manifest = contents.manifest;
    Json metrics = Json::array();
    for (const ManifestMetric& metric : manifest.provenance.metrics)
        metrics.push_back({{"name", metric.name}, {"float", metric.floatValue}, {"quantized", metric.quantizedValue}});
    return {{"verified", verified},
            {"manifestSha256", contents.identity.hex()},
            {"signers", contents.signers},
            {"product", manifest.product},
            {"version", manifest.version},
            {"channel", manifest.channel},
            {"releaseCounter", manifest.releaseCounter},
            {"created", manifest.created},
            {"target", manifest.target.profile},
            {"format", manifest.artifact.format},
            {"layers", manifest.artifact.layers.size()},
            {"metrics", metrics},
            {"files", filesToJson(manifest)}};
}

std::string contentsToText(const BundleContents& contents, bool verified)
{
    const Manifest& manifest = contents.manifest;
    std::string text = manifest.product + " " + manifest.version + " (" + manifest.channel + ", release " +
                       std::to_string(manifest.releaseCounter) + "), made " + manifest.created + "\n";
    text += verified ? "Signature: valid, by " : "Signature: NOT CHECKED against a trusted key; claims to be by ";
    text += joinText(contents.signers, ", ") + "\n";
    for (const ManifestMetric& metric : manifest.provenance.metrics)
        text += metric.name + ": float " + fixedText(metric.floatValue, 4) + ", quantized " +
                fixedText(metric.quantizedValue, 4) + "\n";
    for (const ManifestFile& file : manifest.files)
        text += file.path + ": " + sizeText(file.size) + ", sha256 " + file.sha256.hex() + "\n";
    return text;
}

int verify(const BundleOptions& options, Context& context)
{
    std::vector<PublicKey> trusted;
    for (const std::string& file : options.trusted)
        trusted.push_back(PublicKey::read(*context.fs, file));
    try {
        const VerifiedBundle bundle = verifyBundle(*context.fs, options.source, trusted, options.threshold, context.control);
        context.report(contentsToJson(bundle.contents(), true), contentsToText(bundle.contents(), true));
        return done;
    } catch (const Error& error) {
        const bool unsignedBundle = error.code() == ErrorCode::signatureInvalid;
        if (!unsignedBundle && error.code() != ErrorCode::bundleInvalid)
            throw;
        context.report({{"verified", false}, {"reason", error.message()}}, {});
        if (!unsignedBundle)
            throw;
        throw GateError(options.source + ": " + error.what());
    }
}

int show(const BundleOptions& options, Context& context)
{
    const BundleContents contents = showBundle(*context.fs, options.source, context.control);
    context.report(contentsToJson(contents, false), contentsToText(contents, false));
    return done;
}

void declareCreate(CLI::App& command, BundleOptions& options)
{
    command.add_option("source", options.source, "Calibrated project (.lathe)")->required();
    command.add_option("-o,--output", options.output, "Bundle to write (.lathebundle)")->required();
    command.add_option("--key", options.key, "Private key file")->required();
    command.add_option("--passphrase-file", options.passphraseFile, "File whose first line is the passphrase");
    command.add_option("--product", options.release.product, "Product name (default: the model's file name)");
    command.add_option("--product-version", options.release.version, "Version of the product")->capture_default_str();
    command.add_option("--channel", options.release.channel, "Release channel")->capture_default_str();
    command.add_option("--release", options.release.releaseCounter, "Release counter")->capture_default_str();
    command.add_option("--min-release", options.release.minReleaseCounter, "Oldest release that may be installed afterwards");
    command.add_option("--expires", options.release.expires, "2027-11-20T00:00:00Z");
    command.add_option("--license", options.release.license, "Licence of the model");
    command.add_option("--notes", options.release.notes, "Release notes");
    command.add_flag("--packed", options.packed, "Real 4- and 16-bit types in the model");
}

VerbAction declare(CLI::App& command)
{
    auto options = std::make_shared<BundleOptions>();
    options->release.version = "1.0.0";
    command.require_subcommand(1);
    CLI::App* createCommand = command.add_subcommand("create", "Export, describe and sign");
    declareCreate(*createCommand, *options);
    CLI::App* verifyCommand = command.add_subcommand("verify", "Check every byte and the signature");
    verifyCommand->add_option("bundle", options->source, "Bundle file")->required();
    verifyCommand->add_option("--key", options->trusted, "Trusted public key file; may be given again")->required();
    verifyCommand->add_option("--threshold", options->threshold, "How many trusted keys must have signed")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    CLI::App* showCommand = command.add_subcommand("show", "Show what a bundle says, without trusting it");
    showCommand->add_option("bundle", options->source, "Bundle file")->required();
    for (CLI::App* part : {createCommand, verifyCommand, showCommand})
        part->fallthrough();
    return [options, createCommand, verifyCommand](Context& context) {
        if (createCommand->parsed())
            return create(*options, context);
        return verifyCommand->parsed() ? verify(*options, context) : show(*options, context);
    };
}

}

void register_bundle(Table<Verb>& table)
{
    table.add({.id = "bundle", .summary = "Make, verify and show signed bundles", .declare = declare});
}

}
