// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/metric_text.h"

#include "core/evaluation/evaluate.h"
#include "widgets/support/engine_text.h"
#include "widgets/support/number_text.h"

#include <QCoreApplication>
#include <cmath>

namespace lathe {

QString metricLabel(const std::string& id)
{
    if (id == "top1")
        return QStringLiteral("top-1");
    if (id == "top5")
        return QStringLiteral("top-5");
    if (id == "agreement")
        return QCoreApplication::translate("Metric", "agreement");
    const Metric* metric = metrics().find(id);
    return metric ? engineText(metric->label) : QString::fromStdString(id);
}

bool metricIsShare(const std::string& id)
{
    const Metric* metric = metrics().find(id);
    return metric && (metric->binary || metric->share);
}

QString metricValueText(const std::string& id, double value)
{
    return metricIsShare(id) ? QString::number(value * 100, 'f', 2) + QStringLiteral(" %") : numberText(value);
}

QString metricNumberText(const std::string& id, double loss)
{
    const bool share = metricIsShare(id);
    const double shown = share ? loss * 100 : loss;
    const QString sign = shown > 0 ? QStringLiteral("+") : shown < 0 ? QStringLiteral("−") : QString();
    return sign + (share ? QString::number(std::abs(shown), 'f', 2) : numberText(std::abs(shown)));
}

QString metricLossText(const std::string& id, double loss)
{
    const QString number = metricNumberText(id, loss);
    return metricIsShare(id) ? QCoreApplication::translate("Metric", "%1 points").arg(number) : number;
}

}
