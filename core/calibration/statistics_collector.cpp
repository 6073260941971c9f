// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/statistics_collector.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/calibration/tensor_scan.h"

namespace lathe {

namespace {

/// Of a sample that did not show the tensor: no range at all.
constexpr SampleExtremes nothingSeen{std::numeric_limits<float>::infinity(),
                                     -std::numeric_limits<float>::infinity()};

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

StatisticsCollector::StatisticsCollector(const std::vector<WatchedTensor>& watched, std::int64_t window,
                                         HistogramSampling sampling)
    : m_window(window)
    , m_sampling(sampling)
{
    for (const WatchedTensor& tensor : watched) {
        auto entry = std::make_unique<Entry>();
        entry->statistics.value = tensor.value;
        entry->statistics.channelAxis = tensor.channelAxis;
        m_entries.push_back(std::move(entry));
    }
}

StatisticsCollector::SampleResult StatisticsCollector::emptyResult()
{
    SampleResult result;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_merged.empty()) {
            result = std::move(m_merged.back());
            m_merged.pop_back();
        }
    }
    result.tensors.resize(m_entries.size());
    for (SampleResult::Tensor& tensor : result.tensors) {
        tensor.seen = false;
        tensor.channelsVary = false;
        tensor.shape = {};
        tensor.moments = {};
    }
    return result;
}

void StatisticsCollector::look(const Seen& seen, Counters& counters, SampleResult& result)
{
    const Entry& entry = *m_entries[seen.tensor];
    SampleResult::Tensor& tensor = result.tensors[seen.tensor];
    const bool again = tensor.seen; // the body that it stands in runs several times
    ChannelMoments before;
    if (again)
        std::swap(before, tensor.channels);
    const Moments sumBefore = std::exchange(tensor.moments, {});
    tensor.seen = true;
    tensor.shape = seen.shape;
    BitCounter& counter = counters.tensors[seen.tensor];
    if (counter.full(seen.values.size())) {
        counters.queue.drain();
        takeCounts(seen.tensor, counter);
    }
    const HistogramSampling sampling = m_sampling.of(seen.sample, seen.tensor);
    const auto behind = [&](std::size_t begin, std::size_t end, CountQueue& queue) {
        counter.choose(seen.values, begin, end, sampling, queue);
    };
    const Shape& shape = seen.shape;
    const int axis = entry.statistics.channelAxis;
    if (axis < 0 || axis >= shape.rank()) {
        tensor.channels.clear();
        tensor.moments = scanMoments(seen.values, behind, counters.queue);
    } else if (const std::int64_t channels = shape[axis]; seen.channelsLast) {
        tensor.moments = scanChannels(seen.values, channels == 0 ? 0 : shape.elements() / channels, channels, 1, tensor.channels,
                                      behind, counters.queue);
    } else {
        tensor.moments = scanChannels(seen.values, shape.elements(0, axis), channels, shape.elements(axis + 1, shape.rank()),
                                      tensor.channels, behind, counters.queue);
    }
    if (again)
        joinLooks(tensor, sumBefore, std::move(before));
}

/// Adds what an earlier look at the same tensor in the same sample gave.
void StatisticsCollector::joinLooks(SampleResult::Tensor& tensor, const Moments& before,
                                    ChannelMoments channels)
{
    Moments sum = before;
    sum.merge(tensor.moments);
    tensor.moments = sum;
    if (tensor.channelsVary || !channels.merge(tensor.channels))
        tensor.channelsVary = true;
    tensor.channels = std::move(channels);
}

void StatisticsCollector::takeCounts(std::size_t tensor, BitCounter& counter)
{
    Entry& entry = *m_entries[tensor];
    const std::lock_guard lock(entry.mutex);
    counter.emptyInto(entry.statistics.histogram);
}

void StatisticsCollector::takeCounts(Counters& counters)
{
    counters.queue.drain();
    for (std::size_t i = 0; i < counters.tensors.size(); ++i)
        takeCounts(i, counters.tensors[i]);
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
        m_merged.push_back(std::move(m_pending.begin()->second.result));
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
        Entry& entry = *m_entries[i];
        if (!seen.seen) {
            statistics.samples.push_back(nothingSeen);
            continue;
        }
        entry.seen = true;
        statistics.shape = seen.shape;
        if (!seen.channels.empty() && !entry.channelsVary &&
            (seen.channelsVary || !entry.channels.merge(seen.channels))) {
            entry.channelsVary = true;
            entry.channels.clear();
        }
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
    result.histogramShare = m_sampling.share;
    result.histogramSeed = m_sampling.share > 1 ? m_sampling.seed : 0;
    for (const auto& entry : m_entries) {
        const std::lock_guard entryLock(entry->mutex);
        if (entry->seen)
            result.tensors.emplace(entry->statistics.value, entry->statistics).first->second.channels = entry->channels.all();
    }
    return result;
}

} // namespace lathe
