// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/grid_choices.h"

#include <QCoreApplication>

namespace lathe {

std::vector<std::pair<QString, Granularity>> granularityChoices()
{
    std::vector<std::pair<QString, Granularity>> choices{
        {QCoreApplication::translate("GridChoices", "per channel"), {Granularity::Kind::channel, 0}},
        {QCoreApplication::translate("GridChoices", "per tensor"), {Granularity::Kind::tensor, 0}}};
    for (const int size : {16, 32, 64, 128, 256})
        choices.emplace_back(QCoreApplication::translate("GridChoices", "groups of %1").arg(size),
                             Granularity{Granularity::Kind::group, size});
    return choices;
}

std::vector<std::pair<QString, GridKind>> gridChoices()
{
    return {{QCoreApplication::translate("GridChoices", "symmetric"), {true, false}},
            {QCoreApplication::translate("GridChoices", "asymmetric"), {false, false}},
            {QCoreApplication::translate("GridChoices", "symmetric, scales are powers of two"), {true, true}},
            {QCoreApplication::translate("GridChoices", "asymmetric, scales are powers of two"), {false, true}}};
}

}
