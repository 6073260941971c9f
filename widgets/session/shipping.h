// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/bundle/bundle.h"
#include "core/bundle/release.h"
#include "core/project/pipeline.h"

#include <memory>
#include <string>
#include <vector>

namespace lathe {

/// What there is to quantize. `adjusted`: what algorithms made of this plan; null where none did.
struct QuantSource
{
    std::shared_ptr<const Model> model;
    std::shared_ptr<const Statistics> statistics;
    std::shared_ptr<const Quantized> adjusted;
    QuantPlan plan;
};

/// What algorithms made of the plan, else the plan as it is, or the file's own numbers where the model came quantized and
/// nothing was calibrated.
std::shared_ptr<const Quantized> quantizedFor(const QuantSource& source, const Control& control);

struct BundleRequest
{
    QuantSource source;
    std::shared_ptr<const Dataset> dataset;
    std::shared_ptr<const EvaluationRun> run; ///< of the plan; null: validated first
    ExportOptions exporting;
    Release release;
    Path key;
    std::shared_ptr<const Passphrase> passphrase;
    Path output;
    int workers = 0;
};

struct BundleReceipt
{
    Path path;
    std::int64_t bytes = 0;
    std::string identity; ///< SHA-256 of the manifest
    std::string keyId;
    std::shared_ptr<const EvaluationRun> newRun; ///< where one had to be made
};

/// Validates where needed, exports, describes, signs and writes. Nothing is written unless all of it succeeds.
BundleReceipt makeBundle(const BundleRequest& request, const Control& control);

struct KeyReceipt
{
    Path privateKey;
    Path publicKey;
    std::string keyId;
};

/// "key.pem" and "key.pub.pem" beside it. Throws Error{fileNotWritable} where either exists.
KeyReceipt makeKey(const Path& path, const Passphrase& passphrase);

/// A bundle that was checked, with what it says about itself.
struct VerifyReceipt
{
    Path path;
    BundleContents contents;
};
VerifyReceipt checkBundle(const Path& path, const Path& publicKey, const Control& control);

}
