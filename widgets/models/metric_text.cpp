// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/metric_text.h"

#include "core/evaluation/evaluate.h"
#include "widgets/support/engine_text.h"
#include "widgets/support/number_text.h"

#include <QCoreApplication>
#include <cmath>

namespace lathe {
namespace {

QString amount(const std::string& id, double value)
{
    return metricIsShare(id) ? QString::number(value * 100, 'f', 2) : numberText(value);
}

QString withUnit(const std::string& id, const QString& number)
{
    return metricIsShare(id) ? QCoreApplication::translate("Metric", "%1 points").arg(number) : number;
}

}

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
    return (loss > 0 ? QStringLiteral("+") : loss < 0 ? QStringLiteral("−") : QString()) + amount(id, std::abs(loss));
}

QString metricAmountText(const std::string& id, double value)
{
    return withUnit(id, amount(id, value));
}

QString metricLossText(const std::string& id, double loss)
{
    return withUnit(id, metricNumberText(id, loss));
}

}
