// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/json.h"

#include <QStringList>

namespace lathe {

/// The preprocessing steps of a dataset file in words, one line a step.
QStringList preprocessText(const Json& description);

}
