// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of depthwise convolutions against plain sums that are requantized by the loop of all other kernels.
#include "core/runtime/depthwise_rows.h"

#include <QtTest>

#include "core/runtime/simd.h"
#include "tests/core/runtime/byte_numbers.h"

using namespace lathe;
using namespace lathe::test;

namespace {

struct Numbers : RequantizationNumbers
{
    std::vector<std::uint8_t> image;
    std::vector<std::int8_t> weights;
    std::uint8_t inputZero = 0;
};

Numbers numbersFor(const DepthwiseSizes& sizes, unsigned seed)
{
    std::mt19937 generator(seed);
    Numbers numbers;
    numbers.image = uniform<std::uint8_t>(generator, sizes.inputBytes(), 0, 255);
    numbers.weights =
        uniform<std::int8_t>(generator, sizes.channels * sizes.kernelRows * sizes.kernelColumns, -128, 127);
    numbers.draw(generator, sizes.channels, seed);
    numbers.inputZero = static_cast<std::uint8_t>(seed * 37 % 256);
    return numbers;
}

std::int32_t plainSum(const DepthwiseSizes& s, const Numbers& numbers, std::int64_t row, std::int64_t column,
                      std::int64_t channel)
{
    std::int32_t sum = 0;
    for (std::int64_t r = 0; r < s.kernelRows; ++r)
        for (std::int64_t c = 0; c < s.kernelColumns; ++c) {
            const std::int64_t y = row * s.strideRows - s.padTop + r * s.dilationRows;
            const std::int64_t x = column * s.strideColumns - s.padLeft + c * s.dilationColumns;
            const bool inside = y >= 0 && y < s.inRows && x >= 0 && x < s.inColumns;
            const std::uint8_t code =
                inside ? numbers.image[static_cast<std::size_t>((y * s.inColumns + x) * s.channels + channel)]
                       : numbers.inputZero;
            sum +=
                code *
                numbers.weights[static_cast<std::size_t>((channel * s.kernelRows + r) * s.kernelColumns + c)];
        }
    return sum;
}

std::vector<std::uint8_t> plainRow(const DepthwiseSizes& sizes, const Numbers& numbers, std::int64_t row)
{
    std::vector<std::int32_t> sums;
    for (std::int64_t column = 0; column < sizes.outColumns; ++column)
        for (std::int64_t channel = 0; channel < sizes.channels; ++channel)
            sums.push_back(plainSum(sizes, numbers, row, column, channel));
    std::vector<std::uint8_t> codes(sums.size());
    requantizeToBytes(sums.data(), codes.data(), sizes.outColumns, numbers.how());
    return codes;
}

/// Behind the row's bytes stand others, which must stay as they are.
void compareAllRows(const DepthwiseSizes& sizes, const Numbers& numbers)
{
    std::string reason;
    if (!DepthwiseRows::takes(sizes, reason))
        QSKIP(qPrintable(QString::fromStdString(reason)));
    const std::vector<std::uint32_t> packed = DepthwiseRows::pack(sizes, numbers.weights);
    const DepthwiseRows rows(sizes, packed, numbers.how(), numbers.inputZero);
    const auto length = static_cast<std::size_t>(sizes.outColumns * sizes.channels);
    for (std::int64_t row = 0; row < sizes.outRows; ++row) {
        std::vector<std::uint8_t> actual(length + 64, 99), expected = plainRow(sizes, numbers, row);
        expected.resize(length + 64, 99);
        rows.run(numbers.image.data(), row, actual.data());
        QCOMPARE(actual, expected);
    }
}

DepthwiseSizes square(std::int64_t channels, std::int64_t side, std::int64_t kernel, std::int64_t stride,
                      std::int64_t dilation, std::int64_t pad)
{
    const std::int64_t out = (side + 2 * pad - (kernel - 1) * dilation - 1) / stride + 1;
    return {channels, side, side, out, out, kernel, kernel, stride, stride, dilation, dilation, pad, pad};
}

}

class TstDepthwiseRows : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { limitSimdLevel(SimdLevel::avx512); }
    void everyCountOfChannels();
    void windows_data();
    void windows();
    void longRows();
    void valuesBeyondIntegersAreClamped();
    void refusesWhatDoesNotFit();
};

void TstDepthwiseRows::everyCountOfChannels()
{
    for (std::int64_t channels = 1; channels < 150; ++channels)
        for (const std::int64_t stride : {1, 2}) {
            const DepthwiseSizes sizes = square(channels, 9, 3, stride, 1, 1);
            compareAllRows(sizes, numbersFor(sizes, static_cast<unsigned>(channels)));
        }
}

void TstDepthwiseRows::windows_data()
{
    QTest::addColumn<DepthwiseSizes>("sizes");
    QTest::newRow("one tap") << square(70, 6, 1, 1, 1, 0);
    QTest::newRow("two by two") << square(70, 6, 2, 2, 1, 0);
    QTest::newRow("five by five") << square(83, 11, 5, 1, 1, 2);
    QTest::newRow("seven by seven, strided") << square(83, 17, 7, 2, 1, 3);
    QTest::newRow("dilated") << square(83, 13, 3, 1, 3, 3);
    QTest::newRow("more padding than image") << square(64, 2, 3, 1, 2, 4);
    QTest::newRow("one output") << square(96, 3, 3, 1, 1, 0);
    QTest::newRow("sixteen rows by one") << DepthwiseSizes{80, 20, 7, 5, 7, 16, 1, 1, 1, 1, 1, 0, 0};
    QTest::newRow("steps differ") << DepthwiseSizes{80, 12, 15, 4, 6, 3, 4, 3, 2, 1, 1, 0, 1};
}

void TstDepthwiseRows::windows()
{
    QFETCH(DepthwiseSizes, sizes);
    for (unsigned seed = 1; seed <= 3; ++seed)
        compareAllRows(sizes, numbersFor(sizes, seed));
}

void TstDepthwiseRows::longRows()
{
    for (const std::int64_t stride : {1, 2, 3}) {
        const std::int64_t out = (700 + 2 - 3) / stride + 1;
        const DepthwiseSizes sizes{100, 4, 700, 4, out, 3, 3, 1, stride, 1, 1, 1, 1};
        compareAllRows(sizes, numbersFor(sizes, 5));
    }
}

void TstDepthwiseRows::valuesBeyondIntegersAreClamped()
{
    const DepthwiseSizes sizes = square(80, 5, 3, 1, 1, 1);
    Numbers numbers = numbersFor(sizes, 9);
    for (float& multiplier : numbers.multiplier)
        multiplier = 1e6F;
    compareAllRows(sizes, numbers);
}

void TstDepthwiseRows::refusesWhatDoesNotFit()
{
    std::string reason;
    QVERIFY(!DepthwiseRows::takes({64, 40, 9, 1, 7, 40, 3, 1, 1, 1, 1, 0, 0}, reason));
    QVERIFY(!reason.empty());
    limitSimdLevel(SimdLevel::avx2);
    QVERIFY(!DepthwiseRows::takes(square(64, 9, 3, 1, 1, 1), reason));
}

QTEST_GUILESS_MAIN(TstDepthwiseRows)
#include "tst_depthwise_rows.moc"
