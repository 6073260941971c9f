// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/calibration/bit_counter.h"
#include "core/calibration/channel_moments.h"
#include "core/calibration/statistics.h"

namespace lathe {

/// A tensor that statistics are collected of.
struct WatchedTensor
{
    std::string value;
    int channelAxis = 1;
};

/// Joins what workers see, in sample order, so that sums have the same bits for any number of workers.
class StatisticsCollector
{
public:
    /// What one sample showed of every watched tensor.
    struct SampleResult
    {
        struct Tensor
        {
            bool seen = false;
            Shape shape;
            Moments moments;
            ChannelMoments channels; ///< where not seen, of an earlier sample
            bool channelsVary = false; ///< their number changed from look to look
        };
        std::vector<Tensor> tensors;
    };

    /// `window`: how far workers may run ahead of the oldest sample that is not in yet.
    StatisticsCollector(const std::vector<WatchedTensor>& watched, std::int64_t window, HistogramSampling sampling = {});

    /// With the memory of one that was merged, where there is one.
    SampleResult emptyResult();
    /// A tensor of a sample, row-major or with axis 1 innermost.
    struct Seen
    {
        std::size_t tensor = 0;
        std::int64_t sample = 0;
        const Shape& shape;
        std::span<const float> values;
        bool channelsLast = false;
    };

    /// What one worker counted and did not hand in yet.
    struct Counters
    {
        std::vector<BitCounter> tensors;
        CountQueue queue; ///< of one of them: what the scan so far left to the next one
    };
    Counters counters() const { return {std::vector<BitCounter>(m_entries.size()), {}}; }

    /// Scans a tensor: its counts go to the worker's counters, moments to `result`. What a sample shows
    /// several times (a body that runs again) adds up.
    void look(const Seen& seen, Counters& counters, SampleResult& result);
    /// Adds a worker's counts to the histograms; their order does not matter.
    void takeCounts(Counters& counters);
    /// Hands in a finished sample; waits while it is too far ahead. Samples are 0, 1, 2 ... without gaps.
    void deliver(std::int64_t sample, std::string id, SampleResult result);
    /// Wakes all waiting workers for good: one of them failed.
    void abandon();

    /// What is known so far, without digests and times. Tensors that no sample showed are left out; histograms hold what
    /// takeCounts() brought.
    Statistics snapshot();

private:
    struct Entry
    {
        TensorStatistics statistics; ///< histogram under `mutex`, the rest under m_mutex; its channels stand beside it
        ChannelMoments channels;
        bool seen = false;
        bool channelsVary = false; ///< the tensor has no channels that could be told apart over all samples
        std::mutex mutex;
    };
    struct Pending
    {
        std::string id;
        SampleResult result;
    };

    static void joinLooks(SampleResult::Tensor& tensor, const Moments& before, ChannelMoments channels);
    void merge(std::int64_t sample, const Pending& pending);
    void takeCounts(std::size_t tensor, BitCounter& counter);

    std::vector<std::unique_ptr<Entry>> m_entries;
    std::int64_t m_window;
    HistogramSampling m_sampling;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<std::int64_t, Pending> m_pending;
    std::vector<SampleResult> m_merged; ///< their memory serves again
    std::vector<std::string> m_sampleIds;
    std::int64_t m_next = 0;
    bool m_abandoned = false;
};

} // namespace lathe
