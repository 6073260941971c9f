// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/algorithms/picture_variation.h"

#include <QTest>

using namespace lathe;

/// Pictures shown otherwise.
class TstPictureVariation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsPictures();
    void mirrorsAndMoves();
    void showsAPart();
    void keepsColoursTogether();
};

void TstPictureVariation::knowsPictures()
{
    QCOMPARE(pictureAxes(Tensor(DType::float32, {1, 3, 8, 9}))->columns, 3);
    QCOMPARE(pictureAxes(Tensor(DType::float32, {1, 8, 9, 1}))->rows, 1);
    QVERIFY(!pictureAxes(Tensor(DType::float32, {1, 8, 9, 7})));
    QVERIFY(!pictureAxes(Tensor(DType::float32, {3, 8, 9})));
    QVERIFY(!pictureAxes(Tensor(DType::uint8, {1, 3, 8, 9})));
}

void TstPictureVariation::mirrorsAndMoves()
{
    const Tensor picture = Tensor::of<float>({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});
    const PictureAxes axes;
    const auto shown = [&](const PictureVariation& variation) {
        return varied(picture, axes, variation).toFloats();
    };
    QCOMPARE(shown({}), picture.toFloats());
    QCOMPARE(shown({.mirrored = true}), (std::vector<float>{3, 2, 1, 6, 5, 4}));
    QCOMPARE(shown({.down = 1}), (std::vector<float>{1, 2, 3, 1, 2, 3}));
    QCOMPARE(shown({.right = -1}), (std::vector<float>{2, 3, 3, 5, 6, 6}));
    QCOMPARE(shown({.mirrored = true, .right = 1}), (std::vector<float>{3, 3, 2, 6, 6, 5}));
}

void TstPictureVariation::showsAPart()
{
    const Tensor row = Tensor::of<float>({1, 1, 1, 4}, {0, 4, 8, 12});
    PictureVariation variation;
    variation.columns = {0.25, 0.5};
    QCOMPARE(varied(row, {}, variation).toFloats(), (std::vector<float>{3, 5, 7, 9}));
    variation.mirrored = true;
    QCOMPARE(varied(row, {}, variation).toFloats(), (std::vector<float>{9, 7, 5, 3}));
    // At the edge there is nothing to go towards.
    variation = {};
    variation.columns = {0, 0.5};
    QCOMPARE(varied(row, {}, variation).toFloats(), (std::vector<float>{0, 1, 3, 5}));
    const Tensor column = Tensor::of<float>({1, 2, 2, 1}, {0, 4, 8, 12});
    variation = {};
    variation.rows = {0.5, 0.5};
    QCOMPARE(varied(column, {}, variation).toFloats(), (std::vector<float>{3, 4, 11, 12}));
}

void TstPictureVariation::keepsColoursTogether()
{
    const Tensor picture = Tensor::of<float>({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});
    const auto axes = pictureAxes(Tensor(DType::float32, {1, 1, 2, 3}));
    QVERIFY(axes);
    const PictureAxes last{1, 2};
    QCOMPARE(varied(picture, last, {.mirrored = true}).toFloats(), (std::vector<float>{4, 5, 6, 1, 2, 3}));
}

QTEST_APPLESS_MAIN(TstPictureVariation)
#include "tst_picture_variation.moc"
