// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/session/gate_limit.h"

#include "core/evaluation/gate.h"

#include <QSettings>

namespace lathe {
namespace {

const QString key = QStringLiteral("validation/maxDropPercent");

}

double gateLimitPercent()
{
    return QSettings().value(key, 100 * defaultMaxDrop).toDouble();
}

void setGateLimitPercent(double percent)
{
    QSettings().setValue(key, percent);
}

}
