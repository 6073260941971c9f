// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/varied_samples.h"

#include <QTest>
#include <algorithm>
#include <set>

#include "tests/support/unlabelled_samples.h"

using namespace lathe;
using namespace lathe::test;

/// Samples with other views of their pictures.
class TstVariedSamples : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void picturesComeMirroredBehindTheOthers();
    void laterViewsShowParts();
    void whatIsNoPictureStaysAsItIs();
};

namespace {

/// Two samples of two rows and three columns: 1 to 6, and 11 to 16.
class SmallSamples : public UnlabelledSamples
{
public:
    explicit SmallSamples(bool arePictures)
        : UnlabelledSamples(2)
        , m_arePictures(arePictures)
    {
    }

    TensorMap load(std::int64_t index) const override
    {
        Tensor picture(DType::float32, {1, 1, 2, 3});
        float value = static_cast<float>(10 * index);
        for (float& entry : picture.mutableData<float>())
            entry = ++value;
        return {{"x", picture}, {"n", Tensor::of<float>({1, 2}, {7, 8})}};
    }

    std::optional<Image> preview(std::int64_t) const override
    {
        return m_arePictures ? std::optional(Image()) : std::nullopt;
    }

private:
    bool m_arePictures;
};

/// One row that counts its columns.
class WideSamples : public UnlabelledSamples
{
public:
    WideSamples()
        : UnlabelledSamples(30)
    {
    }

    TensorMap load(std::int64_t) const override
    {
        Tensor picture(DType::float32, {1, 1, 1, 60});
        float value = 0;
        for (float& entry : picture.mutableData<float>())
            entry = value++;
        return {{"x", picture}};
    }

    std::optional<Image> preview(std::int64_t) const override { return Image(); }
};

} // namespace

void TstVariedSamples::picturesComeMirroredBehindTheOthers()
{
    const SmallSamples all(true);
    const VariedSamples mirrored(all, 2);
    QCOMPARE(mirrored.size(), 4);
    for (std::int64_t i = 0; i < 4; ++i)
        QCOMPARE(mirrored.id(i), all.id(i % 2));
    QVERIFY(identical(mirrored.load(1).at("x"), all.load(1).at("x")));
    QCOMPARE(mirrored.load(3).at("x").toFloats(), (std::vector<float>{13, 12, 11, 16, 15, 14}));
    QCOMPARE(mirrored.load(3).at("n").toFloats(), (std::vector<float>{7, 8}));
}

void TstVariedSamples::laterViewsShowParts()
{
    const WideSamples all;
    const VariedSamples varied(all, 4);
    QCOMPARE(varied.size(), 120);
    float narrowest = 60, widest = 0;
    std::set<float> beginnings;
    for (std::int64_t i = 60; i < 120; ++i) {
        const std::vector<float> row = varied.load(i).at("x").toFloats();
        // Every second time it runs the other way.
        QCOMPARE(row.front() < row.back(), i < 90);
        const float width = std::abs(row.back() - row.front());
        narrowest = std::min(narrowest, width);
        widest = std::max(widest, width);
        beginnings.insert(std::min(row.front(), row.back()));
    }
    // Of 60 columns the root of 35 % is 35, a tenth more or less.
    QVERIFY2(narrowest > 31 && narrowest < 42, qPrintable(QString::number(narrowest)));
    QVERIFY2(widest > 54 && widest <= 59, qPrintable(QString::number(widest)));
    QVERIFY(beginnings.size() > 40 && *beginnings.rbegin() > 10);
    QVERIFY(identical(varied.load(70).at("x"), VariedSamples(all, 4).load(70).at("x")));
}

void TstVariedSamples::whatIsNoPictureStaysAsItIs()
{
    QCOMPARE(VariedSamples(SmallSamples(false), 4).size(), 2);
}

QTEST_APPLESS_MAIN(TstVariedSamples)
#include "tst_varied_samples.moc"
