// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include "core/data/image.h"
#include "core/data/resize.h"

namespace lathe {

/// Decoded pictures after their geometry steps, under a fixed memory budget, so that memory stays flat
/// however many samples there are. First come, first kept: every sample is visited equally often, so evicting
/// would only churn.
class PictureCache
{
public:
    explicit PictureCache(std::size_t budgetBytes = std::size_t{32} << 20)
        : m_left(budgetBytes)
    {
    }

    std::optional<Image> find(std::int64_t index) const
    {
        const std::scoped_lock lock(m_mutex);
        const auto found = m_pictures.find(index);
        return found == m_pictures.end() ? std::nullopt : std::optional<Image>(found->second);
    }

    /// The size that the picture had before its geometry steps; of every picture that was ever stored.
    std::optional<PictureSize> storedSize(std::int64_t index) const
    {
        const std::scoped_lock lock(m_mutex);
        const auto found = m_sizes.find(index);
        return found == m_sizes.end() ? std::nullopt : std::optional<PictureSize>(found->second);
    }

    void store(std::int64_t index, const Image& picture, PictureSize storedSize)
    {
        const std::scoped_lock lock(m_mutex);
        m_sizes.emplace(index, storedSize);
        if (picture.pixels.size() > m_left || m_pictures.contains(index))
            return;
        m_left -= picture.pixels.size();
        m_pictures.emplace(index, picture);
    }

private:
    mutable std::mutex m_mutex;
    std::map<std::int64_t, Image> m_pictures;
    std::map<std::int64_t, PictureSize> m_sizes;
    std::size_t m_left;
};

} // namespace lathe
