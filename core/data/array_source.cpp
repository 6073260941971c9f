// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/array_source.h"

namespace lathe {

ArraySource::ArraySource(Tensor all, const std::string& where)
    : m_all(std::move(all))
{
    if (m_all.shape().rank() == 0)
        throw Error(ErrorCode::datasetInvalid, where,
                    {{"reason", "the first axis of the array must count the samples"}});
    m_sampleShape = Shape(std::vector<std::int64_t>(m_all.shape().begin() + 1, m_all.shape().end()));
}

std::span<const std::byte> ArraySource::sampleBytes(std::int64_t index) const
{
    const auto bytes = static_cast<std::size_t>(m_sampleShape.elements() * dtypeSize(m_all.dtype()));
    return m_all.bytes().subspan(static_cast<std::size_t>(index) * bytes, bytes);
}

RawSample ArraySource::read(std::int64_t index) const
{
    return Tensor::view(m_all.dtype(), m_sampleShape, sampleBytes(index), std::make_shared<Tensor>(m_all));
}

Digest ArraySource::contentDigest(std::int64_t index) const
{
    return sha256(sampleBytes(index));
}

} // namespace lathe
