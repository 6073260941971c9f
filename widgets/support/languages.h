// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocale>
#include <QString>

namespace lathe {

/// Makes the application speak the locale's language where `folder` has it (lathe_de.qm), and English, with singulars,
/// where not. Qt's own texts follow from Qt's folder. Before the first text is made.
void installLanguages(const QLocale& locale, const QString& folder);

}
