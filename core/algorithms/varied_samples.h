// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/option.h"
#include "core/data/samples.h"

namespace lathe {

/// "views": how often algorithms that learn from few pictures are shown each of them.
Option viewsOption(int byDefault);

/// Samples, and where they are pictures, all of them again, up to `views` times: mirrored left to right every
/// second time, and from the third time on parts of them, 35 to 100 % of their area, brought to the full
/// size.
class VariedSamples : public Samples
{
public:
    VariedSamples(const Samples& all, std::int64_t views);

    std::int64_t size() const override { return m_all.size() * m_views; }
    std::string id(std::int64_t index) const override { return m_all.id(at(index)); }
    TensorMap load(std::int64_t index) const override;
    std::optional<std::int64_t> label(std::int64_t index) const override { return m_all.label(at(index)); }
    Tensor target(std::int64_t index) const override { return m_all.target(at(index)); }
    TargetInfo targetInfo() const override { return m_all.targetInfo(); }
    const Feedback& feedback() const override { return m_all.feedback(); }
    bool follows(std::int64_t index) const override { return at(index) > 0 && m_all.follows(at(index)); }
    std::optional<Image> preview(std::int64_t index) const override { return m_all.preview(at(index)); }

private:
    std::int64_t at(std::int64_t index) const { return index % m_all.size(); }

    const Samples& m_all;
    std::int64_t m_views;
};

} // namespace lathe
