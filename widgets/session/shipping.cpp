// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/shipping.h"

#include "core/base/utc.h"

namespace lathe {

std::shared_ptr<const Quantized> quantizedFor(const QuantSource& source, const Control& control)
{
    if (source.adjusted)
        return source.adjusted;
    return source.statistics ? quantize(*source.model, source.plan, *source.statistics, control)
                             : quantizedAsIs(*source.model);
}

BundleReceipt makeBundle(const BundleRequest& request, const Control& control)
{
    const SigningKey key = SigningKey::read(systemFs(), request.key, *request.passphrase);
    const auto quantized = quantizedFor(request.source, control);
    BundleReceipt receipt;
    auto run = request.run;
    if (!run) {
        ValidateOptions options;
        options.evaluate.workers = request.workers;
        auto made = std::make_shared<EvaluationRun>(
            validate(*request.source.model, *quantized, *request.dataset, options, control));
        made->finishedUtc = utcNow();
        run = receipt.newRun = made;
    }
    const Bytes artifact = exportOnnx(*request.source.model, *quantized, request.exporting, control);
    Release release = request.release;
    release.created = sourceDateEpoch().value_or(run->finishedUtc);
    const BundleInput input =
        describeRelease(release, {*request.source.model, *quantized, request.source.statistics.get(), run.get(), artifact, "onnx",
                                  request.exporting.packed ? 21 : 13});
    control.throwIfStopped();
    receipt.path = request.output;
    receipt.identity = createBundle(input, key, systemFs(), request.output).hex();
    receipt.bytes = static_cast<std::int64_t>(std::filesystem::file_size(request.output));
    receipt.keyId = key.publicKey().kid();
    return receipt;
}

KeyReceipt makeKey(const Path& path, const Passphrase& passphrase)
{
    KeyReceipt receipt;
    receipt.privateKey = path;
    receipt.publicKey = path.parent_path() / (path.stem().string() + ".pub.pem");
    if (std::filesystem::exists(receipt.publicKey))
        throw Error(ErrorCode::fileNotWritable, receipt.publicKey.string(), {{"reason", "it exists already"}});
    const SigningKey key = SigningKey::generate();
    key.save(systemFs(), receipt.privateKey, passphrase);
    systemFs().writeWhole(receipt.publicKey, key.publicKey().pem());
    receipt.keyId = key.publicKey().kid();
    return receipt;
}

VerifyReceipt checkBundle(const Path& path, const Path& publicKey, const Control& control)
{
    const std::vector<PublicKey> trusted{PublicKey::read(systemFs(), publicKey)};
    return {path, verifyBundle(systemFs(), path, trusted, 1, control).contents()};
}

}
