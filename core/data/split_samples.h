// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/annotations.h"
#include "core/data/input_stream.h"

namespace lathe {

/// What both splits share.
struct DatasetContent
{
    std::vector<InputStream> streams;
    std::vector<std::int64_t> labels;               ///< by sample; empty when unlabelled; offset added
    std::shared_ptr<const Annotations> annotations; ///< null when there are none
    TargetInfo target;
    TensorMap fixed; ///< inputs that are the same in every sample
    Feedback feedback;
    std::vector<TensorMap> states; ///< by sample: inputs that the one before it gave; empty without feedback
};

/// The inputs of a sample but those that the one before it gives.
TensorMap loadStreams(const DatasetContent& content, std::int64_t index);

/// Some samples of a data set.
class SplitSamples : public Samples
{
public:
    SplitSamples(std::shared_ptr<const DatasetContent> content, std::vector<std::int64_t> indices);

    std::int64_t size() const override { return static_cast<std::int64_t>(m_indices.size()); }
    std::string id(std::int64_t index) const override { return first().source->id(at(index)); }
    TensorMap load(std::int64_t index) const override;
    std::optional<std::int64_t> label(std::int64_t index) const override;
    Tensor target(std::int64_t index) const override;
    TargetInfo targetInfo() const override { return m_content->target; }
    const Feedback& feedback() const override { return m_content->feedback; }
    bool follows(std::int64_t index) const override { return index > 0 && at(index) == at(index - 1) + 1; }
    std::optional<Image> preview(std::int64_t index) const override;

private:
    const InputStream& first() const { return m_content->streams.front(); }
    std::int64_t at(std::int64_t index) const { return m_indices.at(static_cast<std::size_t>(index)); }

    std::shared_ptr<const DatasetContent> m_content;
    std::vector<std::int64_t> m_indices;
};

} // namespace lathe
