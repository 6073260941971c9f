// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/support/engine_text.h"

#include <QCoreApplication>

namespace lathe {

QString engineText(const std::string& text)
{
    return text.empty() ? QString() : QCoreApplication::translate("engine", text.c_str());
}

}
