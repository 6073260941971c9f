// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/shape.h"

#include <limits>

#include "tests/support/expect_error.h"

using namespace lathe;

class TestShape : public QObject
{
    Q_OBJECT
private slots:
    void textsReadBack()
    {
        for (const Shape& shape : {Shape{}, Shape{5}, Shape{1, 3, 224, 224}, Shape{-1, 3}, Shape{0}})
            QVERIFY(Shape::parse(shape.text()) == shape);
        QCOMPARE(Shape({-1, 3, 2}).text(), std::string("?x3x2"));
        QCOMPARE(Shape().text(), std::string("scalar"));
        for (const char* bad :
             {"", "x", "1x", "x1", "1xx2", "-1", "-2x3", "1.5", "1X2", "99999999999999999999", "a"})
            LATHE_EXPECT_ERROR(invalidArgument, Shape::parse(bad));
    }

    void countsAndStrides()
    {
        const Shape shape{2, 3, 4};
        QCOMPARE(shape.elements(), std::int64_t{24});
        QCOMPARE(shape.elements(1, 3), std::int64_t{12});
        QCOMPARE(shape.elements(1, 1), std::int64_t{1});
        QCOMPARE(shape.strides(), (std::vector<std::int64_t>{12, 4, 1}));
        QCOMPARE(Shape().elements(), std::int64_t{1});
        QCOMPARE(Shape({3, 0}).elements(), std::int64_t{0});
        QVERIFY(shape.isStatic() && !Shape({-1}).isStatic());
    }

    void countsAreChecked()
    {
        constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
        QCOMPARE(Shape({most}).elements(), most);
        LATHE_EXPECT_ERROR(tooLarge, Shape({most, 2}).elements());
        LATHE_EXPECT_ERROR(tooLarge, Shape({std::int64_t{1} << 32, std::int64_t{1} << 31}).elements());
        LATHE_EXPECT_ERROR(shapeUnknown, Shape({-1, 2}).elements());
        LATHE_EXPECT_ERROR(shapeUnknown, Shape({2, -7}).elements());
    }

    void axesCountFromTheEnd()
    {
        QCOMPARE(normalizeAxis(-1, 4), 3);
        QCOMPARE(normalizeAxis(0, 4), 0);
        QCOMPARE(normalizeAxis(-4, 4), 0);
        LATHE_EXPECT_ERROR(invalidArgument, normalizeAxis(4, 4));
        LATHE_EXPECT_ERROR(invalidArgument, normalizeAxis(-5, 4));
        LATHE_EXPECT_ERROR(invalidArgument, normalizeAxis(0, 0));
        LATHE_EXPECT_ERROR(invalidArgument, normalizeAxis(std::numeric_limits<std::int64_t>::min(), 4));
    }

    void broadcasts()
    {
        QVERIFY(broadcast({2, 3}, {3}) == Shape({2, 3}));
        QVERIFY(broadcast({2, 1, 4}, {3, 1}) == Shape({2, 3, 4}));
        QVERIFY(broadcast({}, {5}) == Shape({5}));
        QVERIFY(broadcast({1}, {0}) == Shape({0}));
        QVERIFY(broadcast({-1, 3}, {4, 1}) == Shape({4, 3}));
        QVERIFY(broadcast({-1}, {1}) == Shape({-1}));
        QVERIFY(broadcast({-1}, {-1}) == Shape({-1}));
        LATHE_EXPECT_ERROR(shapeMismatch, broadcast({2}, {3}));
        LATHE_EXPECT_ERROR(shapeMismatch, broadcast({0}, {3}));
    }
};

QTEST_APPLESS_MAIN(TestShape)
#include "tst_shape.moc"
