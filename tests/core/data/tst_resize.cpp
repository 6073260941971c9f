// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "core/base/error.h"
#include "core/data/resize.h"
#include "tests/core/data/pillow_expected.h"

using namespace lathe;

namespace {

/// The picture that make_pillow_expected.py draws.
Image draw(int width, int height)
{
    Image image{width, height, 3, {}};
    std::uint32_t state = static_cast<std::uint32_t>(width * 1000 + height);
    for (int i = 0; i < width * height * 3; ++i) {
        state = (state * 1103515245U + 12345U) & 0x7FFFFFFFU;
        image.pixels.push_back(static_cast<std::uint8_t>(state >> 16));
    }
    return image;
}

int largestDifference(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b)
{
    int largest = a.size() == b.size() ? 0 : 1000;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

} // namespace

class TestResize : public QObject
{
    Q_OBJECT

private slots:
    void matchesPillow()
    {
        for (const PillowCase& expected : pillowCases) {
            const Image resized = resizeBilinear(draw(expected.fromWidth, expected.fromHeight),
                                                 expected.toWidth, expected.toHeight);
            QCOMPARE(largestDifference(resized.pixels, expected.resized), 0);
            QCOMPARE(largestDifference(withChannels(resized, ChannelOrder::gray).pixels, expected.gray), 0);
        }
    }

    void shortSideKeepsTheRatio()
    {
        const Image wide = resizeShort(draw(50, 20), 10);
        QCOMPARE(wide.width, 25);
        QCOMPARE(wide.height, 10);
        const Image up = resizeShort(draw(7, 9), 21);
        QCOMPARE(up.width, 21);
        QCOMPARE(up.height, 27);
    }

    void cropOffsetsAreFloored()
    {
        const Image image = draw(7, 6);
        const Image crop = centerCrop(image, 4);
        QCOMPARE(crop.pixels[0], image.pixels[(1 * 7 + 1) * 3]);
        const Image padded = centerCrop(draw(2, 2), 5);
        QCOMPARE(padded.pixels[0], std::uint8_t{0});
        QCOMPARE(padded.pixels[(2 * 5 + 2) * 3], draw(2, 2).pixels[0]);
    }

    void channelsSwap()
    {
        const Image image = draw(2, 1);
        const Image bgr = withChannels(image, ChannelOrder::bgr);
        QCOMPARE(bgr.pixels[0], image.pixels[2]);
        QCOMPARE(bgr.pixels[2], image.pixels[0]);
    }

    void refusesAnEmptySize() { QVERIFY_EXCEPTION_THROWN(resizeBilinear(draw(3, 3), 0, 4), Error); }
};

QTEST_GUILESS_MAIN(TestResize)
#include "tst_resize.moc"
