// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "core/data/samples.h"

namespace lathe::test {

/// Samples that a test makes up: tensors alone. What is left to say is load().
class UnlabelledSamples : public Samples
{
public:
    explicit UnlabelledSamples(std::int64_t count) : m_count(count) {}

    std::int64_t size() const override { return m_count; }
    std::string id(std::int64_t index) const override { return std::to_string(index); }
    std::optional<std::int64_t> label(std::int64_t) const override { return std::nullopt; }
    Tensor target(std::int64_t) const override { return {}; }
    TargetInfo targetInfo() const override { return {}; }
    std::optional<Image> preview(std::int64_t) const override { return std::nullopt; }

private:
    std::int64_t m_count;
};

}
