// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

namespace lathe {

/// A tensor whose first axis counts the samples.
class ArraySource : public Source
{
public:
    /// Throws Error{datasetInvalid} for a scalar.
    ArraySource(Tensor all, const std::string& where);

    std::int64_t size() const override { return m_all.shape()[0]; }
    std::string id(std::int64_t index) const override { return std::to_string(index); }
    RawSample read(std::int64_t index) const override;
    Digest contentDigest(std::int64_t index) const override;

private:
    std::span<const std::byte> sampleBytes(std::int64_t index) const;

    Tensor m_all;
    Shape m_sampleShape;
};

} // namespace lathe
