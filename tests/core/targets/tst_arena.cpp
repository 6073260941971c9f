// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <random>

#include "core/targets/arena.h"

using namespace lathe;

namespace {

DeviceTensor tensor(std::int64_t bytes, int written, int lastRead)
{
    DeviceTensor result;
    result.bytes = bytes;
    result.written = written;
    result.lastRead = lastRead;
    return result;
}

bool meet(const DeviceTensor& a, const DeviceTensor& b)
{
    return a.written <= std::max(b.written, b.lastRead) && b.written <= std::max(a.written, a.lastRead);
}

}

class TstArena : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void chainTakesTwoNeighbours();
    void residualStaysAlive();
    void nothingOverlaps();
};

void TstArena::chainTakesTwoNeighbours()
{
    DeviceGraph graph;
    graph.tensors = {tensor(100, -1, 0), tensor(40, 0, 1), tensor(60, 1, 2)};
    graph.steps.resize(2);
    const Arena arena = planArena(graph);
    QCOMPARE(arena.live, std::vector<std::int64_t>({140, 100}));
    QCOMPARE(arena.bytes, std::int64_t{140});
    QCOMPARE(arena.offsets, std::vector<std::int64_t>({0, 100, 0}));
}

void TstArena::residualStaysAlive()
{
    DeviceGraph graph;
    graph.tensors = {tensor(100, -1, 2), tensor(50, 0, 1), tensor(50, 1, 2), tensor(100, 2, 3)};
    graph.steps.resize(3);
    const Arena arena = planArena(graph);
    QCOMPARE(arena.live, std::vector<std::int64_t>({150, 200, 250}));
    QCOMPARE(arena.bytes, std::int64_t{250});
}

/// Whatever the lifetimes: what is alive together lies apart, and the arena is no smaller than what is alive.
void TstArena::nothingOverlaps()
{
    std::mt19937 random(7);
    for (int round = 0; round < 50; ++round) {
        DeviceGraph graph;
        graph.steps.resize(12);
        for (int i = 0; i < 20; ++i) {
            const int written = static_cast<int>(random() % 13) - 1;
            graph.tensors.push_back(tensor(16 * static_cast<std::int64_t>(random() % 9), written,
                                           written + static_cast<int>(random() % 5)));
        }
        const Arena arena = planArena(graph);
        for (std::size_t a = 0; a < graph.tensors.size(); ++a) {
            QVERIFY(arena.offsets[a] + graph.tensors[a].bytes <= arena.bytes);
            for (std::size_t b = 0; b < a; ++b)
                if (meet(graph.tensors[a], graph.tensors[b]))
                    QVERIFY(arena.offsets[a] + graph.tensors[a].bytes <= arena.offsets[b] ||
                            arena.offsets[b] + graph.tensors[b].bytes <= arena.offsets[a]);
        }
        QVERIFY(arena.bytes >= *std::max_element(arena.live.begin(), arena.live.end()));
    }
}

QTEST_GUILESS_MAIN(TstArena)
#include "tst_arena.moc"
