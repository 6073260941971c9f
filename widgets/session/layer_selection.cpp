// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/layer_selection.h"

namespace lathe {

void LayerSelection::set(const QStringList& selected, const QString& current)
{
    QString chosen = current;
    if (!selected.contains(chosen))
        chosen = selected.isEmpty() ? QString() : selected.constLast();
    if (selected == m_selected && chosen == m_current)
        return;
    m_selected = selected;
    m_current = chosen;
    emit changed();
}

void LayerSelection::setHovered(const QString& layer)
{
    if (layer == m_hovered)
        return;
    m_hovered = layer;
    emit hoverChanged();
}

}
