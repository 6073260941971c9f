// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QStringList>

namespace lathe {

/// The one selection of the window, by layer id: table, heatmap and inspector all follow it.
class LayerSelection : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    const QStringList& selected() const { return m_selected; }
    const QString& current() const { return m_current; } ///< the one that the inspector shows; "" when none
    const QString& hovered() const { return m_hovered; }
    bool contains(const QString& layer) const { return m_selected.contains(layer); }

    /// `current` is taken from the selection when it is not part of it.
    void set(const QStringList& selected, const QString& current);
    void selectOne(const QString& layer) { set({layer}, layer); }
    void setHovered(const QString& layer);
    void clear() { set({}, {}); }

signals:
    void changed();
    void hoverChanged();

private:
    QStringList m_selected;
    QString m_current;
    QString m_hovered;
};

}
