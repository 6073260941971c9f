// SPDX-License-Identifier: GPL-3.0-or-later
// The bounds of integer sums against all inputs of small layers, tried one by one.
#include "core/analysis/integer_sums.h"

#include <QTest>
#include <random>

using namespace lathe;

namespace {

/// Every input of `count` codes in [low, high], counted up like a number.
template <typename Work>
void forEachInput(std::size_t count, int low, int high, Work&& work)
{
    std::vector<int> codes(count, low);
    for (;;) {
        work(codes);
        std::size_t at = 0;
        while (at < count && codes[at] == high)
            codes[at++] = low;
        if (at == count)
            return;
        ++codes[at];
    }
}

}

class TstIntegerSums : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void boundsAreReached();
    void countsSaturatingPairs();
    void findsOverflow();
    void readsLayers();
};

void TstIntegerSums::boundsAreReached()
{
    std::mt19937 generator(5);
    for (int round = 0; round < 20; ++round) {
        const int low = static_cast<int>(generator() % 3), high = low + 1 + static_cast<int>(generator() % 3);
        const int zero = low + static_cast<int>(generator() % 3);
        std::vector<std::int32_t> weights(2 * 4), bias{static_cast<std::int32_t>(generator() % 100), -7};
        for (std::int32_t& weight : weights)
            weight = static_cast<std::int32_t>(generator() % 255) - 127;
        std::int64_t least = INT64_MAX, most = INT64_MIN;
        forEachInput(4, low, high, [&](const std::vector<int>& codes) {
            for (std::size_t c = 0; c < 2; ++c) {
                std::int64_t sum = bias[c];
                for (std::size_t k = 0; k < 4; ++k)
                    sum += std::int64_t{weights[c * 4 + k]} * (codes[k] - zero);
                least = std::min(least, sum);
                most = std::max(most, sum);
            }
        });
        const IntegerSums sums = integerSums(weights, 2, 4, low, high, zero, bias);
        QCOMPARE(sums.sums.low, least);
        QCOMPARE(sums.sums.high, most);
        QVERIFY(!sums.overflows);
    }
}

/// The instruction itself on every pair of codes.
void TstIntegerSums::countsSaturatingPairs()
{
    std::mt19937 generator(9);
    for (int round = 0; round < 30; ++round) {
        const std::int64_t depth = 5, taps = 2;
        std::vector<std::int32_t> weights(static_cast<std::size_t>(depth * taps));
        for (std::int32_t& weight : weights)
            weight = static_cast<std::int32_t>(generator() % 256) - 128;
        const int high = round % 2 == 0 ? 255 : 127;
        std::int64_t saturating = 0;
        for (std::size_t d = 0; d + 1 < 5; d += 2)
            for (std::size_t t = 0; t < 2; ++t) {
                bool found = false;
                for (int a = 0; a <= high && !found; ++a)
                    for (int b = 0; b <= high && !found; ++b) {
                        const int sum = a * weights[d * 2 + t] + b * weights[(d + 1) * 2 + t];
                        found = sum > INT16_MAX || sum < INT16_MIN;
                    }
                saturating += found;
            }
        const IntegerSums sums = integerSums(weights, 1, depth, 0, high, 0, {});
        QCOMPARE(sums.pairs, std::int64_t{4});
        QCOMPARE(sums.saturatingPairs, saturating);
    }
}

void TstIntegerSums::findsOverflow()
{
    const std::vector<std::int32_t> longRow(70000, 127);
    QVERIFY(integerSums(longRow, 1, 70000, 0, 255, 0, {}).overflows);
    const std::vector<std::int32_t> shortRow(60000, 127);
    QVERIFY(!integerSums(shortRow, 1, 60000, 0, 255, 0, {}).overflows);
    const std::vector<std::int32_t> bias{INT32_MAX};
    QVERIFY(integerSums(std::vector<std::int32_t>{1}, 1, 1, 0, 255, 0, bias).overflows);
    const IntegerSums wide = integerSums(shortRow, 1, 60000, 0, 65535, 0, {});
    QVERIFY(wide.overflows);
    QCOMPARE(wide.pairs, std::int64_t{0});
}

/// A matrix [K, N] has its channels last; signed codes are raised.
void TstIntegerSums::readsLayers()
{
    const Graph graph = parseGraph("input x: float32[1x2]\nw: float32[2x1] = [127, 127]\n"
                                   "t = Transpose(x) {perm=[0, 1]}\ny = MatMul(t, w)\noutput y");
    auto grid = std::make_shared<Encoding>();
    grid->format = NumberFormat::integer(8, true);
    grid->scale = {1};
    grid->zeroPoint = {-128};
    grid->minimumCode = -128;
    grid->maximumCode = 127;
    auto weight = std::make_shared<Encoding>(*grid);
    weight->zeroPoint = {0};
    Encodings encodings;
    encodings.activations["x"] = grid;
    encodings.weights["w"] = weight;
    const std::vector<IntegerSums> sums = integerSumsOf(graph, findLayers(graph), encodings, {});
    QCOMPARE(sums.size(), std::size_t{1});
    QCOMPARE(sums[0].layer, std::string("y"));
    QCOMPARE(sums[0].sums.high, std::int64_t{2 * 127 * 255});
    QCOMPARE(sums[0].sums.low, std::int64_t{0});
    QCOMPARE(sums[0].pairs, std::int64_t{1});
    QCOMPARE(sums[0].saturatingPairs, std::int64_t{1});
    std::vector<IntegerSums> layers = sums;
    QCOMPARE(healthFindings(layers).size(), std::size_t{1});
    QCOMPARE(healthFindings(layers)[0].kind, std::string("pairSaturation"));
    layers[0].overflows = true;
    layers[0].saturatingPairs = 0;
    QCOMPARE(healthFindings(layers)[0].kind, std::string("overflow"));
}

QTEST_GUILESS_MAIN(TstIntegerSums)
#include "tst_integer_sums.moc"
