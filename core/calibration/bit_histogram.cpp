// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "core/calibration/statistics.h"

namespace lathe {

namespace {

constexpr int droppedBits = 23 - BitHistogram::mantissaBits;
constexpr int zeroBin = BitHistogram::binCount / 2; // +0; -0 is the bin before it
constexpr std::uint32_t signKey = BitHistogram::binCount / 2;
constexpr std::uint32_t allKeys = BitHistogram::binCount - 1;
constexpr std::uint32_t firstNonFiniteKey = 255U << BitHistogram::mantissaBits;

std::uint32_t keyOf(float value)
{
    return std::bit_cast<std::uint32_t>(value) >> droppedBits;
}

/// Negative numbers run backwards by their bits.
int binOfKey(std::uint32_t key)
{
    return static_cast<int>(key & signKey ? key ^ allKeys : key ^ signKey);
}

bool isFiniteKey(std::uint32_t key)
{
    return (key & ~signKey) < firstNonFiniteKey;
}

bool holdsAny(std::span<const std::uint32_t> counts)
{
    std::uint32_t any = 0;
    for (const std::uint32_t count : counts)
        any |= count;
    return any != 0;
}

/// Position of a bin among those of its sign, counted from zero outwards.
std::uint32_t magnitudeKey(int bin)
{
    return static_cast<std::uint32_t>(bin >= zeroBin ? bin - zeroBin : zeroBin - 1 - bin);
}

float innerEdge(int bin)
{
    return std::bit_cast<float>(magnitudeKey(bin) << droppedBits);
}

float outerEdge(int bin)
{
    const std::uint32_t next = magnitudeKey(bin) + 1;
    return next >= firstNonFiniteKey ? std::numeric_limits<float>::max()
                                     : std::bit_cast<float>(next << droppedBits);
}

} // namespace

int BitHistogram::binOf(float value)
{
    return binOfKey(keyOf(value));
}

float BitHistogram::lowerEdge(int bin)
{
    return bin >= zeroBin ? innerEdge(bin) : -outerEdge(bin);
}

float BitHistogram::upperEdge(int bin)
{
    return bin >= zeroBin ? outerEdge(bin) : -innerEdge(bin);
}

float BitHistogram::center(int bin)
{
    if (bin == zeroBin || bin == zeroBin - 1)
        return 0;
    return static_cast<float>((double{lowerEdge(bin)} + double{upperEdge(bin)}) / 2);
}

void BitHistogram::add(std::span<const float> values)
{
    std::vector<std::uint32_t> counts(binCount);
    for (const float value : values)
        ++counts[keyOf(value)];
    addKeyCounts(counts);
}

void BitHistogram::addKeyCounts(std::span<const std::uint32_t> counts)
{
    std::vector<Bin> found;
    const auto add = [&](std::uint32_t key) {
        if (counts[key] != 0 && isFiniteKey(key))
            found.emplace_back(binOfKey(key), counts[key]);
    };
    // In the order of bins: negative keys backwards. Most blocks are empty.
    constexpr std::uint32_t block = 16;
    for (std::uint32_t end = binCount; end > signKey; end -= block)
        if (holdsAny(counts.subspan(end - block, block)))
            for (std::uint32_t key = end; key > end - block; --key)
                add(key - 1);
    for (std::uint32_t begin = 0; begin < signKey; begin += block)
        if (holdsAny(counts.subspan(begin, block)))
            for (std::uint32_t key = begin; key < begin + block; ++key)
                add(key);
    merge(found);
}

void BitHistogram::addCount(int bin, std::uint64_t count)
{
    if (count != 0)
        merge({{bin, count}});
}

void BitHistogram::merge(const BitHistogram& other)
{
    merge(other.m_bins);
}

void BitHistogram::merge(const std::vector<Bin>& more)
{
    for (const Bin& bin : more)
        m_total += bin.second;
    if (m_bins.empty() || more.empty() || m_bins.back().first < more.front().first) {
        m_bins.insert(m_bins.end(), more.begin(), more.end());
        return;
    }
    std::vector<Bin> sum;
    sum.reserve(m_bins.size() + more.size());
    auto here = m_bins.begin();
    for (const Bin& bin : more) {
        for (; here != m_bins.end() && here->first < bin.first; ++here)
            sum.push_back(*here);
        sum.push_back(bin);
        if (here != m_bins.end() && here->first == bin.first)
            sum.back().second += (here++)->second;
    }
    sum.insert(sum.end(), here, m_bins.end());
    m_bins = std::move(sum);
}

std::uint64_t BitHistogram::count(int bin) const
{
    const auto found = std::lower_bound(m_bins.begin(), m_bins.end(), Bin{bin, 0});
    return found != m_bins.end() && found->first == bin ? found->second : 0;
}

double BitHistogram::zeroShare() const
{
    return m_total == 0
               ? 0
               : static_cast<double>(count(zeroBin) + count(zeroBin - 1)) / static_cast<double>(m_total);
}

double BitHistogram::excessKurtosis() const
{
    double mean = 0;
    for (const auto& [bin, amount] : m_bins)
        mean += double{center(bin)} * static_cast<double>(amount) / static_cast<double>(m_total);
    double second = 0, fourth = 0;
    for (const auto& [bin, amount] : m_bins) {
        const double square = (double{center(bin)} - mean) * (double{center(bin)} - mean);
        second += square * static_cast<double>(amount) / static_cast<double>(m_total);
        fourth += square * square * static_cast<double>(amount) / static_cast<double>(m_total);
    }
    return m_bins.size() > 1 && second > 0 ? fourth / (second * second) - 3 : 0;
}

float BitHistogram::quantile(double p) const
{
    if (m_total == 0)
        return 0;
    const double wanted = std::clamp(p, 0.0, 1.0) * static_cast<double>(m_total);
    std::uint64_t below = 0;
    int last = zeroBin;
    for (const auto& [bin, amount] : m_bins) {
        below += amount;
        last = bin;
        if (static_cast<double>(below) >= wanted)
            break;
    }
    return last == zeroBin || last == zeroBin - 1 ? 0 : upperEdge(last);
}

std::vector<double> BitHistogram::rebin(float low, float high, int bins) const
{
    std::vector<double> result(static_cast<std::size_t>(bins), 0.0);
    const double width = (double{high} - double{low}) / bins;
    if (!(width > 0)) {
        result[0] = static_cast<double>(m_total);
        return result;
    }
    const auto slot = [&](double position) {
        return static_cast<int>(std::clamp(std::floor(position), 0.0, double(bins - 1)));
    };
    for (const auto& [bin, amount] : m_bins) {
        const bool zero = center(bin) == 0;
        const double from = ((zero ? 0.0 : double{lowerEdge(bin)}) - double{low}) / width;
        const double to = ((zero ? 0.0 : double{upperEdge(bin)}) - double{low}) / width;
        const int first = slot(from);
        const int last = slot(to);
        if (first == last) {
            result[static_cast<std::size_t>(first)] += static_cast<double>(amount);
            continue;
        }
        const double density = static_cast<double>(amount) / (to - from);
        for (int i = first; i <= last; ++i) {
            const double left = i == 0 ? from : std::max(from, double(i));
            const double right = i == bins - 1 ? to : std::min(to, double(i + 1));
            result[static_cast<std::size_t>(i)] += density * std::max(0.0, right - left);
        }
    }
    return result;
}

} // namespace lathe
