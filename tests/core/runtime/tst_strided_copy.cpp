// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/onednn.h"
#include "core/runtime/strided_copy.h"

#include <QtTest>
#include <cstring>
#include <random>

#include "core/runtime/layout.h"
#include "core/runtime/simd.h"

using namespace lathe;

namespace {

/// Element by element, index by index.
template <typename T>
void copyPlainly(const std::vector<std::int64_t>& dims, const std::vector<std::int64_t>& from,
                 const std::vector<std::int64_t>& to, const T* source, T* target, std::size_t axis = 0)
{
    if (axis == dims.size()) {
        *target = *source;
        return;
    }
    for (std::int64_t i = 0; i < dims[axis]; ++i)
        copyPlainly(dims, from, to, source + i * from[axis], target + i * to[axis], axis + 1);
}

template <typename T>
bool agrees(const std::vector<std::int64_t>& dims, const std::vector<std::int64_t>& from,
            const std::vector<std::int64_t>& to)
{
    std::vector<T> source(400000), expected(400000, T(0)), actual(400000, T(0));
    for (std::size_t i = 0; i < source.size(); ++i)
        source[i] = static_cast<T>(i + 1);
    const std::size_t middle = source.size() / 2;
    copyPlainly(dims, from, to, source.data() + middle, expected.data());
    StridedCopy(dims, from, to)
        .run(reinterpret_cast<const std::byte*>(source.data() + middle),
             reinterpret_cast<std::byte*>(actual.data()), sizeof(T));
    return expected == actual;
}

}

class TstStridedCopy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void permutationsOfAnySize();
    void repeatsAndReverses();
    void fewRowsAreDealtOut();
    void threadsShareLargeCopies();
    void emptyDoesNothing();
    void layoutsHaveTheirStrides();
};

void TstStridedCopy::permutationsOfAnySize()
{
    std::mt19937 generator(11);
    for (int round = 0; round < 200; ++round) {
        const int rank = static_cast<int>(generator() % 5);
        std::vector<std::int64_t> dims;
        std::vector<int> order;
        for (int axis = 0; axis < rank; ++axis) {
            dims.push_back(1 + static_cast<std::int64_t>(generator() % (rank > 3 ? 7 : 19)));
            order.push_back(axis);
        }
        std::shuffle(order.begin(), order.end(), generator);
        std::vector<std::int64_t> from = Shape(dims).strides(), to(dims.size());
        std::int64_t step = 1;
        for (const int axis : order) {
            to[static_cast<std::size_t>(axis)] = step;
            step *= dims[static_cast<std::size_t>(axis)];
        }
        QVERIFY(agrees<float>(dims, from, to));
        QVERIFY(agrees<std::uint8_t>(dims, from, to));
        QVERIFY(agrees<std::uint16_t>(dims, from, to));
        QVERIFY(agrees<std::uint64_t>(dims, from, to));
    }
}

void TstStridedCopy::repeatsAndReverses()
{
    QVERIFY(agrees<float>({4, 5, 6}, {0, 6, 1}, {30, 6, 1}));
    QVERIFY(agrees<float>({4, 5, 6}, {6, 0, 0}, {30, 6, 1}));
    QVERIFY(agrees<float>({4, 5, 6}, {-30, 6, -1}, {30, 6, 1}));
    QVERIFY(agrees<float>({3, 50}, {1, 3}, {50, 1}));
    QVERIFY(agrees<float>({50, 3}, {1, 50}, {3, 1}));
    QVERIFY(agrees<float>({7, 40, 40}, {1600, 1, 40}, {2000, 45, 1}));
}

/// Channel shuffles, and colour images on their way to channels last.
void TstStridedCopy::fewRowsAreDealtOut()
{
    for (const SimdLevel level : {SimdLevel::baseline, SimdLevel::avx2, SimdLevel::avx512}) {
        limitSimdLevel(level);
        for (const std::int64_t rows : {2, 3, 4, 5})
            for (const std::int64_t each : {9, 16, 29, 58, 67, 129, 1003}) {
                QVERIFY(
                    agrees<std::uint8_t>({11, rows, each}, {rows * each, each, 1}, {rows * each, 1, rows}));
                QVERIFY(agrees<float>({11, rows, each}, {rows * each, each, 1}, {rows * each, 1, rows}));
                QVERIFY(agrees<std::uint8_t>({rows, each}, {each, 1}, {1, rows}));
            }
    }
    for (const int threads : {1, 2, 3}) {
        const ThreadScope scope(threads);
        QVERIFY(agrees<std::uint8_t>({3, 50173}, {50173, 1}, {1, 3}));
        QVERIFY(agrees<float>({3, 50173}, {50173, 1}, {1, 3}));
    }
}

void TstStridedCopy::threadsShareLargeCopies()
{
    for (const int threads : {1, 2, 3}) {
        const ThreadScope scope(threads);
        QVERIFY(agrees<float>({3, 211, 307}, {211 * 307, 307, 1}, {211 * 307, 1, 211}));
        QVERIFY(agrees<float>({97, 1013}, {1013, 1}, {1500, 1}));
        QVERIFY(agrees<float>({70001}, {2}, {1}));
        QVERIFY(agrees<std::uint8_t>({7, 5, 60, 80}, {24000, 4800, 80, 1}, {24000, 1, 400, 5}));
    }
}

void TstStridedCopy::emptyDoesNothing()
{
    std::byte byte{};
    StridedCopy({3, 0, 4}, {0, 4, 1}, {0, 4, 1}).run(&byte, &byte, 4);
    StridedCopy().run(&byte, &byte, 4);
}

void TstStridedCopy::layoutsHaveTheirStrides()
{
    using Strides = std::vector<std::int64_t>;
    QCOMPARE(stridesOf({2, 3, 4, 5}, Layout::channelsLast), (Strides{60, 1, 15, 3}));
    QCOMPARE(stridesOf({2, 3, 4, 5}, Layout::plain), (Strides{60, 20, 5, 1}));
    QCOMPARE(stridesOf({2, 3}, Layout::channelsLast), (Strides{3, 1}));
    QVERIFY(physicalShape({2, 3, 4, 5}, Layout::channelsLast) == (Shape{2, 4, 5, 3}));
    QVERIFY(sameOrder({2, 3, 1, 1}, Layout::plain, Layout::channelsLast));
    QVERIFY(sameOrder({2, 1, 4, 4}, Layout::plain, Layout::channelsLast));
    QVERIFY(!sameOrder({1, 3, 4, 4}, Layout::plain, Layout::channelsLast));
}

QTEST_GUILESS_MAIN(TstStridedCopy)
#include "tst_strided_copy.moc"
