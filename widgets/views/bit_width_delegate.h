// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace lathe {

/// Shows and edits a number format ("int8") in a table cell: a chip in the bit-width's colour with the name written on
/// it; other text (a dash) stands as it is. Reads Qt::DisplayRole, edits Qt::EditRole (the format's name) with a list of formats.
class BitWidthDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    /// `formats`: names offered by the editor, in this order.
    explicit BitWidthDelegate(QStringList formats, QObject* parent = nullptr);

    static QStringList weightFormats();
    static QStringList activationFormats();
    /// A role that is true where the format may not be changed: such cells carry a lock.
    void setLockedRole(int role) { m_lockedRole = role; }
    /// A role that holds the number of bits (int), where DisplayRole is not a format's name alone.
    void setBitsRole(int role) { m_bitsRole = role; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    void setEditorData(QWidget* editor, const QModelIndex& index) const override;
    void setModelData(QWidget* editor, QAbstractItemModel* model, const QModelIndex& index) const override;

private:
    int bitsOf(const QModelIndex& index) const;

    QStringList m_formats;
    int m_lockedRole = -1;
    int m_bitsRole = -1;
};

/// Bits of a format's name: "int4" 4, "float16" 16; 0 for what is none.
int bitsOfFormat(const QString& name);

}
