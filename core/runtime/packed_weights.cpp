// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/packed_weights.h"

#include <atomic>
#include <map>
#include <mutex>
#include <vector>

namespace lathe {

bool Packing::operator==(const Packing& other) const
{
    return plain == other.plain && wanted == other.wanted && factor == other.factor &&
           transposed == other.transposed && winograd == other.winograd;
}

namespace {

std::atomic<std::size_t> packings = 0;

/// Finds packed weights by the address of their source while somebody holds them.
class Registry
{
public:
    std::shared_ptr<const PackedWeights> find(const Tensor& constant, const Packing& packing)
    {
        const std::lock_guard lock(m_mutex);
        return findLocked(constant, packing);
    }

    /// Returns what another thread brought meanwhile, or `made`.
    std::shared_ptr<const PackedWeights> add(std::shared_ptr<const PackedWeights> made,
                                             const Packing& packing)
    {
        const std::lock_guard lock(m_mutex);
        if (auto known = findLocked(made->source, packing))
            return known;
        forgetUnused();
        m_entries.emplace(addressOf(made->source), Entry{packing, made});
        return made;
    }

private:
    struct Entry
    {
        Packing packing;
        std::weak_ptr<const PackedWeights> weights;
    };

    static const std::byte* addressOf(const Tensor& tensor) { return tensor.bytes().data(); }

    std::shared_ptr<const PackedWeights> findLocked(const Tensor& constant, const Packing& packing)
    {
        const auto [first, last] = m_entries.equal_range(addressOf(constant));
        for (auto entry = first; entry != last; ++entry)
            if (entry->second.packing == packing)
                if (auto weights = entry->second.weights.lock();
                    weights && weights->source.shape() == constant.shape())
                    return weights;
        return nullptr;
    }

    /// Each time that the table has doubled.
    void forgetUnused()
    {
        if (m_entries.size() < 2 * m_kept + 64)
            return;
        std::erase_if(m_entries, [](const auto& entry) { return entry.second.weights.expired(); });
        m_kept = m_entries.size();
    }

    std::mutex m_mutex;
    std::multimap<const std::byte*, Entry> m_entries;
    std::size_t m_kept = 0;
};

Registry& registry()
{
    static Registry instance;
    return instance;
}

}

std::shared_ptr<const PackedWeights> sharedWeights(const Tensor& constant, const Packing& packing,
                                                   FunctionRef<dnnl::memory()> pack)
{
    if (auto known = registry().find(constant, packing))
        return known;
    auto made = std::make_shared<const PackedWeights>(PackedWeights{pack(), constant});
    ++packings;
    return registry().add(std::move(made), packing);
}

std::size_t packingsMade()
{
    return packings;
}

}
