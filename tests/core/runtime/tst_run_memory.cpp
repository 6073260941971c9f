// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/run_memory.h"

#include <QTest>

#include "core/graph/graph_text.h"
#include "core/runtime/program.h"

using namespace lathe;

class TstRunMemory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsWhatRunningAdds();
};

/// Two values of 4 KiB are alive at once, and a third is handed out; weights are there before.
void TstRunMemory::countsWhatRunningAdds()
{
    const Graph graph =
        parseGraph("input x: float32[1x1024]\nw: float32[1024x1024] = ...\n"
                   "a = MatMul(x, w)\nb = Tanh(a)\nc = MatMul(b, w)\ny = Sigmoid(c)\noutput y");
    const auto program = Program::compile(graph, {});
    const std::int64_t bytes = runBytes(*program);
    QVERIFY(bytes >= program->arenaBytes() + 4096);
    QVERIFY(program->arenaBytes() > 0);
    QVERIFY(bytes < 64 * 1024);
    QVERIFY(program->forecastBytes() > bytes + 4 * 1024 * 1024);
}

QTEST_GUILESS_MAIN(TstRunMemory)
#include "tst_run_memory.moc"
