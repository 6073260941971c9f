// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/ops/conv_geometry.h"
#include "core/ops/pool_geometry.h"
#include "core/ops/resize_geometry.h"
#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

Node nodeWith(const char* op, Attributes attributes)
{
    Node node;
    node.op = op;
    node.attributes = std::move(attributes);
    return node;
}

using Integers = std::vector<std::int64_t>;

}

class TstGeometry : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// The taps of every window, found by trying all pairs of positions.
    void tapsAreThoseInside()
    {
        const Node node = nodeWith("Conv", {{"strides", Integers{2, 1}}, {"dilations", Integers{1, 2}}, {"pads", Integers{1, 2, 0, 1}}});
        const Integers input{4, 5};
        const Window window = slidingWindow(node, input, {3, 2});
        Integers position{0, 0};
        std::vector<WindowTap> taps;
        int windows = 0;
        do {
            windowTaps(window, position, taps);
            std::vector<std::pair<std::int64_t, std::int64_t>> expected, found;
            for (std::int64_t ky = 0; ky < 3; ++ky)
                for (std::int64_t kx = 0; kx < 2; ++kx) {
                    const std::int64_t y = position[0] * 2 - 1 + ky, x = position[1] - 2 + kx * 2;
                    if (y >= 0 && y < 4 && x >= 0 && x < 5)
                        expected.emplace_back(ky * 2 + kx, y * 5 + x);
                }
            for (const WindowTap& tap : taps)
                found.emplace_back(tap.kernel, tap.input);
            QCOMPARE(found, expected);
            ++windows;
        } while (nextPosition(position, window.output));
        QCOMPARE(windows, 2 * 6);
    }

    void samePaddingPutsTheRestWhereAsked()
    {
        const Integers input{5};
        const Window upper = slidingWindow(nodeWith("Conv", {{"auto_pad", std::string("SAME_UPPER")}}), input, {4});
        const Window lower = slidingWindow(nodeWith("Conv", {{"auto_pad", std::string("SAME_LOWER")}}), input, {4});
        QCOMPARE(upper.padBegin, Integers{1});
        QCOMPARE(upper.padEnd, Integers{2});
        QCOMPARE(lower.padBegin, Integers{2});
        QCOMPARE(lower.padEnd, Integers{1});
        QCOMPARE(upper.output, Integers{5});
    }

    void poolsRefusePadsAsLargeAsTheWindow()
    {
        const Node node = nodeWith("MaxPool", {{"kernel_shape", Integers{2}}, {"pads", Integers{2, 0}}});
        LATHE_EXPECT_ERROR(operatorInput, poolWindow(node, Shape{1, 1, 5}));
    }

    void resizeWeightsSumToOne_data()
    {
        QTest::addColumn<QString>("mode");
        QTest::addColumn<QString>("coordinates");
        QTest::addColumn<int>("antialias");
        for (const char* mode : {"nearest", "linear", "cubic"})
            for (const char* coordinates : {"half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners", "half_pixel_symmetric"})
                for (const int antialias : {0, 1})
                    QTest::addRow("%s %s %d", mode, coordinates, antialias) << mode << coordinates << antialias;
    }

    void resizeWeightsSumToOne()
    {
        QFETCH(QString, mode);
        QFETCH(QString, coordinates);
        QFETCH(int, antialias);
        const Node node = nodeWith("Resize", {{"mode", mode.toStdString()},
                                              {"coordinate_transformation_mode", coordinates.toStdString()},
                                              {"antialias", std::int64_t{antialias}}});
        for (const std::int64_t size : {1, 3, 7, 10, 23}) {
            ResizeRequest request;
            request.sizes = {size};
            const ResizeAxis axis = resizeAxes(node, Shape{10}, request).front();
            if (axis.identity)
                continue;
            QCOMPARE(axis.taps.size(), static_cast<std::size_t>(size));
            double last = -1;
            for (const auto& taps : axis.taps) {
                double sum = 0, centre = 0;
                for (const ResizeTap& tap : taps) {
                    QVERIFY(tap.index >= 0 && tap.index < 10);
                    sum += tap.weight;
                    centre += tap.weight * static_cast<double>(tap.index);
                }
                QVERIFY(std::abs(sum - 1) < 1e-12);
                QVERIFY2(centre > last - 1e-9, "positions must not run backwards");
                last = centre;
            }
        }
    }

    void resizeKeepsAspectRatio()
    {
        Node node = nodeWith("Resize", {{"keep_aspect_ratio_policy", std::string("not_larger")}, {"axes", Integers{1, 2}}});
        ResizeRequest request;
        request.sizes = {8, 20};
        QCOMPARE(resizedShape(node, Shape{3, 4, 4}, request), (Shape{3, 8, 8}));
        node.attributes["keep_aspect_ratio_policy"] = std::string("not_smaller");
        QCOMPARE(resizedShape(node, Shape{3, 4, 4}, request), (Shape{3, 20, 20}));
    }
};

QTEST_GUILESS_MAIN(TstGeometry)
#include "tst_geometry.moc"
