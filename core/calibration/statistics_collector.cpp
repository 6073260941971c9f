// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/statistics_collector.h"

#include <algorithm>
#include <utility>

namespace lathe {

namespace {

void mergeChannels(std::vector<Moments>& into, const std::vector<Moments>& from)
{
    if (into.empty())
        into.resize(from.size());
    if (into.size() != from.size())
        throw Error(ErrorCode::internal, "statistics",
                    {{"what", "a tensor's channel count changed between samples"}});
    for (std::size_t c = 0; c < from.size(); ++c)
        into[c].merge(from[c]);
}

/// Sets extremes and the samples that set them; the first sample wins a tie.
void mergeSample(TensorStatistics& statistics, const Moments& moments, std::int64_t sample)
{
    const bool first = statistics.moments.count == 0;
    if (moments.count > 0 && (first || moments.minimum < statistics.moments.minimum))
        statistics.minimumSample = sample;
    if (moments.count > 0 && (first || moments.maximum > statistics.moments.maximum))
        statistics.maximumSample = sample;
    statistics.samples.push_back({moments.minimum, moments.maximum});
    statistics.moments.merge(moments);
}

} // namespace

StatisticsCollector::StatisticsCollector(const std::vector<WatchedTensor>& watched, std::int64_t window)
    : m_window(window)
{
    for (const WatchedTensor& tensor : watched) {
        auto entry = std::make_unique<Entry>();
        entry->statistics.value = tensor.value;
        entry->statistics.channelAxis = tensor.channelAxis;
        m_entries.push_back(std::move(entry));
    }
}

StatisticsCollector::SampleResult StatisticsCollector::emptyResult() const
{
    SampleResult result;
    result.tensors.resize(m_entries.size());
    return result;
}

void StatisticsCollector::look(std::size_t tensor, const Shape& shape, std::span<const float> values,
                               BitCounter& counter, SampleResult& result)
{
    Entry& entry = *m_entries[tensor];
    SampleResult::Tensor& seen = result.tensors[tensor];
    seen.seen = true;
    seen.shape = shape;
    const int axis = entry.statistics.channelAxis;
    if (axis >= 0 && axis < shape.rank()) {
        scanChannels(values, shape.elements(0, axis), shape[axis], shape.elements(axis + 1, shape.rank()),
                     seen.channels);
        for (const Moments& channel : seen.channels)
            seen.moments.merge(channel);
    } else {
        seen.moments = scanMoments(values);
    }
    if (values.size() < BitCounter::worthwhile) {
        const std::lock_guard lock(entry.mutex);
        entry.statistics.histogram.add(values);
        return;
    }
    constexpr std::size_t piece = std::size_t{1} << 31;
    for (; !values.empty(); values = values.subspan(std::min(piece, values.size()))) {
        counter.count(values.first(std::min(piece, values.size())));
        const std::lock_guard lock(entry.mutex);
        counter.emptyInto(entry.statistics.histogram);
    }
}

void StatisticsCollector::deliver(std::int64_t sample, std::string id, SampleResult result)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [&] { return m_abandoned || sample < m_next + m_window; });
    if (m_abandoned)
        return;
    m_pending.emplace(sample, Pending{std::move(id), std::move(result)});
    while (!m_pending.empty() && m_pending.begin()->first == m_next) {
        merge(m_next, m_pending.begin()->second);
        m_pending.erase(m_pending.begin());
        ++m_next;
    }
    m_changed.notify_all();
}

void StatisticsCollector::merge(std::int64_t sample, const Pending& pending)
{
    m_sampleIds.push_back(pending.id);
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        TensorStatistics& statistics = m_entries[i]->statistics;
        const SampleResult::Tensor& seen = pending.result.tensors[i];
        m_entries[i]->seen = m_entries[i]->seen || seen.seen;
        statistics.shape = seen.shape;
        if (!seen.channels.empty())
            mergeChannels(statistics.channels, seen.channels);
        mergeSample(statistics, seen.moments, sample);
    }
}

void StatisticsCollector::abandon()
{
    const std::lock_guard lock(m_mutex);
    m_abandoned = true;
    m_changed.notify_all();
}

Statistics StatisticsCollector::snapshot()
{
    const std::lock_guard lock(m_mutex);
    Statistics result;
    result.sampleIds = m_sampleIds;
    for (const auto& entry : m_entries) {
        const std::lock_guard entryLock(entry->mutex);
        if (entry->seen)
            result.tensors.emplace(entry->statistics.value, entry->statistics);
    }
    return result;
}

} // namespace lathe
