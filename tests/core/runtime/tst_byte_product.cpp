// SPDX-License-Identifier: GPL-3.0-or-later
// Products of bytes against plain sums that are requantized by the loop of all other kernels.
#include "core/runtime/byte_product.h"

#include <QtTest>

#include "core/runtime/simd.h"
#include "tests/core/runtime/byte_numbers.h"

using namespace lathe;
using namespace lathe::test;

namespace {

struct Problem : RequantizationNumbers
{
    std::int64_t depth = 0, channels = 0, rows = 0, stride = 0;
    std::vector<std::uint8_t> codes;
    std::vector<std::int8_t> weights;
};

/// Rows overlap where `stride` is less than a row.
Problem problemOf(std::int64_t rows, std::int64_t depth, std::int64_t channels, std::int64_t stride)
{
    const auto seed = static_cast<unsigned>(rows * 7 + depth * 3 + channels);
    std::mt19937 generator(seed);
    Problem problem;
    problem.depth = depth;
    problem.channels = channels;
    problem.rows = rows;
    problem.stride = stride;
    problem.codes = uniform<std::uint8_t>(generator, (rows - 1) * stride + (depth + 3) / 4 * 4, 0, 255);
    problem.weights = uniform<std::int8_t>(generator, channels * depth, -128, 127);
    problem.draw(generator, channels, seed);
    return problem;
}

std::vector<std::uint8_t> plain(const Problem& problem)
{
    std::vector<std::int32_t> sums;
    for (std::int64_t r = 0; r < problem.rows; ++r)
        for (std::int64_t c = 0; c < problem.channels; ++c) {
            std::int32_t sum = 0;
            for (std::int64_t k = 0; k < problem.depth; ++k)
                sum += problem.codes[static_cast<std::size_t>(r * problem.stride + k)] *
                       problem.weights[static_cast<std::size_t>(c * problem.depth + k)];
            sums.push_back(sum);
        }
    std::vector<std::uint8_t> codes(sums.size());
    requantizeToBytes(sums.data(), codes.data(), problem.rows, problem.how());
    return codes;
}

/// Behind the results stand other bytes, which must stay as they are.
void compare(const Problem& problem)
{
    std::string reason;
    if (!ByteProduct::takes(reason))
        QSKIP(qPrintable(QString::fromStdString(reason)));
    const std::vector<std::uint32_t> packed =
        ByteProduct::pack(problem.channels, problem.depth, problem.weights);
    const ByteProduct product(problem.depth, packed, problem.how());
    std::vector<std::uint8_t> expected = plain(problem);
    std::vector<std::uint8_t> actual(expected.size() + 64, 99);
    expected.resize(actual.size(), 99);
    product.run(problem.codes.data(), problem.stride, problem.rows, actual.data());
    QCOMPARE(actual, expected);
}

}

class TstByteProduct : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { limitSimdLevel(SimdLevel::avx512); }
    void everyCountOfChannels();
    void everyCountOfRows();
    void everyDepth();
    void rowsMayOverlap();
    void valuesBeyondIntegersAreClamped();
    void refusesOtherProcessors();
};

void TstByteProduct::everyCountOfChannels()
{
    for (std::int64_t channels = 1; channels < 150; ++channels)
        compare(problemOf(13, 20, channels, 20));
}

void TstByteProduct::everyCountOfRows()
{
    for (std::int64_t rows = 1; rows < 220; ++rows)
        for (const std::int64_t channels : {16, 32, 64, 120})
            compare(problemOf(rows, 8, channels, 8));
}

void TstByteProduct::everyDepth()
{
    for (std::int64_t depth = 1; depth < 70; ++depth)
        compare(problemOf(9, depth, 83, (depth + 3) / 4 * 4));
}

void TstByteProduct::rowsMayOverlap()
{
    for (const std::int64_t stride : {1, 3, 4, 9, 40})
        compare(problemOf(50, 27, 83, stride));
}

void TstByteProduct::valuesBeyondIntegersAreClamped()
{
    Problem problem = problemOf(20, 32, 83, 32);
    for (float& multiplier : problem.multiplier)
        multiplier = 1e6F;
    compare(problem);
}

void TstByteProduct::refusesOtherProcessors()
{
    std::string reason;
    limitSimdLevel(SimdLevel::avx2);
    QVERIFY(!ByteProduct::takes(reason));
    QVERIFY(!reason.empty());
}

QTEST_GUILESS_MAIN(TstByteProduct)
#include "tst_byte_product.moc"
