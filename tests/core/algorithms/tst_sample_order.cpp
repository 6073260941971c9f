// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/sample_order.h"

#include <QTest>
#include <algorithm>

using namespace lathe;

/// Dealing out samples in batches.
class TstSampleOrder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everySampleOnceARound();
    void theSeedDecides();
};

void TstSampleOrder::everySampleOnceARound()
{
    SampleOrder order(10, 3);
    std::vector<std::vector<std::int64_t>> rounds;
    for (int round = 0; round < 3; ++round) {
        std::vector<std::int64_t> seen;
        for (const std::size_t size : {4U, 4U, 2U}) {
            const auto batch = order.next(4);
            QCOMPARE(batch.size(), size);
            seen.insert(seen.end(), batch.begin(), batch.end());
        }
        rounds.push_back(seen);
        std::sort(seen.begin(), seen.end());
        for (std::size_t i = 0; i < seen.size(); ++i)
            QCOMPARE(seen[i], static_cast<std::int64_t>(i));
    }
    QVERIFY(rounds[0] != rounds[1]);
    QVERIFY(rounds[1] != rounds[2]);
}

void TstSampleOrder::theSeedDecides()
{
    QCOMPARE(SampleOrder(50, 1).next(50), SampleOrder(50, 1).next(50));
    QVERIFY(SampleOrder(50, 1).next(50) != SampleOrder(50, 2).next(50));
}

QTEST_APPLESS_MAIN(TstSampleOrder)
#include "tst_sample_order.moc"
