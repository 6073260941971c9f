// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/budget_bar.h"

#include "widgets/support/color_maps.h"
#include "widgets/support/number_text.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace lathe {
namespace {

constexpr int barWidth = 96;
constexpr int barHeight = 8;
constexpr int gap = 10;

QString points(double share)
{
    // A loss of less than half a tenth is 0.0, not −0.0.
    const double rounded = std::round(1000 * share) / 10 + 0.0;
    return QString::number(rounded, 'f', 1).replace(QLatin1Char('-'), QStringLiteral("−"));
}

}

BudgetBar::BudgetBar(QWidget* parent)
    : QWidget(parent)
{
    setFont(tabularFont(font()));
    setAccessibleName(tr("Budget: size and loss of the current plan"));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void BudgetBar::setFigures(const std::optional<Figures>& figures)
{
    m_figures = figures;
    setToolTip(figures ? tr("Size: what the target stores, codes packed at their own bit-width.\n"
                            "Loss: float minus quantized on %1, with its 95 % interval; positive is worse.").arg(figures->basis)
                       : tr("Calibrate the model to see what the plan costs."));
    setAccessibleDescription(sizeText() + QStringLiteral(", ") + lossText());
    updateGeometry();
    update();
}

void BudgetBar::setStale(bool stale)
{
    if (m_stale == stale)
        return;
    m_stale = stale;
    update();
}

QString BudgetBar::sizeText() const
{
    if (!m_figures)
        return tr("size –");
    return tr("size %1 → %2").arg(bytesText(m_figures->floatBytes),
                                  m_figures->planBytes > 0 ? bytesText(m_figures->planBytes) : QStringLiteral("–"));
}

QString BudgetBar::lossText() const
{
    if (!m_figures)
        return tr("loss –");
    QStringList parts;
    if (m_figures->loss) {
        const auto text = m_figures->lossIsShare ? points : numberText;
        const QString pattern = m_figures->lossIsShare ? tr("%1 loss %2 points [%3, %4]") : tr("%1 loss %2 [%3, %4]");
        parts << pattern.arg(m_figures->lossName, text(*m_figures->loss), text(m_figures->low), text(m_figures->high));
    }
    if (m_figures->outputSqnrDb)
        parts << tr("output SQNR %1 dB").arg(sqnrText(*m_figures->outputSqnrDb));
    return parts.join(QStringLiteral("   "));
}

QSize BudgetBar::sizeHint() const
{
    const QFontMetrics metrics(font());
    return {metrics.horizontalAdvance(sizeText()) + gap + barWidth + 2 * gap + metrics.horizontalAdvance(lossText()) + 4,
            metrics.height() + 8};
}

QSize BudgetBar::minimumSizeHint() const
{
    return {QFontMetrics(font()).horizontalAdvance(sizeText()) + gap + barWidth, sizeHint().height()};
}

void BudgetBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const auto group = m_stale || !m_figures ? QPalette::Disabled : QPalette::Active;
    painter.setPen(palette().color(group, QPalette::WindowText));
    const QFontMetrics metrics(font());
    int x = 0;
    const QString size = sizeText();
    painter.drawText(QRect(x, 0, metrics.horizontalAdvance(size) + 2, height()), Qt::AlignVCenter, size);
    x += metrics.horizontalAdvance(size) + gap;

    const QRectF track(x, (height() - barHeight) / 2.0, barWidth, barHeight);
    QColor ground = palette().color(QPalette::WindowText);
    ground.setAlphaF(0.15F);
    painter.fillRect(track, ground);
    if (m_figures && m_figures->floatBytes > 0) {
        const double share = std::clamp(static_cast<double>(m_figures->planBytes) /
                                            static_cast<double>(m_figures->floatBytes), 0.0, 1.0);
        QRectF filled = track;
        filled.setWidth(track.width() * share);
        painter.fillRect(filled, m_stale ? palette().color(QPalette::Disabled, QPalette::WindowText) : accent(palette()));
    }
    x += barWidth + 2 * gap;
    const QRect rest(x, 0, std::max(0, width() - x), height());
    painter.drawText(rest, Qt::AlignVCenter, metrics.elidedText(lossText(), Qt::ElideRight, rest.width()));
}

}
