// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/mirrored_samples.h"

#include <QTest>

#include "tests/support/unlabelled_samples.h"

using namespace lathe;
using namespace lathe::test;

/// Samples with their mirrored pictures.
class TstMirroredSamples : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void picturesComeMirroredBehindTheOthers();
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

} // namespace

void TstMirroredSamples::picturesComeMirroredBehindTheOthers()
{
    const SmallSamples all(true);
    const MirroredSamples mirrored(all);
    QCOMPARE(mirrored.size(), 4);
    for (std::int64_t i = 0; i < 4; ++i)
        QCOMPARE(mirrored.id(i), all.id(i % 2));
    QVERIFY(identical(mirrored.load(1).at("x"), all.load(1).at("x")));
    QCOMPARE(mirrored.load(3).at("x").toFloats(), (std::vector<float>{13, 12, 11, 16, 15, 14}));
    QCOMPARE(mirrored.load(3).at("n").toFloats(), (std::vector<float>{7, 8}));
}

void TstMirroredSamples::whatIsNoPictureStaysAsItIs()
{
    QCOMPARE(MirroredSamples(SmallSamples(false)).size(), 2);
}

QTEST_APPLESS_MAIN(TstMirroredSamples)
#include "tst_mirrored_samples.moc"
