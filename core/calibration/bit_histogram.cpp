// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

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
    if (values.empty())
        return;
    if (m_counts.empty())
        m_counts.resize(binCount);
    for (const float value : values) {
        const std::uint32_t key = keyOf(value);
        if (!isFiniteKey(key))
            continue;
        ++m_counts[static_cast<std::size_t>(binOfKey(key))];
        ++m_total;
    }
}

void BitHistogram::addKeyCounts(std::span<const std::uint32_t> counts)
{
    if (m_counts.empty())
        m_counts.resize(binCount);
    for (std::uint32_t key = 0; key < binCount; ++key) {
        if (counts[key] == 0 || !isFiniteKey(key))
            continue;
        m_counts[static_cast<std::size_t>(binOfKey(key))] += counts[key];
        m_total += counts[key];
    }
}

void BitHistogram::addCount(int bin, std::uint64_t count)
{
    if (count == 0)
        return;
    if (m_counts.empty())
        m_counts.resize(binCount);
    m_counts[static_cast<std::size_t>(bin)] += count;
    m_total += count;
}

void BitHistogram::merge(const BitHistogram& other)
{
    if (other.m_counts.empty())
        return;
    if (m_counts.empty())
        m_counts.resize(binCount);
    for (std::size_t i = 0; i < binCount; ++i)
        m_counts[i] += other.m_counts[i];
    m_total += other.m_total;
}

std::uint64_t BitHistogram::count(int bin) const
{
    return m_counts.empty() ? 0 : m_counts[static_cast<std::size_t>(bin)];
}

double BitHistogram::zeroShare() const
{
    return m_total == 0 ? 0 : static_cast<double>(count(zeroBin) + count(zeroBin - 1)) / static_cast<double>(m_total);
}

double BitHistogram::excessKurtosis() const
{
    const auto bins = occupied();
    double mean = 0;
    for (const auto& [bin, amount] : bins)
        mean += double{center(bin)} * static_cast<double>(amount) / static_cast<double>(m_total);
    double second = 0, fourth = 0;
    for (const auto& [bin, amount] : bins) {
        const double square = (double{center(bin)} - mean) * (double{center(bin)} - mean);
        second += square * static_cast<double>(amount) / static_cast<double>(m_total);
        fourth += square * square * static_cast<double>(amount) / static_cast<double>(m_total);
    }
    return bins.size() > 1 && second > 0 ? fourth / (second * second) - 3 : 0;
}

std::vector<std::pair<int, std::uint64_t>> BitHistogram::occupied() const
{
    std::vector<std::pair<int, std::uint64_t>> bins;
    for (std::size_t i = 0; i < m_counts.size(); ++i)
        if (m_counts[i] != 0)
            bins.emplace_back(static_cast<int>(i), m_counts[i]);
    return bins;
}

float BitHistogram::quantile(double p) const
{
    if (m_total == 0)
        return 0;
    const double wanted = std::clamp(p, 0.0, 1.0) * static_cast<double>(m_total);
    std::uint64_t below = 0;
    int last = zeroBin;
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        if (m_counts[i] == 0)
            continue;
        below += m_counts[i];
        last = static_cast<int>(i);
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
    for (const auto& [bin, amount] : occupied()) {
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
