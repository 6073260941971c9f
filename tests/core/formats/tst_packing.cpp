// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/packing.h"

#include <QTest>

#include "tests/support/expect_error.h"

using namespace lathe;

class TstPacking : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sizes();
    void firstElementIsInTheLowBits();
    void goesThereAndBack_data();
    void goesThereAndBack();
    void refusesTooFewBytes();
};

void TstPacking::sizes() {
    QCOMPARE(packedSize(0, 4), std::size_t(0));
    QCOMPARE(packedSize(1, 4), std::size_t(1));
    QCOMPARE(packedSize(2, 4), std::size_t(1));
    QCOMPARE(packedSize(3, 4), std::size_t(2));
    QCOMPARE(packedSize(4, 2), std::size_t(1));
    QCOMPARE(packedSize(5, 2), std::size_t(2));
}

void TstPacking::firstElementIsInTheLowBits() {
    const Tensor codes = Tensor::of<std::int8_t>({3}, {1, -2, 7}).converted(DType::int4);
    QCOMPARE(packElements(codes), (Bytes{std::byte{0xe1}, std::byte{0x07}}));
    const Tensor pairs = Tensor::of<std::uint8_t>({5}, {0, 1, 2, 3, 2}).converted(DType::uint2);
    QCOMPARE(packElements(pairs), (Bytes{std::byte{0xe4}, std::byte{0x02}}));
    QCOMPARE(packElements(Tensor::of<std::int16_t>({1}, {-2})), (Bytes{std::byte{0xfe}, std::byte{0xff}}));
}

void TstPacking::goesThereAndBack_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("low");
    QTest::addColumn<int>("high");
    QTest::newRow("int2") << static_cast<int>(DType::int2) << -2 << 1;
    QTest::newRow("uint2") << static_cast<int>(DType::uint2) << 0 << 3;
    QTest::newRow("int4") << static_cast<int>(DType::int4) << -8 << 7;
    QTest::newRow("uint4") << static_cast<int>(DType::uint4) << 0 << 15;
}

void TstPacking::goesThereAndBack() {
    QFETCH(int, type);
    QFETCH(int, low);
    QFETCH(int, high);
    for (std::int64_t count = 0; count < 20; ++count) {
        std::vector<std::int64_t> values;
        for (std::int64_t i = 0; i < count; ++i) values.push_back(low + i * 7 % (high - low + 1));
        const Shape shape{count};
        const Tensor tensor = Tensor::of<std::int64_t>(shape, values).converted(static_cast<DType>(type));
        QVERIFY(identical(unpackElements(tensor.dtype(), shape, packElements(tensor)), tensor));
    }
}

void TstPacking::refusesTooFewBytes() {
    const Bytes one(1);
    LATHE_EXPECT_ERROR(shapeMismatch, unpackElements(DType::int4, Shape{3}, one));
}

QTEST_GUILESS_MAIN(TstPacking)
#include "tst_packing.moc"
