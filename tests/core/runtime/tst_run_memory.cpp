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
    void forecastCountsGeneratedCode();
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

/// Convolutions of one pixel: next to nothing but the code of their kernels.
void TstRunMemory::forecastCountsGeneratedCode()
{
    std::string text = "input x: float32[1x16x1x1]\n";
    constexpr int convolutions = 10;
    std::string last = "x";
    for (int i = 1; i <= convolutions; ++i) {
        const std::string n = std::to_string(i), size = std::to_string(2 * i + 1);
        text += "w" + n + ": float32[16x16x1x" + size + "] = ...\n";
        text += "y" + n + " = Conv(" + last + ", w" + n + ") {pads=[0, " + n + ", 0, " + n + "]}\n";
        last = "y" + n;
    }
    const auto program = Program::compile(parseGraph(text + "output " + last), {});
    const std::int64_t data = runBytes(*program) + 3 * program->weightBytes();
    QVERIFY2(program->forecastBytes() > data + 512 * 1024, qPrintable(QString::number(program->forecastBytes() - data)));
}

QTEST_GUILESS_MAIN(TstRunMemory)
#include "tst_run_memory.moc"
