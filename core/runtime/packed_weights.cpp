// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/packed_weights.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <vector>

namespace lathe {

bool Packing::operator==(const Packing& other) const
{
    return plain == other.plain && wanted == other.wanted && factor == other.factor &&
           transposed == other.transposed && order == other.order;
}

namespace {

std::atomic<std::size_t> packings = 0;

/// Weights as the model has them: by the address of their source, which they keep.
struct ByAddress
{
    using Key = const std::byte*;
    static Key keyOf(const Tensor& tensor) { return tensor.bytes().data(); }
    static bool fits(const PackedWeights& weights, const Tensor& constant)
    {
        return weights.source.shape() == constant.shape();
    }
    static Tensor kept(const Tensor& constant) { return constant; }
};

/// Codes: by what they are.
struct ByContent
{
    using Key = Digest;
    static Key keyOf(const Tensor& tensor) { return tensor.digest(); }
    static bool fits(const PackedWeights&, const Tensor&) { return true; }
    static Tensor kept(const Tensor&) { return {}; }
};

/// Finds packed weights while somebody holds them.
template <typename By>
class Registry
{
public:
    std::shared_ptr<const PackedWeights> get(const Tensor& constant, const Packing& packing,
                                             FunctionRef<dnnl::memory()> pack)
    {
        const typename By::Key key = By::keyOf(constant);
        {
            const std::lock_guard lock(m_mutex);
            if (auto known = find(key, constant, packing))
                return known;
        }
        auto made = std::make_shared<const PackedWeights>(PackedWeights{pack(), By::kept(constant)});
        ++packings;
        const std::lock_guard lock(m_mutex);
        if (auto known = find(key, constant, packing))
            return known; // another thread brought it meanwhile
        forgetUnused();
        m_entries.emplace(key, Entry{packing, made});
        return made;
    }

private:
    struct Entry
    {
        Packing packing;
        std::weak_ptr<const PackedWeights> weights;
    };

    std::shared_ptr<const PackedWeights> find(const typename By::Key& key, const Tensor& constant,
                                              const Packing& packing)
    {
        const auto [first, last] = m_entries.equal_range(key);
        for (auto entry = first; entry != last; ++entry)
            if (entry->second.packing == packing)
                if (auto weights = entry->second.weights.lock(); weights && By::fits(*weights, constant))
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
    std::multimap<typename By::Key, Entry> m_entries;
    std::size_t m_kept = 0;
};

template <typename By>
Registry<By>& registry()
{
    static Registry<By> instance;
    return instance;
}

}

std::shared_ptr<const PackedWeights> sharedWeights(const Tensor& constant, const Packing& packing,
                                                   FunctionRef<dnnl::memory()> pack)
{
    return registry<ByAddress>().get(constant, packing, pack);
}

std::shared_ptr<const PackedWeights> sharedCodes(const Tensor& codes, const Packing& packing,
                                                 FunctionRef<dnnl::memory()> pack)
{
    return registry<ByContent>().get(codes, packing, pack);
}

std::shared_ptr<const PackedWeights> sharedFours(const Tensor& codes, Packing::Order order,
                                                 FunctionRef<std::vector<std::uint32_t>()> pack)
{
    using dnnl::memory;
    const memory::desc bytes({codes.elements()}, memory::data_type::s8, memory::format_tag::a);
    return sharedCodes(codes, {.plain = bytes, .wanted = bytes, .order = order}, [&] {
        const std::vector<std::uint32_t> fours = pack();
        memory packed(
            {{static_cast<std::int64_t>(fours.size())}, memory::data_type::s32, memory::format_tag::a},
            cpuEngine());
        std::ranges::copy(fours, static_cast<std::uint32_t*>(packed.get_data_handle()));
        return packed;
    });
}

std::span<const std::uint32_t> foursOf(const PackedWeights& weights)
{
    return {static_cast<const std::uint32_t*>(weights.memory.get_data_handle()),
            weights.memory.get_desc().get_size() / sizeof(std::uint32_t)};
}

std::size_t packingsMade()
{
    return packings;
}

}
