// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/machine_peak.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>

#include "core/runtime/kernel.h"
#include "core/runtime/onednn.h"

namespace lathe {

namespace {

using dnnl::memory;

constexpr memory::dim kSide = 256;        // of the product: its matrices lie in the second cache
constexpr int kTries = 40;                // the best one counts: others were disturbed by other programs
constexpr double kLeastSeconds = 0.001;   // of a try: short, so that some come between the disturbances
constexpr std::int64_t kGrain = 32 << 10;

/// Seconds of one `work`, the best of some tries, each long enough to be timed.
double bestSeconds(const std::function<void()>& work, const Control& control)
{
    using Clock = std::chrono::steady_clock;
    work();   // pages, caches and clocks
    double best = 0;
    std::int64_t rounds = 1;
    for (int attempt = 0; attempt < kTries;) {
        control.throwIfStopped();
        const auto start = Clock::now();
        for (std::int64_t i = 0; i < rounds; ++i)
            work();
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        if (seconds < kLeastSeconds) {
            rounds *= 2;
            continue;
        }
        const double one = seconds / static_cast<double>(rounds);
        best = attempt == 0 ? one : std::min(best, one);
        ++attempt;
    }
    return best;
}

memory::desc square(memory::data_type type)
{
    return memory::desc({kSide, kSide}, type, memory::format_tag::ab);
}

memory zeros(const memory::desc& desc)
{
    memory result(desc, cpuEngine());
    std::memset(result.get_data_handle(), 0, desc.get_size());
    return result;
}

/// 10^9 operations a second of a product.
double productRate(memory::data_type left, memory::data_type right, memory::data_type sum, const Control& control)
{
    const memory::desc a = square(left), b = square(right), c = square(sum);
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::matmul::primitive_desc description(cpuEngine(), a, b, c);
#else
    const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(a, b, c), cpuEngine());
#endif
    const dnnl::matmul product(description);
    dnnl::stream stream(cpuEngine());
    const memory source = zeros(a), weights = zeros(b), target = zeros(c);
    const double seconds = bestSeconds(
        [&] {
            product.execute(stream, {{DNNL_ARG_SRC, source}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, target}});
            stream.wait();
        },
        control);
    return 2.0 * static_cast<double>(kSide * kSide * kSide) / seconds * 1e-9;
}

double copyRate(std::int64_t workingSetBytes, const Control& control)
{
    const std::int64_t half = workingSetBytes / 2;
    const std::vector<char> source(static_cast<std::size_t>(half), 1);
    std::vector<char> target(static_cast<std::size_t>(half));
    const double seconds = bestSeconds(
        [&] {
            parallelRanges(half, kGrain, [&](std::int64_t begin, std::int64_t end) {
                std::memcpy(target.data() + begin, source.data() + begin, static_cast<std::size_t>(end - begin));
            });
        },
        control);
    return static_cast<double>(workingSetBytes) / seconds * 1e-9;
}

}

double MachinePeak::bandwidthFor(std::int64_t bytes) const
{
    for (const Bandwidth& bandwidth : bandwidths)
        if (bytes <= bandwidth.workingSetBytes)
            return bandwidth.gbPerSecond;
    return bandwidths.empty() ? 0 : bandwidths.back().gbPerSecond;
}

MachinePeak measurePeak(int threads, const Control& control)
{
    using Type = memory::data_type;
    MachinePeak peak;
    peak.threads = threads;
    // Small work is done faster by one thread than by several that wait for each other.
    for (const int used : {1, threads}) {
        const ThreadScope scope(used);
        peak.floatGflops = std::max(peak.floatGflops, productRate(Type::f32, Type::f32, Type::f32, control));
        peak.byteGops = std::max(peak.byteGops, productRate(Type::u8, Type::s8, Type::s32, control));
    }
    for (const std::int64_t bytes : {std::int64_t{64} << 10, std::int64_t{1} << 20, std::int64_t{8} << 20, std::int64_t{128} << 20}) {
        peak.bandwidths.push_back({bytes, 0});
        for (const int used : {1, threads}) {
            const ThreadScope scope(used);
            peak.bandwidths.back().gbPerSecond = std::max(peak.bandwidths.back().gbPerSecond, copyRate(bytes, control));
        }
    }
    return peak;
}

}
