// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/bit_width_delegate.h"

#include "core/base/error.h"
#include "core/numeric/number_format.h"
#include "widgets/support/color_maps.h"
#include "widgets/support/icon.h"

#include <QApplication>
#include <QComboBox>
#include <QPainter>
#include <QTimer>

namespace lathe {
namespace {

constexpr int lockSize = 12;
constexpr int padding = 6;
constexpr int edge = 4;

QStringList integers(const QString& prefix, int most, int least)
{
    QStringList names;
    for (int bits = most; bits >= least; --bits)
        names << prefix + QString::number(bits);
    return names;
}

QStringList floats()
{
    return {QStringLiteral("float32"), QStringLiteral("float16"), QStringLiteral("bfloat16"),
            QStringLiteral("float8e4m3"), QStringLiteral("float8e5m2")};
}

/// "f16", "bf16", "i8", "u4": for narrow columns; the number of bits must stay readable.
QString shortName(QString name)
{
    for (const auto& [full, brief] :
         {std::pair{"float", "f"}, {"uint", "u"}, {"int", "i"}, {"kmeans", "k"}, {":dynamic", "dyn"}})
        name.replace(QLatin1String(full), QLatin1String(brief));
    return name;
}

}

int bitsOfFormat(const QString& name)
{
    try {
        return NumberFormat::parse(name.toStdString()).bits;
    } catch (const Error&) {
        return 0;
    }
}

BitWidthDelegate::BitWidthDelegate(QStringList formats, QObject* parent)
    : QStyledItemDelegate(parent)
    , m_formats(std::move(formats))
{
}

QStringList BitWidthDelegate::weightFormats()
{
    return floats() + QStringList{QStringLiteral("int16")} + integers(QStringLiteral("int"), 8, 2) +
           QStringList{QStringLiteral("kmeans256"), QStringLiteral("kmeans16"), QStringLiteral("nf4"),
                       QStringLiteral("ternary"), QStringLiteral("binary")};
}

QStringList BitWidthDelegate::activationFormats()
{
    return floats() + QStringList{QStringLiteral("uint16"), QStringLiteral("int16")} +
           QStringList{QStringLiteral("uint8:dynamic")} + integers(QStringLiteral("uint"), 8, 2) +
           integers(QStringLiteral("int"), 8, 2);
}

int BitWidthDelegate::bitsOf(const QModelIndex& index) const
{
    if (m_bitsRole >= 0)
        return index.data(m_bitsRole).toInt();
    return bitsOfFormat(index.data(Qt::DisplayRole).toString());
}

void BitWidthDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    const QString text = cell.text;
    const bool isFormat = bitsOf(index) > 0; // else a dash: nothing to choose
    if (isFormat)
        cell.text.clear();
    cell.icon = {};
    const QStyle* style = cell.widget ? cell.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &cell, painter, cell.widget);
    if (!isFormat)
        return;

    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const bool locked = m_lockedRole >= 0 && index.data(m_lockedRole).toBool();
    // A pale chip with a strong edge: a column of them stays calm, and the text readable in every theme.
    const QRectF chip = QRectF(cell.rect).adjusted(2, 2, -2, -2);
    const QColor color = bitsColor(bitsOf(index), isDark(cell.palette));
    const QColor pale = chipColor(color, cell.palette);
    painter->setPen(Qt::NoPen);
    painter->setBrush(pale);
    painter->drawRoundedRect(chip, 2, 2);
    painter->fillRect(QRectF(chip.left(), chip.top(), edge, chip.height()), color);
    const QColor ink = cell.palette.color(QPalette::Active, QPalette::Text);
    painter->setPen(ink);
    painter->setFont(cell.font);
    QRectF words = chip.adjusted(edge + padding, 0, -padding, 0);
    if (locked) {
        QPalette inked = cell.palette;
        inked.setColor(QPalette::WindowText, ink);
        const QRect place(static_cast<int>(words.right()) - lockSize, cell.rect.center().y() - lockSize / 2 + 1, lockSize,
                          lockSize);
        icon(QStringLiteral("lock"), inked).paint(painter, place);
        words.setRight(words.right() - lockSize - 2);
    }
    const bool fits = cell.fontMetrics.horizontalAdvance(text) <= words.width() + 1;
    painter->drawText(words, Qt::AlignVCenter | Qt::AlignLeft, fits ? text : shortName(text));
    painter->restore();
}

QSize BitWidthDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    const int lock = m_lockedRole >= 0 ? lockSize + 2 : 0;
    return {cell.fontMetrics.horizontalAdvance(cell.text) + 2 * padding + edge + 4 + lock, cell.fontMetrics.height() + 6};
}

QWidget* BitWidthDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem&, const QModelIndex& index) const
{
    auto* combo = new QComboBox(parent);
    combo->setAccessibleName(tr("Number format"));
    QStringList names = m_formats;
    const QString current = index.data(Qt::EditRole).toString();
    if (!names.contains(current))
        names.prepend(current);
    combo->addItems(names);
    combo->setItemDelegate(new BitWidthDelegate({}, combo));
    combo->setMaxVisibleItems(static_cast<int>(names.size()));
    connect(combo, &QComboBox::activated, this, [this, combo] {
        auto* self = const_cast<BitWidthDelegate*>(this);
        emit self->commitData(combo);
        emit self->closeEditor(combo);
    });
    // A list that must be opened by a second click would be in the way.
    QTimer::singleShot(0, combo, &QComboBox::showPopup);
    return combo;
}

void BitWidthDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const
{
    auto* combo = static_cast<QComboBox*>(editor);
    combo->setCurrentIndex(combo->findText(index.data(Qt::EditRole).toString()));
}

void BitWidthDelegate::setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const
{
    const QString name = static_cast<QComboBox*>(editor)->currentText();
    if (name != index.data(Qt::EditRole).toString())
        model->setData(index, name, Qt::EditRole);
}

}
