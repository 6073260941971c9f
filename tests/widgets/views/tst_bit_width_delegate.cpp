// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/numeric/number_format.h"
#include "tests/widgets/support/paint.h"
#include "tests/widgets/support/palettes.h"
#include "widgets/support/color_maps.h"
#include "widgets/views/bit_width_delegate.h"

#include <QComboBox>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTableView>
#include <QTest>

using namespace lathe;

class TstBitWidthDelegate : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void offeredFormatsExist();
    void bitsOfNames();
    void chipHasTheBitsColor();
    void emptyCellStaysEmpty();
    void lockIsDrawn();
    void narrowCellKeepsTheBits();
    void editsByList();
    void unchangedIsNotWritten();
    void unknownFormatStaysOffered();

private:
    QRect cell(int row) const { return m_view->visualRect(m_model->index(row, 0)); }
    QComboBox* edit(int row);

    std::unique_ptr<QStandardItemModel> m_model;
    std::unique_ptr<QTableView> m_view;
};

void TstBitWidthDelegate::init()
{
    test::useTestPalette(false);
    m_model = std::make_unique<QStandardItemModel>();
    for (const char* name : {"int8", "int4", "int2", "float32", "", "int5"})
        m_model->appendRow(new QStandardItem(QString::fromLatin1(name)));
    m_view = std::make_unique<QTableView>();
    m_view->setModel(m_model.get());
    auto* delegate = new BitWidthDelegate(BitWidthDelegate::weightFormats(), m_view.get());
    delegate->setLockedRole(Qt::UserRole);
    m_view->setItemDelegate(delegate);
    m_view->setColumnWidth(0, 120);
    QVERIFY(test::showSized(*m_view, {240, 260}));
}

void TstBitWidthDelegate::offeredFormatsExist()
{
    for (const QStringList& names : {BitWidthDelegate::weightFormats(), BitWidthDelegate::activationFormats()}) {
        QVERIFY(names.contains(QStringLiteral("int8")));
        for (const QString& name : names) {
            const NumberFormat format = NumberFormat::parse(name.toStdString());
            QCOMPARE(format.name(), name.toStdString());
            QCOMPARE(bitsOfFormat(name), format.bits);
        }
        QCOMPARE(QSet<QString>(names.begin(), names.end()).size(), names.size());
    }
}

void TstBitWidthDelegate::bitsOfNames()
{
    QCOMPARE(bitsOfFormat(QStringLiteral("uint4")), 4);
    QCOMPARE(bitsOfFormat(QStringLiteral("bfloat16")), 16);
    QCOMPARE(bitsOfFormat(QStringLiteral("–")), 0);
    QCOMPARE(bitsOfFormat(QString()), 0);
}

void TstBitWidthDelegate::chipHasTheBitsColor()
{
    for (const bool dark : {false, true}) {
        test::useTestPalette(dark);
        m_view->setPalette(test::testPalette(dark));
        const QImage image = test::painted(*m_view->viewport());
        for (const auto& [row, bits] : {std::pair{0, 8}, {1, 4}, {2, 2}, {3, 32}}) {
            QVERIFY(test::countColor(image, bitsColor(bits, dark), cell(row), 4) > 40);
            QVERIFY(test::countColor(image, chipColor(bitsColor(bits, dark), m_view->palette()), cell(row), 4) > 500);
            for (const int other : {2, 4, 8})
                if (other != bits)
                    QCOMPARE(test::countColor(image, bitsColor(other, dark), cell(row), 2), 0);
        }
    }
}

void TstBitWidthDelegate::emptyCellStaysEmpty()
{
    const QRect inner = cell(4).adjusted(2, 2, -2, -2);
    QCOMPARE(test::countColor(test::painted(*m_view->viewport()), m_view->palette().color(QPalette::Base), inner, 2),
             inner.width() * inner.height());
}

void TstBitWidthDelegate::lockIsDrawn()
{
    const QImage before = test::painted(*m_view->viewport());
    m_model->item(0)->setData(true, Qt::UserRole);
    const QImage after = test::painted(*m_view->viewport());
    const QRect right(cell(0).right() - 22, cell(0).top(), 20, cell(0).height());
    QVERIFY(before.copy(right) != after.copy(right));
}

QComboBox* TstBitWidthDelegate::edit(int row)
{
    m_view->setCurrentIndex(m_model->index(row, 0));
    m_view->edit(m_model->index(row, 0));
    return m_view->viewport()->findChild<QComboBox*>();
}

void TstBitWidthDelegate::narrowCellKeepsTheBits()
{
    // The end of the name, where the number stands, is not cut: 16 and 32 look different.
    m_view->setColumnWidth(0, 36);
    m_model->item(0)->setText(QStringLiteral("bfloat16"));
    m_model->item(1)->setText(QStringLiteral("bfloat32"));
    const QImage image = test::painted(*m_view->viewport());
    const auto words = [&](int row) { return image.copy(cell(row).adjusted(8, 2, -3, -2)); };
    QVERIFY(words(0) != words(1));
}

void TstBitWidthDelegate::editsByList()
{
    QComboBox* combo = edit(0);
    QVERIFY(combo);
    QCOMPARE(combo->currentText(), QStringLiteral("int8"));
    combo->hidePopup();
    combo->setCurrentText(QStringLiteral("int6"));
    emit combo->activated(combo->currentIndex());
    QCOMPARE(m_model->item(0)->text(), QStringLiteral("int6"));
    QTRY_VERIFY(!m_view->viewport()->findChild<QComboBox*>());
}

void TstBitWidthDelegate::unchangedIsNotWritten()
{
    QSignalSpy changed(m_model.get(), &QAbstractItemModel::dataChanged);
    QComboBox* combo = edit(1);
    QVERIFY(combo);
    emit combo->activated(combo->currentIndex());
    QCOMPARE(changed.size(), 0);
}

void TstBitWidthDelegate::unknownFormatStaysOffered()
{
    m_model->item(5)->setText(QStringLiteral("int12"));
    QComboBox* combo = edit(5);
    QVERIFY(combo);
    QCOMPARE(combo->currentText(), QStringLiteral("int12"));
}

QTEST_MAIN(TstBitWidthDelegate)
#include "tst_bit_width_delegate.moc"
