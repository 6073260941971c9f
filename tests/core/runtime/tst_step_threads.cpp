// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runtime/step_threads.h"

#include <QtTest>

#include "tests/core/runtime/runtime_support.h"

using namespace lathe;
using namespace lathe::test;

namespace {

/// Of the graph's first node, when `available` threads are there.
int threadsOf(const char* text, int available)
{
    const Graph graph = parseGraph(text);
    constexpr NodeId first{0};
    return threadsWorth(graph, std::span(&first, 1), available);
}

const char* const small = "opset 14\ninput x: float32[1x8x12x12]\nw: float32[8x8x3x3] = ...\n"
                          "y: float32[1x8x12x12] = Conv(x, w) {pads=[1, 1, 1, 1]}\noutput y\n";
const char* const large = "opset 14\ninput x: float32[1x64x56x56]\nw: float32[64x64x3x3] = ...\n"
                          "y: float32[1x64x56x56] = Conv(x, w) {pads=[1, 1, 1, 1]}\noutput y\n";
const char* const wideMean = "opset 14\ninput x: float32[1x128x13x13]\n"
                             "y: float32[1x128x13x13] = AveragePool(x) {kernel_shape=[13, 13], pads=[6, 6, 6, 6]}\noutput y\n";
const char* const wideMaximum = "opset 14\ninput x: float32[1x128x13x13]\n"
                                "y: float32[1x128x13x13] = MaxPool(x) {kernel_shape=[13, 13], pads=[6, 6, 6, 6]}\noutput y\n";
const char* const wideBytes = "opset 14\ninput x: uint8[1x128x13x13]\n"
                              "y: uint8[1x128x13x13] = MaxPool(x) {kernel_shape=[13, 13], pads=[6, 6, 6, 6]}\noutput y\n";
const char* const longSum = "opset 14\ninput x: float32[1x64x112x112]\ny: float32[1x64x112x112] = Add(x, x)\noutput y\n";

}

class TstStepThreads : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void smallStepsStayOnOne()
    {
        QCOMPARE(threadsOf(small, 1), 1);
        QCOMPARE(threadsOf(small, 4), 1);
    }

    /// A node may leave out its first output.
    void missingOutputs()
    {
        QCOMPARE(threadsOf("opset 14\ninput x: float32[2x1x3]\nw: float32[1x8x3] = ...\nr: float32[1x8x2] = ...\n"
                           "_, y: float32[1x1x2] = LSTM(x, w, r) {hidden_size=2}\noutput y\n",
                           2),
                 1);
    }

    void largeStepsTakeAll()
    {
        QCOMPARE(threadsOf(large, 1), 1);
        QCOMPARE(threadsOf(large, 2), 2);
        QCOMPARE(threadsOf(large, 4), 4);
        QCOMPARE(threadsOf(wideMean, 2), 2);   // few bytes, but each is added to many
        QCOMPARE(threadsOf(wideMaximum, 2), 1);   // in two passes
        QCOMPARE(threadsOf(wideBytes, 2), 2);   // in one
        QCOMPARE(threadsOf(longSum, 2), 2);   // many bytes, no products
    }
};

QTEST_GUILESS_MAIN(TstStepThreads)
#include "tst_step_threads.moc"
