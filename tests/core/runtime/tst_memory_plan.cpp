// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>
#include <random>

#include "core/runtime/plan.h"

using namespace lathe;

namespace {

Storage storage(std::int64_t bytes, int written, int lastRead)
{
    return {.value = {}, .bytes = bytes, .written = written, .lastRead = lastRead};
}

}

class TstMemoryPlan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void liveStoragesNeverOverlap();
    void deadMemoryIsUsedAgain();
    void sharedMemoryLivesAsLongAsAllItsUsers();
};

void TstMemoryPlan::liveStoragesNeverOverlap()
{
    std::mt19937 generator(2);
    for (int round = 0; round < 100; ++round) {
        std::vector<Storage> storages;
        for (int i = 0; i < 40; ++i) {
            const int written = static_cast<int>(generator() % 30) - 1;
            storages.push_back(storage(static_cast<std::int64_t>(generator() % 5000), written,
                                       written + static_cast<int>(generator() % 10)));
            storages.back().root = i;
            storages.back().constant = generator() % 7 == 0;
            // Some lie in the memory of an earlier one.
            const auto other = static_cast<std::size_t>(generator() % (static_cast<unsigned>(i) + 1));
            if (generator() % 4 == 0 && storages[other].root == static_cast<int>(other) && !storages[other].constant)
                storages.back().root = static_cast<int>(other);
        }
        const std::int64_t total = planMemory(storages);
        for (std::size_t a = 0; a < storages.size(); ++a) {
            if (storages[a].constant)
                continue;
            QCOMPARE(storages[a].offset % 64, 0);
            QVERIFY(storages[a].offset >= 0 && storages[a].offset + storages[a].bytes <= total);
            for (std::size_t b = 0; b < a; ++b) {
                const Storage &x = storages[a], &y = storages[b];
                const bool together = x.written <= y.lastRead && y.written <= x.lastRead;
                if (y.constant || x.root == y.root || !together)
                    continue;
                QVERIFY(x.offset + x.bytes <= y.offset || y.offset + y.bytes <= x.offset);
            }
        }
    }
}

void TstMemoryPlan::deadMemoryIsUsedAgain()
{
    // A chain needs two places, whatever its length.
    std::vector<Storage> chain;
    for (int i = 0; i < 10; ++i) {
        chain.push_back(storage(1024, i, i + 1));
        chain.back().root = i;
    }
    QCOMPARE(planMemory(chain), 2048);
}

void TstMemoryPlan::sharedMemoryLivesAsLongAsAllItsUsers()
{
    std::vector<Storage> storages{storage(256, 0, 1), storage(256, 1, 9), storage(256, 3, 4)};
    storages[0].root = 0;
    storages[1].root = 0;
    storages[2].root = 2;
    QCOMPARE(planMemory(storages), 512);
    QCOMPARE(storages[1].offset, storages[0].offset);
    QVERIFY(storages[2].offset != storages[0].offset);
}

QTEST_GUILESS_MAIN(TstMemoryPlan)
#include "tst_memory_plan.moc"
