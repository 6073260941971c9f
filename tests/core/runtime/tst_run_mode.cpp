// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/run_mode.h"
#include "tests/core/runtime/runtime_support.h"
#include "tests/support/expect_error.h"

using namespace lathe;
using namespace lathe::test;

namespace {

/// One convolution on grids, whose pairs saturate.
constexpr const char* kGraph = R"(input x: float32[1x2x1x1]
s: float32[] = 1
z: uint8[] = 0
w: int8[1x2x1x1] = [127, 127]
q = QuantizeLinear(x, s, z)
d = DequantizeLinear(q, s, z)
ws: float32[] = 1
wz: int8[] = 0
v = DequantizeLinear(w, ws, wz)
c = Conv(d, v)
t: float32[] = 1000
p = QuantizeLinear(c, t, z)
y = DequantizeLinear(p, t, z)
output y)";

float run(RunMode mode)
{
    const auto [program, binding] = compileFor(mode, parseGraph(kGraph), {});
    const Tensor x = Tensor::of<float>(Shape{1, 2, 1, 1}, {200.4f, 200.4f});
    return Execution(program).run({{"x", x}}, binding).at("y").data<float>()[0];
}

}

class TstRunMode : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesGoBothWays();
    void modesDiffer();
};

void TstRunMode::namesGoBothWays()
{
    for (const RunMode mode : runModes())
        QVERIFY(runModeNamed(runModeName(mode)) == mode);
    LATHE_EXPECT_ERROR(unknownName, runModeNamed("fast"));
}

/// 2 * 200 * 127 = 50800 in steps of 1000; a pair stops at 32767.
void TstRunMode::modesDiffer()
{
    QCOMPARE(run(RunMode::simulated), 51000.0f);
    QCOMPARE(run(RunMode::literal), 51000.0f);
    QCOMPARE(run(RunMode::integer), 51000.0f);
    QCOMPARE(run(RunMode::saturating), 33000.0f);
}

QTEST_GUILESS_MAIN(TstRunMode)
#include "tst_run_mode.moc"
