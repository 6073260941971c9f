// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/winograd.h"

#include <random>

#include "core/runtime/simd.h"
#include "tests/core/runtime/runtime_support.h"

using namespace lathe;
using namespace lathe::test;

namespace {

std::vector<float> integers(std::int64_t count, int most, unsigned seed)
{
    std::mt19937 random(seed);
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values)
        value = static_cast<float>(static_cast<int>(random() % static_cast<unsigned>(2 * most + 1)) - most);
    return values;
}

/// The convolution, tile by tile in blocks of `room`, with products in double.
std::vector<float> convolve(const WinogradShape& shape, const std::vector<float>& input, const std::vector<float>& weights,
                            const WinogradFinish& finish, std::int64_t room)
{
    const std::vector<float> packed = winogradWeights(weights, shape.outChannels, shape.inChannels);
    std::vector<float> output(static_cast<std::size_t>(shape.batch * shape.outHeight * shape.outWidth * shape.outChannels));
    for (std::int64_t first = 0; first < shape.tiles(); first += room) {
        const WinogradBlock block{first, std::min(room, shape.tiles() - first), room};
        std::vector<float> tiles(static_cast<std::size_t>(kWinogradPoints * room * shape.inChannels));
        std::vector<float> products(static_cast<std::size_t>(kWinogradPoints * room * shape.outChannels));
        winogradInput(shape, input.data(), block, tiles.data());
        for (std::int64_t row = 0; row < kWinogradPoints * room; ++row)
            for (std::int64_t o = 0; o < shape.outChannels; ++o) {
                double sum = 0;
                for (std::int64_t i = 0; i < shape.inChannels; ++i)
                    sum += static_cast<double>(tiles[static_cast<std::size_t>(row * shape.inChannels + i)]) *
                           static_cast<double>(packed[static_cast<std::size_t>(
                               (row / room * shape.inChannels + i) * shape.outChannels + o)]);
                products[static_cast<std::size_t>(row * shape.outChannels + o)] = static_cast<float>(sum);
            }
        winogradOutput(shape, products.data(), block, finish, output.data());
    }
    return output;
}

/// The definition, channels last.
double directly(const WinogradShape& shape, const std::vector<float>& input, const std::vector<float>& weights,
                std::int64_t y, std::int64_t x, std::int64_t o)
{
    double sum = 0;
    for (std::int64_t ky = 0; ky < 3; ++ky)
        for (std::int64_t kx = 0; kx < 3; ++kx) {
            const std::int64_t row = y + ky - shape.padTop, column = x + kx - shape.padLeft;
            if (row < 0 || row >= shape.height || column < 0 || column >= shape.width)
                continue;
            for (std::int64_t i = 0; i < shape.inChannels; ++i)
                sum += static_cast<double>(
                           input[static_cast<std::size_t>((row * shape.width + column) * shape.inChannels + i)]) *
                       static_cast<double>(weights[static_cast<std::size_t>((o * shape.inChannels + i) * 9 + ky * 3 + kx)]);
        }
    return sum;
}

}

class TstWinograd : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sumsAreThoseOfTheDefinition_data();
    void sumsAreThoseOfTheDefinition();
    void instructionSetsAgree();
};

void TstWinograd::sumsAreThoseOfTheDefinition_data()
{
    QTest::addColumn<WinogradShape>("shape");
    QTest::newRow("whole tiles") << WinogradShape{1, 16, 16, 8, 8, 8, 8, 1, 1};
    QTest::newRow("rests of tiles and channels") << WinogradShape{1, 19, 5, 7, 10, 7, 9, 1, 0};
    QTest::newRow("no padding") << WinogradShape{1, 3, 33, 9, 6, 7, 4, 0, 0};
    QTest::newRow("one output") << WinogradShape{1, 1, 1, 3, 3, 1, 1, 0, 0};
}

void TstWinograd::sumsAreThoseOfTheDefinition()
{
    QFETCH(WinogradShape, shape);
    const auto input = integers(shape.height * shape.width * shape.inChannels, 20, 1);
    const auto weights = integers(shape.outChannels * shape.inChannels * 9, 20, 2);
    const auto bias = integers(shape.outChannels, 50, 3);
    const auto residual = integers(shape.outHeight * shape.outWidth * shape.outChannels, 50, 4);
    const WinogradFinish finish{bias.data(), residual.data(), -4000, 3000};
    const auto output = convolve(shape, input, weights, finish, 3);
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(output.size()); ++i) {
        const std::int64_t o = i % shape.outChannels, pixel = i / shape.outChannels;
        const double sum = directly(shape, input, weights, pixel / shape.outWidth, pixel % shape.outWidth, o);
        const double wanted = std::clamp(sum + static_cast<double>(bias[static_cast<std::size_t>(o)]) +
                                             static_cast<double>(residual[static_cast<std::size_t>(i)]),
                                         -4000.0, 3000.0);
        // Inputs up to 20 grow to 2000 and weights stay below 45: float32 keeps 2^-24 of the sums of their products.
        const double tolerance = 0x1p-20 * 2000 * 45 * static_cast<double>(shape.inChannels);
        const double actual = static_cast<double>(output[static_cast<std::size_t>(i)]);
        QVERIFY2(std::fabs(actual - wanted) <= tolerance, qPrintable(QString("%1: %2 for %3").arg(i).arg(actual).arg(wanted)));
    }
}

void TstWinograd::instructionSetsAgree()
{
    const WinogradShape shape{1, 19, 21, 9, 9, 9, 9, 1, 1};
    const auto input = integers(shape.height * shape.width * shape.inChannels, 1000, 5);
    const auto weights = integers(shape.outChannels * shape.inChannels * 9, 1000, 6);
    const WinogradFinish finish{nullptr, nullptr, -1e30f, 1e30f};
    const auto all = convolve(shape, input, weights, finish, 4);
    for (const SimdLevel level : {SimdLevel::avx2, SimdLevel::baseline}) {
        limitSimdLevel(level);
        QCOMPARE(convolve(shape, input, weights, finish, 4), all);
    }
    limitSimdLevel(SimdLevel::avx512);
}

QTEST_GUILESS_MAIN(TstWinograd)
#include "tst_winograd.moc"
