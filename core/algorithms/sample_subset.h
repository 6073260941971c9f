// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <utility>
#include <vector>

#include "core/data/samples.h"

namespace lathe {

/// Some samples of others.
class SampleSubset : public Samples
{
public:
    SampleSubset(const Samples& all, std::vector<std::int64_t> indices)
        : m_all(all)
        , m_indices(std::move(indices))
    {
    }

    std::int64_t size() const override { return static_cast<std::int64_t>(m_indices.size()); }
    std::string id(std::int64_t index) const override { return m_all.id(at(index)); }
    TensorMap load(std::int64_t index) const override { return m_all.load(at(index)); }
    std::optional<std::int64_t> label(std::int64_t index) const override { return m_all.label(at(index)); }
    Tensor target(std::int64_t index) const override { return m_all.target(at(index)); }
    TargetInfo targetInfo() const override { return m_all.targetInfo(); }
    const Feedback& feedback() const override { return m_all.feedback(); }
    bool follows(std::int64_t index) const override
    {
        return index > 0 && at(index) == at(index - 1) + 1 && m_all.follows(at(index));
    }
    std::optional<Image> preview(std::int64_t index) const override { return m_all.preview(at(index)); }

private:
    std::int64_t at(std::int64_t index) const { return m_indices.at(static_cast<std::size_t>(index)); }

    const Samples& m_all;
    std::vector<std::int64_t> m_indices;
};

} // namespace lathe
