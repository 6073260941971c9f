// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/tensor.h"

#include <set>
#include <thread>

#include "tests/support/expect_error.h"

using namespace lathe;

class TestTensor : public QObject
{
    Q_OBJECT
private slots:
    void newTensorsAreZeroAndAligned()
    {
        for (int i = 1; i < static_cast<int>(DType::string); ++i) {
            const Tensor tensor(static_cast<DType>(i), {3, 5});
            QCOMPARE(reinterpret_cast<std::uintptr_t>(tensor.bytes().data()) % 64, std::uintptr_t{0});
            QCOMPARE(tensor.byteSize(), 15 * dtypeSize(tensor.dtype()));
            for (const std::byte byte : tensor.bytes())
                QVERIFY(byte == std::byte{0});
        }
        QVERIFY(Tensor().empty());
        QCOMPARE(Tensor(DType::float32, {0, 4}).bytes().size(), std::size_t{0});
        QCOMPARE(Tensor(DType::string, {2}).stringData().size(), std::size_t{2});
        LATHE_EXPECT_ERROR(internal, Tensor(DType::undefined, {1}));
    }

    void sizesAreRefusedBeforeAllocation()
    {
        LATHE_EXPECT_ERROR(tooLarge, Tensor(DType::float32, {std::int64_t{1} << 45}));
        LATHE_EXPECT_ERROR(tooLarge, Tensor(DType::float64, {std::int64_t{1} << 61}));
        LATHE_EXPECT_ERROR(tooLarge, Tensor(DType::int8, {std::int64_t{1} << 40, std::int64_t{1} << 40}));
        LATHE_EXPECT_ERROR(tooLarge, Tensor(DType::string, {std::int64_t{1} << 45}));
        LATHE_EXPECT_ERROR(shapeUnknown, Tensor(DType::float32, {-1}));
    }

    void copiesShareUntilWritten()
    {
        Tensor a = Tensor::of<float>({3}, {1, 2, 3});
        const std::byte* before = a.bytes().data();
        a.mutableData<float>()[0] = 4;
        QVERIFY2(a.bytes().data() == before, "a sole owner must not copy");
        Tensor b = a;
        QVERIFY(b.bytes().data() == before);
        b.mutableData<float>()[1] = 9;
        QVERIFY(a.bytes().data() == before && b.bytes().data() != before);
        QCOMPARE(a.toFloats(), (std::vector<float>{4, 2, 3}));
        QCOMPARE(b.toFloats(), (std::vector<float>{4, 9, 3}));
    }

    void threadsWriteTheirOwnCopy()
    {
        const Tensor shared = Tensor::of<std::int32_t>({1000}, std::vector<std::int32_t>(1000, 7));
        std::vector<std::jthread> threads;
        std::vector<Tensor> results(4, shared);
        for (std::size_t t = 0; t < results.size(); ++t)
            threads.emplace_back([&results, t] {
                for (std::int32_t& value : results[t].mutableData<std::int32_t>())
                    value += static_cast<std::int32_t>(t);
            });
        threads.clear();
        QCOMPARE(shared.at(999), 7.0);
        for (std::size_t t = 0; t < results.size(); ++t)
            QCOMPARE(results[t].at(0), 7.0 + static_cast<double>(t));
    }

    void viewsShareAndAreNeverWrittenThrough()
    {
        const auto memory = std::make_shared<std::vector<float>>(std::vector<float>{1, 2, 3, 4});
        const auto bytes = std::as_bytes(std::span(*memory));
        Tensor view = Tensor::view(DType::float32, {2, 2}, bytes, memory);
        QVERIFY(view.bytes().data() == bytes.data());
        QCOMPARE(memory.use_count(), 2L);
        view.mutableData<float>()[0] = 9;
        QCOMPARE((*memory)[0], 1.0f);
        QCOMPARE(memory.use_count(), 1L);
        QCOMPARE(view.at(0), 9.0);
        LATHE_EXPECT_ERROR(shapeMismatch, Tensor::view(DType::float32, {5}, bytes, memory));
        LATHE_EXPECT_ERROR(dtypeMismatch, Tensor::view(DType::string, {1}, bytes, memory));
        QVERIFY(Tensor::view(DType::float32, {3}, bytes, memory).shape() == Shape({3}));
    }

    void oddViewsAreCopied()
    {
        const std::vector<float> values{1, 2};
        std::vector<std::byte> memory(9);
        std::copy_n(std::as_bytes(std::span(values)).begin(), 8, memory.begin() + 1);
        const Tensor shifted = Tensor::view(DType::float32, {2}, std::span(memory).subspan(1), nullptr);
        QCOMPARE(shifted.toFloats(), values);
        const std::vector<std::byte> odd{std::byte{0}, std::byte{1}, std::byte{2}, std::byte{255}};
        const Tensor booleans = Tensor::view(DType::boolean, {4}, odd, nullptr);
        QCOMPARE(booleans.toIntegers(), (std::vector<std::int64_t>{0, 1, 1, 1}));
    }

    void typesAreChecked()
    {
        Tensor tensor = Tensor::of<float>({2}, {1, 2});
        LATHE_EXPECT_ERROR(dtypeMismatch, tensor.data<double>());
        LATHE_EXPECT_ERROR(dtypeMismatch, tensor.mutableData<std::int32_t>());
        LATHE_EXPECT_ERROR(dtypeMismatch, tensor.stringData());
        LATHE_EXPECT_ERROR(dtypeMismatch, tensor.toIntegers());
        LATHE_EXPECT_ERROR(dtypeMismatch, Tensor().data<float>());
        LATHE_EXPECT_ERROR(internal, tensor.at(2));
        LATHE_EXPECT_ERROR(internal, tensor.at(-1));
        LATHE_EXPECT_ERROR(shapeMismatch, Tensor::of<float>({3}, {1, 2}));
        QCOMPARE(Tensor(DType::int4, {2}).data<std::int8_t>().size(), std::size_t{2});
        QCOMPARE(Tensor(DType::uint2, {2}).data<std::uint8_t>().size(), std::size_t{2});
        LATHE_EXPECT_ERROR(dtypeMismatch, Tensor(DType::int4, {2}).data<std::uint8_t>());
    }

    void reshapesKeepTheElements()
    {
        const Tensor tensor = Tensor::of<std::int64_t>({2, 3}, {1, 2, 3, 4, 5, 6});
        const Tensor flat = tensor.reshaped({6});
        QVERIFY(flat.bytes().data() == tensor.bytes().data());
        QCOMPARE(flat.toIntegers(), tensor.toIntegers());
        LATHE_EXPECT_ERROR(shapeMismatch, tensor.reshaped({5}));
        LATHE_EXPECT_ERROR(shapeUnknown, tensor.reshaped({-1}));
    }

    void stringsAreKept()
    {
        const Tensor tensor = Tensor::strings({2}, {"a", "b"});
        QCOMPARE(tensor.stringData()[1], std::string("b"));
        QVERIFY(identical(tensor, Tensor::strings({2}, {"a", "b"})));
        QVERIFY(!identical(tensor, Tensor::strings({2}, {"a", "c"})));
        LATHE_EXPECT_ERROR(shapeMismatch, Tensor::strings({3}, {"a"}));
        LATHE_EXPECT_ERROR(dtypeMismatch, tensor.at(0));
        LATHE_EXPECT_ERROR(dtypeMismatch, tensor.converted(DType::float32));
    }

    void digestsTellTensorsApart()
    {
        const std::vector<Tensor> different{
            Tensor::of<float>({2}, {1, 2}),        Tensor::of<float>({1, 2}, {1, 2}),
            Tensor::of<float>({2}, {1, 3}),        Tensor::of<std::int32_t>({2}, {1, 2}),
            Tensor::strings({2}, {"a", "b"}),      Tensor::strings({2}, {"ab", ""}),
            Tensor::of<float>({2}, {-0.0f, 0.0f}), Tensor::of<float>({2}, {0.0f, 0.0f}),
        };
        std::set<Digest> digests;
        for (const Tensor& tensor : different)
            QVERIFY(digests.insert(tensor.digest()).second);
        QVERIFY(Tensor::of<float>({2}, {1, 2}).digest() == different[0].digest());
        QVERIFY(identical(Tensor::of<float>({2}, {1, 2}), different[0]));
        QVERIFY(!identical(different[0], different[1]) && !identical(different[6], different[7]));
    }
};

QTEST_APPLESS_MAIN(TestTensor)
#include "tst_tensor.moc"
