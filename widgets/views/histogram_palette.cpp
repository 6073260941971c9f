// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/support/color_maps.h"
#include "widgets/views/histogram_plot.h"

#include <algorithm>

namespace lathe {

void HistogramPlot::applyPalette()
{
    const QPalette& colors = palette();
    const QColor text = colors.color(QPalette::WindowText);
    QColor faint = text;
    faint.setAlphaF(0.18F);
    QColor ground = colors.color(QPalette::Base);
    setBackground(ground);
    QFont small = font();
    small.setPointSizeF(std::max(7.0, small.pointSizeF() * 0.88));
    for (QCPAxis* axis : {xAxis, yAxis, xAxis2}) {
        axis->setBasePen(QPen(faint));
        axis->setTickPen(QPen(faint));
        axis->setSubTickPen(Qt::NoPen);
        axis->setTickLabelColor(text);
        axis->setLabelColor(text);
        axis->setTickLabelFont(small);
        axis->setLabelFont(small);
        axis->setLabelPadding(3);
        axis->grid()->setPen(QPen(faint, 1, Qt::DotLine));
        axis->grid()->setZeroLinePen(QPen(faint));
    }
    ground.setAlphaF(0.85F);
    legend->setBrush(ground);
    legend->setFont(small);
    legend->setTextColor(text);

    const QColor main = accent(colors);
    QColor fill = main;
    fill.setAlphaF(0.16F);
    m_outline->setPen(QPen(main, 1.4));
    m_outline->setBrush(fill);
    const QColor grid = gridColor(colors);
    QColor bar = grid;
    bar.setAlphaF(m_stale ? 0.2F : 0.5F);
    m_bars->setPen(Qt::NoPen);
    m_bars->setBrush(bar);
    const QColor alarm = alarmColor(colors);
    for (QCPGraph* tail : m_tails) {
        tail->setPen(QPen(alarm, 1.2));
        tail->setBrush(QBrush(alarm, Qt::BDiagPattern));
    }
    m_percentileName->setPen(QPen(text, 1, Qt::DotLine));
    QColor quiet = text;
    quiet.setAlphaF(0.45F);
    m_cursor->setPen(QPen(quiet, 1));
    QColor handle = grid;
    handle.setAlphaF(m_stale ? 0.4F : 1.0F);
    for (std::size_t i = 0; i < 2; ++i) {
        m_percentiles[i]->setPen(QPen(text, 1, Qt::DotLine));
        m_extremes[i]->setPen(QPen(text, 2));
        m_handles[i]->setPen(QPen(handle, 2));
        m_handles[i]->setHead(QCPLineEnding(QCPLineEnding::esSquare, 8, 8));
        m_extremeTexts[i]->setFont(small);
        m_extremeTexts[i]->setColor(text);
        m_extremeTexts[i]->setBrush(ground);
    }
}

}
