// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/calibration/statistics_io.h"

#include <bit>
#include <cstring>
#include <limits>

#include "core/base/error.h"

namespace lathe {

namespace {

constexpr std::uint32_t magic = 0x5453544CU; // "LTST"
constexpr std::uint64_t currentVersion = 3; // 2: histograms of a share of the elements; 3: two sums of powers
constexpr std::uint64_t mostShare = 1024;
constexpr std::uint64_t longestText = 1U << 16;
constexpr std::uint64_t highestRank = 16;
constexpr std::size_t mostTensors = 4096; // a histogram takes far more memory than bytes in the file

class Writer
{
public:
    void number(std::uint64_t value)
    {
        for (; value >= 0x80; value >>= 7)
            byte(static_cast<std::uint8_t>(value | 0x80));
        byte(static_cast<std::uint8_t>(value));
    }
    void signedNumber(std::int64_t value)
    { // small magnitudes stay short
        number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
    }
    template <typename T>
    void raw(T value)
    {
        static_assert(std::endian::native == std::endian::little);
        const auto* from = reinterpret_cast<const std::byte*>(&value);
        m_bytes.insert(m_bytes.end(), from, from + sizeof value);
    }
    void text(std::string_view value)
    {
        number(value.size());
        const auto bytes = asBytes(value);
        m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
    }
    void digest(const Digest& value)
    {
        for (const std::uint8_t part : value.bytes)
            byte(part);
    }
    Bytes take() { return std::move(m_bytes); }

private:
    void byte(std::uint8_t value) { m_bytes.push_back(static_cast<std::byte>(value)); }

    Bytes m_bytes;
};

class Reader
{
public:
    Reader(std::span<const std::byte> bytes, std::string_view where)
        : m_rest(bytes)
        , m_where(where)
    {
    }

    [[noreturn]] void fail(std::string_view reason) const
    {
        throw Error(ErrorCode::projectInvalid, m_where,
                    {{"reason", "its statistics " + std::string(reason)}});
    }
    std::uint64_t number()
    {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const auto part = std::to_integer<std::uint64_t>(take(1)[0]);
            if (shift == 63 && part > 1)
                break;
            value |= (part & 0x7F) << shift;
            if ((part & 0x80) == 0)
                return value;
        }
        fail("hold a number that is too long");
    }
    std::int64_t signedNumber()
    {
        const std::uint64_t value = number();
        return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }
    /// A count of things of at least `size` bytes each, which must still be there.
    std::size_t count(std::size_t size)
    {
        const std::uint64_t value = number();
        if (value > m_rest.size() / size)
            fail("end too early");
        return static_cast<std::size_t>(value);
    }
    std::int64_t nonNegative()
    {
        const std::uint64_t value = number();
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            fail("hold a count that is too large");
        return static_cast<std::int64_t>(value);
    }
    template <typename T>
    T raw()
    {
        T value;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }
    std::string text()
    {
        const std::uint64_t size = number();
        if (size > longestText)
            fail("hold a name that is too long");
        return std::string(asText(take(static_cast<std::size_t>(size))));
    }
    Digest digest()
    {
        Digest value;
        std::memcpy(value.bytes.data(), take(value.bytes.size()).data(), value.bytes.size());
        return value;
    }
    bool atEnd() const { return m_rest.empty(); }

private:
    std::span<const std::byte> take(std::size_t size)
    {
        if (size > m_rest.size())
            fail("end too early");
        const auto taken = m_rest.first(size);
        m_rest = m_rest.subspan(size);
        return taken;
    }

    std::span<const std::byte> m_rest;
    std::string m_where;
};

void writeMoments(Writer& out, const Moments& moments)
{
    out.number(static_cast<std::uint64_t>(moments.count));
    for (const double sum : {moments.sum, moments.sumSquares})
        out.raw(sum);
    out.raw(moments.minimum);
    out.raw(moments.maximum);
    for (const std::int64_t count : {moments.nans, moments.infinities})
        out.number(static_cast<std::uint64_t>(count));
}

/// Before version 3 there were third and fourth powers, and a number of zeros, which the histogram has too.
Moments readMoments(Reader& in, std::uint64_t version)
{
    Moments moments;
    moments.count = in.nonNegative();
    for (double* sum : {&moments.sum, &moments.sumSquares})
        *sum = in.raw<double>();
    for (int power = 3; version < 3 && power <= 4; ++power)
        in.raw<double>();
    moments.minimum = in.raw<float>();
    moments.maximum = in.raw<float>();
    if (version < 3)
        in.nonNegative();
    for (std::int64_t* count : {&moments.nans, &moments.infinities})
        *count = in.nonNegative();
    return moments;
}

constexpr std::size_t smallestMoments = 1 + 2 * 8 + 2 * 4 + 2;

void writeHistogram(Writer& out, const BitHistogram& histogram)
{
    const auto& bins = histogram.occupied();
    out.number(bins.size());
    int last = 0;
    for (const auto& [bin, count] : bins) {
        out.number(static_cast<std::uint64_t>(bin - last));
        out.number(count);
        last = bin;
    }
}

BitHistogram readHistogram(Reader& in)
{
    BitHistogram histogram;
    std::uint64_t bin = 0;
    const std::size_t bins = in.count(2);
    for (std::size_t i = 0; i < bins; ++i) {
        const std::uint64_t step = in.number();
        if ((i > 0 && step == 0) || step >= BitHistogram::binCount || bin + step >= BitHistogram::binCount)
            in.fail("hold a histogram bin that does not exist");
        bin += step;
        const std::uint64_t amount = in.number();
        if (amount == 0 || amount > (std::uint64_t{1} << 62) - histogram.total())
            in.fail("hold an impossible count");
        histogram.addCount(static_cast<int>(bin), amount);
    }
    return histogram;
}

Shape readShape(Reader& in)
{
    const std::size_t rank = in.count(1);
    if (rank > highestRank)
        in.fail("hold a shape of too many dimensions");
    std::vector<std::int64_t> dims;
    for (std::size_t i = 0; i < rank; ++i)
        dims.push_back(in.nonNegative());
    return Shape(std::move(dims));
}

void writeTensor(Writer& out, const TensorStatistics& tensor)
{
    out.text(tensor.value);
    out.number(static_cast<std::uint64_t>(tensor.shape.rank()));
    for (const std::int64_t dim : tensor.shape)
        out.number(static_cast<std::uint64_t>(dim));
    out.signedNumber(tensor.channelAxis);
    writeMoments(out, tensor.moments);
    writeHistogram(out, tensor.histogram);
    out.number(tensor.channels.size());
    for (const Moments& channel : tensor.channels)
        writeMoments(out, channel);
    out.number(tensor.samples.size());
    for (const SampleExtremes& sample : tensor.samples) {
        out.raw(sample.minimum);
        out.raw(sample.maximum);
    }
    out.signedNumber(tensor.minimumSample);
    out.signedNumber(tensor.maximumSample);
}

std::int64_t readSampleIndex(Reader& in, std::size_t samples)
{
    const std::int64_t index = in.signedNumber();
    if (index < -1 || index >= static_cast<std::int64_t>(samples))
        in.fail("name a sample that does not exist");
    return index;
}

TensorStatistics readTensor(Reader& in, std::size_t samples, std::uint64_t version)
{
    TensorStatistics tensor;
    tensor.value = in.text();
    tensor.shape = readShape(in);
    const std::int64_t axis = in.signedNumber();
    if (axis < -1 || axis > static_cast<std::int64_t>(highestRank))
        in.fail("hold an impossible channel axis");
    tensor.channelAxis = static_cast<int>(axis);
    tensor.moments = readMoments(in, version);
    tensor.histogram = readHistogram(in);
    tensor.channels.resize(in.count(smallestMoments));
    for (Moments& channel : tensor.channels)
        channel = readMoments(in, version);
    tensor.samples.resize(in.count(2 * sizeof(float)));
    if (tensor.samples.size() != samples)
        in.fail("do not fit the number of samples");
    for (SampleExtremes& sample : tensor.samples) {
        sample.minimum = in.raw<float>();
        sample.maximum = in.raw<float>();
    }
    tensor.minimumSample = readSampleIndex(in, samples);
    tensor.maximumSample = readSampleIndex(in, samples);
    return tensor;
}

} // namespace

Bytes writeStatistics(const Statistics& statistics)
{
    Writer out;
    out.raw(magic);
    out.number(currentVersion);
    out.digest(statistics.graph);
    out.digest(statistics.data);
    out.number(statistics.sampleIds.size());
    for (const std::string& id : statistics.sampleIds)
        out.text(id);
    out.number(static_cast<std::uint64_t>(statistics.histogramShare));
    out.number(statistics.histogramSeed);
    out.number(statistics.tensors.size());
    for (const auto& [name, tensor] : statistics.tensors)
        writeTensor(out, tensor);
    return out.take();
}

Statistics readStatistics(std::span<const std::byte> bytes, std::string_view where)
{
    Reader in(bytes, where);
    if (bytes.size() < sizeof magic || in.raw<std::uint32_t>() != magic)
        in.fail("are of an unknown kind");
    const std::uint64_t version = in.number();
    if (version < 1 || version > currentVersion)
        throw Error(ErrorCode::projectNewer, std::string(where),
                    {{"version", "statistics " + std::to_string(version)}});
    Statistics statistics;
    statistics.graph = in.digest();
    statistics.data = in.digest();
    statistics.sampleIds.resize(in.count(1));
    for (std::string& id : statistics.sampleIds)
        id = in.text();
    if (version >= 2) {
        const std::uint64_t share = in.number();
        if (share < 1 || share > mostShare)
            in.fail("hold an impossible share");
        statistics.histogramShare = static_cast<int>(share);
        statistics.histogramSeed = in.number();
    }
    const std::size_t tensors = in.count(smallestMoments);
    if (tensors > mostTensors)
        in.fail("hold too many tensors");
    for (std::size_t i = 0; i < tensors; ++i) {
        TensorStatistics tensor = readTensor(in, statistics.sampleIds.size(), version);
        const std::string name = tensor.value;
        if (!statistics.tensors.emplace(name, std::move(tensor)).second)
            in.fail("name a tensor twice");
    }
    if (!in.atEnd())
        in.fail("go on after their end");
    return statistics;
}

} // namespace lathe
