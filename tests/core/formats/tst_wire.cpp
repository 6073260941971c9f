// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/wire.h"

#include <QTest>

#include "tests/support/expect_error.h"

using namespace lathe;

namespace {

Bytes bytes(std::initializer_list<int> values) {
    Bytes result;
    for (int value : values) result.push_back(static_cast<std::byte>(value));
    return result;
}

/// Reads all fields of the message.
int fieldsOf(const Bytes& message, ErrorCode pastEnd = ErrorCode::modelInvalid) {
    int count = 0;
    WireReader reader(message, pastEnd);
    for (WireField field; reader.next(field);) ++count;
    return count;
}

}  // namespace

class TstWire : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsWhatItWrites();
    void knowsTheSpecification();
    void refusesBrokenMessages();
    void readsPackedAndSingleNumbers();
    void expectsTheRightType();
};

void TstWire::readsWhatItWrites() {
    WireWriter inner;
    inner.int64(1, -1);
    WireWriter writer;
    writer.int64(1, 300);
    writer.float32(2, 0.5f);
    writer.text(3, "text");
    writer.message(100, inner);
    const std::int64_t integers[] = {0, 1, -1, INT64_MAX, INT64_MIN};
    writer.packedInt64(5, integers);
    const float reals[] = {1.5f, -2};
    writer.packedFloat(6, reals);
    const Bytes message = writer.take();

    WireReader reader(message);
    WireField field;
    QVERIFY(reader.next(field));
    QCOMPARE(field.int64(), std::int64_t(300));
    QVERIFY(reader.next(field));
    QCOMPARE(field.float32(), 0.5f);
    QVERIFY(reader.next(field));
    QCOMPARE(std::string(field.text()), std::string("text"));
    QVERIFY(reader.next(field));
    QCOMPARE(field.number, 100u);
    WireReader innerReader(field.message());
    WireField innerField;
    QVERIFY(innerReader.next(innerField));
    QCOMPARE(innerField.int64(), std::int64_t(-1));
    QVERIFY(reader.next(field));
    std::vector<std::int64_t> readIntegers;
    appendInt64(field, readIntegers);
    QCOMPARE(readIntegers, std::vector<std::int64_t>(std::begin(integers), std::end(integers)));
    QVERIFY(reader.next(field));
    std::vector<float> readReals;
    appendFloat(field, readReals);
    QCOMPARE(readReals, std::vector<float>(std::begin(reals), std::end(reals)));
    QVERIFY(!reader.next(field));
}

void TstWire::knowsTheSpecification() {
    // The examples of protobuf.dev/programming-guides/encoding.
    WireWriter number;
    number.int64(1, 150);
    QCOMPARE(number.take(), bytes({0x08, 0x96, 0x01}));
    WireWriter text;
    text.text(2, "testing");
    QCOMPARE(text.take(), bytes({0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67}));
    WireWriter packed;
    const std::int64_t values[] = {3, 270, 86942};
    packed.packedInt64(6, values);
    QCOMPARE(packed.take(), bytes({0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05}));
}

void TstWire::refusesBrokenMessages() {
    QCOMPARE(fieldsOf({}), 0);
    LATHE_EXPECT_ERROR(modelTruncated, fieldsOf(bytes({0x0a, 0x05, 0x01}), ErrorCode::modelTruncated));
    LATHE_EXPECT_ERROR(modelInvalid, fieldsOf(bytes({0x0a, 0x05, 0x01})));
    LATHE_EXPECT_ERROR(modelInvalid, fieldsOf(bytes({0x08})));
    LATHE_EXPECT_ERROR(modelInvalid, fieldsOf(bytes({0x08, 0x80})));
    LATHE_EXPECT_ERROR(modelInvalid, fieldsOf(bytes({0x0d, 0x01, 0x02})));
    LATHE_EXPECT_ERROR(modelInvalid, fieldsOf(bytes({0x09, 0x01, 0x02})));
    LATHE_EXPECT_ERROR(modelInvalid, fieldsOf(bytes({0x00, 0x01})));                // field 0
    LATHE_EXPECT_ERROR(modelInvalid, fieldsOf(bytes({0x0b})));                      // a group
    LATHE_EXPECT_ERROR(modelInvalid, fieldsOf(bytes({0x0f})));                      // wire type 7
    LATHE_EXPECT_ERROR(modelInvalid, fieldsOf(bytes({0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01})));
    LATHE_EXPECT_ERROR(modelInvalid, fieldsOf(bytes({0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})));
}

void TstWire::readsPackedAndSingleNumbers() {
    const Bytes message = bytes({0x08, 0x05, 0x0a, 0x02, 0x06, 0x07, 0x08, 0x08});
    std::vector<std::int64_t> values;
    WireReader reader(message);
    for (WireField field; reader.next(field);) appendInt64(field, values);
    QCOMPARE(values, (std::vector<std::int64_t>{5, 6, 7, 8}));
    const auto append = [](const Bytes& list) {
        std::vector<std::int64_t> result;
        appendInt64(WireField{.number = 1, .type = WireType::bytes, .integer = 0, .bytes = list}, result);
        return result.size();
    };
    LATHE_EXPECT_ERROR(modelInvalid, append(bytes({0x80})));
    LATHE_EXPECT_ERROR(modelInvalid, append(bytes({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01})));
    const Bytes three = bytes({1, 2, 3});
    std::vector<float> reals;
    LATHE_EXPECT_ERROR(modelInvalid,
                       appendFloat(WireField{.number = 1, .type = WireType::bytes, .integer = 0, .bytes = three}, reals));
}

void TstWire::expectsTheRightType() {
    const WireField number{.number = 1, .type = WireType::varint, .integer = 5, .bytes = {}};
    const WireField text{.number = 1, .type = WireType::bytes, .integer = 0, .bytes = {}};
    LATHE_EXPECT_ERROR(modelInvalid, number.text());
    LATHE_EXPECT_ERROR(modelInvalid, number.float32());
    LATHE_EXPECT_ERROR(modelInvalid, text.int64());
}

QTEST_GUILESS_MAIN(TstWire)
#include "tst_wire.moc"
