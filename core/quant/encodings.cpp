// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/quant/encodings.h"

namespace lathe {

namespace {

void feedMap(Hasher& hasher, std::string_view label, const std::map<std::string, EncodingPtr>& encodings)
{
    hasher.text(label).integer(static_cast<std::int64_t>(encodings.size()));
    for (const auto& [name, encoding] : encodings) {
        hasher.text(name);
        encoding->feed(hasher);
    }
}

void feedMap(Hasher& hasher, std::string_view label, const std::map<std::string, Tensor>& tensors)
{
    hasher.text(label).integer(static_cast<std::int64_t>(tensors.size()));
    for (const auto& [name, tensor] : tensors)
        hasher.text(name).digest(tensor.digest());
}

} // namespace

Digest Encodings::digest() const
{
    Hasher hasher;
    feedMap(hasher, "activations", activations);
    feedMap(hasher, "weights", weights);
    feedMap(hasher, "biases", biases);
    return hasher.finish();
}

Digest Codes::digest() const
{
    Hasher hasher;
    feedMap(hasher, "weights", weights);
    feedMap(hasher, "biases", biases);
    return hasher.finish();
}

} // namespace lathe
