// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/dropped_elements.h"

#include <algorithm>
#include <set>
#include <vector>

#include <QTest>

using namespace lathe;

/// The half of a tensor that passes no grid.
class TstDroppedElements : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void halfOfThem();
    void clearedAndCopiedAreTheSame();
    void othersForEverySeedAndTensor();
    void seedsDiffer();
    void seedZeroIsNone();
};

namespace {

constexpr std::size_t count = 10007;

std::vector<float> copied(const DroppedElements& dropped)
{
    const std::vector<float> ones(count, 1.0F);
    std::vector<float> values(count, 0.0F);
    dropped.copy(ones, values);
    return values;
}

auto sumOf(const std::vector<float>& values)
{
    return std::count(values.begin(), values.end(), 1.0F);
}

} // namespace

void TstDroppedElements::halfOfThem()
{
    // Five standard deviations of a fair coin: 2.5 times the root of the count.
    QVERIFY(std::abs(static_cast<double>(sumOf(copied({7, 1}))) - count / 2.0) < 250);
}

void TstDroppedElements::clearedAndCopiedAreTheSame()
{
    const DroppedElements dropped(7, 3);
    const std::vector<float> values = copied(dropped);
    std::vector<float> left(count, 1.0F);
    dropped.clear(left);
    for (std::size_t i = 0; i < count; ++i)
        QCOMPARE(values[i] + left[i], 1.0F);
}

void TstDroppedElements::othersForEverySeedAndTensor()
{
    const std::vector<float> one = copied({7, 1});
    for (const DroppedElements& other : {DroppedElements(7, 2), DroppedElements(9, 1)}) {
        const std::vector<float> values = copied(other);
        std::int64_t same = 0;
        for (std::size_t i = 0; i < count; ++i)
            same += values[i] == one[i] ? 1 : 0;
        QVERIFY(std::abs(static_cast<double>(same) - count / 2.0) < 250);
    }
    QCOMPARE(copied({7, 1}), one);
}

void TstDroppedElements::seedsDiffer()
{
    std::set<std::uint64_t> seeds;
    for (std::int64_t step = 0; step < 20; ++step)
        for (std::int64_t sample = 0; sample < 20; ++sample)
            seeds.insert(dropSeed(step, sample));
    QCOMPARE(seeds.size(), 400U);
    QVERIFY(!seeds.contains(0));
}

void TstDroppedElements::seedZeroIsNone()
{
    QVERIFY(!DroppedElements(0, 1).any());
    QVERIFY(DroppedElements(1, 0).any());
}

QTEST_APPLESS_MAIN(TstDroppedElements)
#include "tst_dropped_elements.moc"
